"""``python -m drift``: the same program as ``drift``."""

from drift.cli.program import main

main()
