"""Two tables, or two sets of images, compared by one call: for notebooks and for tests of data."""

from drift.comparing.compare import compare
from drift.comparing.drift_found import DriftFoundError
from drift.comparing.result import SetComparison

__all__ = ["DriftFoundError", "SetComparison", "compare"]
