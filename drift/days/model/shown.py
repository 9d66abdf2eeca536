"""The smallest shift that a window would have shown."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from drift.comparison.methods.location import LOCATION
from drift.comparison.power import POWER
from drift.days.matrix import FamilyMeans
from drift.days.model.random_effects.day_fit import Expectation
from drift.days.model.surprise import normal_scores

_SHIFTS = np.exp(np.linspace(np.log(0.02), np.log(10.0), 40))


def smallest_shift(expected: Expectation, window: FamilyMeans, critical: float) -> float | None:
    """Return the shift of a location that is seen with 80 % power: the median over the columns.

    A shift is seen with that power where it moves z to ``critical + 0.84``.

    Returns
    -------
    In reference standard deviations, 0.02 to 10; None where no column has a location.
    """
    images = window.images[0]
    places = [
        at
        for at, key in enumerate(window.keys)
        if key.method == LOCATION.name
        and not key.number
        and images[at] > 0
        and np.isfinite(expected.means[at]).all()
    ]
    if not places:
        return None
    chosen = Expectation(
        means=expected.means[places],
        variances=expected.variances[places],
        weights=expected.weights[places],
        image_variances=expected.image_variances[places],
    )
    sampling = chosen.image_variances / images[places]
    moved = chosen.expected[None, :] + _SHIFTS[:, None]
    reached = normal_scores(moved, chosen, sampling, (np.zeros(len(places)), images[places]))
    wanted = critical + float(ndtri(POWER))
    logs = [np.interp(wanted, one, np.log(_SHIFTS)) for one in reached.T]
    return float(np.exp(np.median(logs)))
