"""What the log holds in the end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benchmarks.serving_parts.models import Place

_SENT_WITHIN_S = 120.0


def recorded(place: Place, bucket: Path, spool: Path) -> dict[str, str]:
    """Send what ended workers left on the disk; return the images of the log's rows by id."""
    python = str(place.programs / "python")
    command = [python, "-m", "prediction_log", "send", str(bucket), str(spool)]
    subprocess.run(command, check=True, timeout=_SENT_WITHIN_S)
    rows = [
        json.loads(line)
        for part in bucket.glob("log/dt=*/part-*.jsonl")
        for line in part.read_text(encoding="utf-8").splitlines()
    ]
    return {row["id"]: row["image"] for row in rows}
