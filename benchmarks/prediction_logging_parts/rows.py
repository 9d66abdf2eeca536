"""Which requests have a row in the bucket."""

from __future__ import annotations

import json
from pathlib import Path


def recorded_numbers(bucket: Path) -> list[int]:
    """Return the numbers of all requests that have a row whose image is there."""
    rows = [
        json.loads(line)
        for part in bucket.glob("log/dt=*/part-*.jsonl")
        for line in part.read_bytes().splitlines()
    ]
    return [int(row["number"]) for row in rows if (bucket / row["image"]).exists()]
