"""From several image files to their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_names
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcomes import ImageFeatures
from reference_stats.size_limits import SizeLimits


def _ignore(place: int) -> None:
    del place


def measure_many(
    files: Sequence[bytes],
    limits: SizeLimits,
    features: Sequence[Feature],
    begin: Callable[[int], object] = _ignore,
) -> MeasuredFiles:
    """Return what `measure` returns for each file.

    Parameters
    ----------
    begin
        Called with the place of a file before anything is done with its content.
    """
    outcomes = []
    for place, data in enumerate(files):
        begin(place)
        outcomes.append(measure(data, limits, features))
    numbers = np.full((len(files), len(features)), np.nan)
    fingerprints = np.zeros((len(files), FINGERPRINT_BYTES), np.uint8)
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, ImageFeatures):
            numbers[place] = outcome.values.numbers
            fingerprints[place] = np.frombuffer(outcome.fingerprint, np.uint8)
    measured = [one if isinstance(one, ImageFeatures) else None for one in outcomes]
    return MeasuredFiles(
        names=feature_names(features),
        numbers=numbers,
        fingerprints=fingerprints,
        deep=np.array([one is not None and one.deep for one in measured], dtype=np.bool_),
        facts=tuple(None if one is None else one.file for one in measured),
        unreadable={
            place: one for place, one in enumerate(outcomes) if not isinstance(one, ImageFeatures)
        },
    )
