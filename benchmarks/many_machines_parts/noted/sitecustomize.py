"""Loaded by every Python process that finds it first: notes which files are decoded.

With this folder at the start of `PYTHONPATH`, each process appends the digests of the files that it
begins to decode to a file of its own in the folder that `NOTED_DECODINGS` names. It notes them
before, so that what a killed process had begun counts. `NOTED_SECONDS_EACH` makes each one last
longer; with an empty `NOTED_DECODINGS` it does nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_MODULE = "reference_stats.extraction.isolated.processes"


class NotingLoader(importlib.machinery.SourceFileLoader):
    """Changes the module once it is there."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and have its decoders note."""
        super().exec_module(module)
        _note(module.Decoders)


class NotingFinder(importlib.abc.MetaPathFinder):
    """Finds one module, and no other."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module with a loader that changes it; None for any other."""
        if fullname != _MODULE:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if found is None or found.origin is None:
            return None
        loader = NotingLoader(fullname, found.origin)
        return importlib.util.spec_from_file_location(fullname, found.origin, loader=loader)


def _note(decoders: Any) -> None:  # noqa: ANN401 - a class that is imported later
    measure = decoders.picture_many

    def noting(self: object, files: Sequence[bytes], order: object) -> object:
        if folder := os.environ["NOTED_DECODINGS"]:
            _write(Path(folder) / f"{os.getpid()}.txt", files)
        time.sleep(len(files) * float(os.environ.get("NOTED_SECONDS_EACH", "0")))
        return measure(self, files, order)

    decoders.picture_many = noting


def _write(place: Path, files: Sequence[bytes]) -> None:
    digests = [hashlib.sha256(data).hexdigest()[:32] for data in files]
    with place.open("a", encoding="ascii") as file:
        file.write("".join(f"{one}\n" for one in digests))


if "NOTED_DECODINGS" in os.environ:
    sys.meta_path.insert(0, NotingFinder())
