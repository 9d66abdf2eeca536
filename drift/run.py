"""``python -m drift.run JOB.toml``: the same as ``drift run JOB.toml``."""

import sys

from drift.cli.program import main

if __name__ == "__main__":
    main(["run", *sys.argv[1:]])
