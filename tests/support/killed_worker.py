"""A decoding process that is killed while it starts: each time, or until a file is there."""

import os
import signal
import sys
from pathlib import Path

from reference_stats.extraction.isolated import worker

if __name__ == "__main__":
    killed_before = Path(os.environ["PYTHON_KILLED_BEFORE"])
    if not killed_before.exists():
        if os.environ.get("PYTHON_KILLED_ONCE"):
            killed_before.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    worker.main(*map(int, sys.argv[1:]))
