"""From several image files to their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_names
from reference_stats.size_limits import SizeLimits


def _ignore(place: int) -> None:
    del place


def measure_many(
    files: Sequence[bytes],
    limits: SizeLimits,
    features: Sequence[Feature],
    *,
    before_each: Callable[[int], object] = _ignore,
) -> MeasuredFiles:
    """Return what `measure` returns for each file.

    Parameters
    ----------
    before_each
        Called with the place of a file before anything is done with its content.
    """
    outcomes = []
    for place, data in enumerate(files):
        before_each(place)
        outcomes.append(measure(data, limits, features))
    return MeasuredFiles.of(outcomes, feature_names(features))
