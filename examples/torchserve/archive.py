"""Packs a trained model for TorchServe."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.serving.process_group import ServerError

HERE = Path(__file__).parent
_ARCHIVED_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What `torch-model-archiver` packs into one file.

    Attributes
    ----------
    name
        What requests call the model.
    model_file
        The source file that holds the model's class.
    weights
        Its state dict.
    names
        All classes, in the order of the model's outputs.
    handler
        The source file that holds the handler's class.
    """

    name: str
    model_file: Path
    weights: Path
    names: Sequence[str]
    handler: Path = HERE / "handler.py"

    def index(self) -> str:
        """Return which class each of the model's outputs is, as TorchServe's handlers read it."""
        return json.dumps(dict(enumerate(self.names)))

    def write(self, store: Path, programs: Path) -> None:
        """Write `NAME.mar` into a folder with the archiver of an environment.

        Raises
        ------
        ServerError
            If the archiver fails.
        """
        with tempfile.TemporaryDirectory() as folder:
            mapping = Path(folder) / "index_to_name.json"
            mapping.write_text(self.index(), encoding="utf-8")
            extra = [mapping]
            if self.handler.name != "plain_handler.py":
                extra.append(HERE / "plain_handler.py")
            options = {
                "model-name": self.name,
                "version": "1.0",
                "model-file": self.model_file,
                "serialized-file": self.weights,
                "handler": self.handler,
                "extra-files": ",".join(map(str, extra)),
                "export-path": store,
            }
            command = [str(programs / "torch-model-archiver")]
            command += [text for key, value in options.items() for text in (f"--{key}", str(value))]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=_ARCHIVED_WITHIN_S
            )
        if done.returncode:
            raise ServerError(f"{self.name} could not be archived: {done.stderr.strip()}")
