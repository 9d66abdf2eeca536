"""Which requests have a row in the bucket."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path


def recorded_numbers(bucket: Path) -> list[int]:
    """Return the numbers of all requests that have a row whose image is there."""
    rows = [
        json.loads(line)
        for part in bucket.glob("log/dt=*/part-*.jsonl")
        for line in part.read_bytes().splitlines()
    ]
    images = {
        path.relative_to(bucket).as_posix() + member
        for path in bucket.glob("images/dt=*/*")
        for member in _members(path)
    }
    return [int(row["number"]) for row in rows if row["image"] in images]


def _members(path: Path) -> list[str]:
    """Return what stands behind an object's name in a row; nothing for a single image."""
    if path.suffix != ".tar":
        return [""]
    with tarfile.open(path, "r:") as archive:
        return [f"#{name}" for name in archive.getnames()]
