"""Archives as torch-model-archiver writes them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path


def manifest(weights: str | None, class_file: str | None = None, **more: object) -> str:
    """Return the manifest that torch-model-archiver writes."""
    model = {"modelName": "tiny", "serializedFile": weights, "modelFile": class_file, **more}
    known = {key: value for key, value in model.items() if value is not None}
    return json.dumps({"runtime": "python", "model": known, "archiverVersion": "0.12.0"})


def save_archive(path: Path, members: Mapping[str, bytes | str], said: str) -> Path:
    """Write an archive as torch-model-archiver lays it out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("MAR-INF/MANIFEST.json", said)
    return path
