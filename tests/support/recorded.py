"""What the prediction logger wrote, read behind its back; and servers' halves for its tests."""

from __future__ import annotations

import gzip
import json
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
JPEG = b"\xff\xd8\xff\xe0" + bytes(2_000)


def rows_in(bucket: Path) -> list[dict[str, Any]]:
    """Return all rows of a folder that a log was written to, by time."""
    rows = []
    for part in bucket.glob("log/dt=*/part-*.jsonl*"):
        data = part.read_bytes()
        data = gzip.decompress(data) if part.suffix == ".gz" else data
        rows += [json.loads(line) for line in data.splitlines()]
    return sorted(rows, key=lambda row: str(row["timestamp"]))


def image_in(bucket: Path, name: str) -> bytes:
    """Return the image that a row names: an object, or ``<archive>#<member>``."""
    path, mark, member = name.partition("#")
    if not mark:
        return (bucket / path).read_bytes()
    with tarfile.open(bucket / path, "r:") as archive:
        file = archive.extractfile(member)
        assert file is not None
        return file.read()


def rows_waiting(spool: Path) -> list[dict[str, Any]]:
    """Return all rows that lie on the local disk."""
    lines = [
        line.partition(b"\t")[2]
        for part in spool.rglob("*.rows")
        for line in part.read_bytes().splitlines()
    ]
    return [json.loads(line) for line in lines]


def counts_in(bucket: Path) -> dict[str, int]:
    """Return the sum of what lies beside the log."""
    total: dict[str, int] = {}
    for document in bucket.glob("log/_counts/dt=*/_*.json"):
        for one in json.loads(document.read_bytes())["counts"].values():
            for what, number in one.items():
                total[what] = total.get(what, 0) + number
    return total


def wait_until(is_so: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait for something, and fail if it does not come."""
    gives_up_at = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < gives_up_at, "it did not come in time"
        time.sleep(0.02)
