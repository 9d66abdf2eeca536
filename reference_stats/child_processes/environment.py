"""The environment of this program's own processes: passwords and keys are not in it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_NAMES = ("PATH", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "TZ")
_PREFIXES = ("PYTHON", "NUMBA_", "LC_", "MALLOC_", "COVERAGE_", "COV_")


def bare_environment(names: Collection[str] = (), prefixes: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what a process needs to start, and nothing else of the run's own environment.

    Parameters
    ----------
    names, prefixes
        Further variables, and how others begin.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _NAMES or name in names or name.startswith((*_PREFIXES, *prefixes))
    }
    path = os.pathsep.join([str(_ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
