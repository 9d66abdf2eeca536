"""The reference system's way: one file after the other, seven features of grey levels."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.throughput_parts.reference import reference_features


def main(listed: str) -> None:
    """Read and measure the files whose paths are the lines of a file."""
    before = time.process_time()
    paths = Path(listed).read_text(encoding="utf-8").splitlines()
    numbers = np.array([reference_features(Path(path).read_bytes()) for path in paths])
    print(json.dumps({"images": len(numbers), "features": numbers.shape[1], "start_s": before}))


if __name__ == "__main__":
    main(sys.argv[1])
