"""``python -m drift``: the same program as ``drift``."""

from drift.program import main

main()
