"""A model's file on this machine, and what identifies it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from reference_stats.model_view.files.choice import READY_EMBEDDER

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A model's file on the local disk; nothing changes it while it is used.

    Attributes
    ----------
    url
        The model as the job file names it, for messages.
    path
        Where its bytes are; None for the ready embedder, whose weights a package ships.
    digest
        SHA-256 of the bytes, hexadecimal; empty for the ready embedder until it is opened.
    code
        The file of the class, where `model.module` names a file beside the model's.
    """

    url: str
    path: Path | None
    digest: str
    code: Path | None = None

    @classmethod
    def at(cls, url: str, path: Path, code: Path | None = None) -> ModelFile:
        """Return a file of the local disk, read once for its digest."""
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while part := stream.read(_READ_BYTES):
                digest.update(part)
        return cls(url=url, path=path, digest=digest.hexdigest(), code=code)

    @classmethod
    def ready_embedder(cls) -> ModelFile:
        """Return what stands for the embedder whose weights a package ships."""
        return cls(url=READY_EMBEDDER, path=None, digest="")

    def remove_copies(self, folder: Path) -> None:
        """Delete the model's files that are in a folder of copies; others stay."""
        for one in (self.path, self.code):
            if one is not None and one.parent == folder:
                one.unlink(missing_ok=True)
