"""cleanvision: all of its kinds of issues, near-copies among them, in processes as it chooses."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from cleanvision import Imagelab


def main(listed: str) -> None:
    """Look for issues in the files whose paths are the lines of a file."""
    before = time.process_time()
    paths = Path(listed).read_text(encoding="utf-8").splitlines()
    lab = Imagelab(filepaths=paths, verbose=False)
    lab.find_issues(verbose=False)
    scores = [name for name in lab.issues.columns if name.endswith("_score")]
    print(json.dumps({"images": len(lab.issues), "features": len(scores), "start_s": before}))


if __name__ == "__main__":
    main(sys.argv[1])
