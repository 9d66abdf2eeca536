"""Before any normal day is known: how far apart days are taken to be.

The permutation test asks whether two draws of images are from one population. Nobody knows yet how
far one day lies from another, so a usual distance is assumed: each statistic is divided by
``sqrt(1 + tau^2 / s)``, where ``s = 1/m + 1/n`` is what chance alone explains of m and n images,
and ``tau`` is `SPREAD_OF_UNKNOWN_DAYS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from drift.comparison.family_tests import Widening
from drift.comparison.permutation.statistic_key import StatisticKey

SPREAD_OF_UNKNOWN_DAYS = 0.3
"""The standard deviation between days that is assumed, in reference standard deviations."""


def widened_for_unknown_days(
    known: Widening,
    keys: Sequence[StatisticKey],
    *,
    reference_units: int,
    current_units: int,
) -> Mapping[StatisticKey, float]:
    """Return the factor, above 1, by which each statistic is to be divided.

    Parameters
    ----------
    known
        What accepted windows say of the same; where it says more, it counts.
    """
    taught = known(keys, reference_units=reference_units, current_units=current_units)
    by_chance = 1 / reference_units + 1 / current_units
    assumed = math.sqrt(1 + SPREAD_OF_UNKNOWN_DAYS**2 / by_chance)
    return {key: max(assumed, taught.get(key, 1.0)) for key in keys}
