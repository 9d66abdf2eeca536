"""Two tables, or two sets of images, compared by one call: for notebooks and for tests of data."""

from drift.two_sets.compare import compare
from drift.two_sets.drift_found import DriftFoundError
from drift.two_sets.result import SetComparison

__all__ = ["DriftFoundError", "SetComparison", "compare"]
