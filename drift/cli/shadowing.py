"""Finds a folder of the user's that hides one of our packages, before anything is imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGES = ("drift", "jobs", "reference_stats", "reports")


def find_shadowed(home: Path) -> tuple[str, Path] | None:
    """Return the first of our packages that Python finds outside of `home`, and where it is.

    Parameters
    ----------
    home
        The folder that holds our packages.
    """
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        places = [] if spec is None else list(spec.submodule_search_locations or [])
        expected = (home / package).resolve()
        if expected not in [Path(place).resolve() for place in places]:
            return package, Path(places[0]) if places else home / package
    return None
