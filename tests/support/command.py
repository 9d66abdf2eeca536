"""The command as a user runs it: a process of its own, in a folder with a job file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
JOB_FILE = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
[images]
path = "images/{id}_{filename}"
[window]
last = "1d"
[reference]
images = "reference/"
"""


def drift(
    *arguments: str, cwd: Path, timeout_s: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m drift`` and return what it printed and how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "drift", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
