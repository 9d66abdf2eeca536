"""Many scores as one statistic: how far they lie off together, whichever way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, ndtri

from drift.comparison.permutation.statistic_key import StatisticKey
from reports.findings.effect_sizes import COMMON_DIRECTION

Numbers = NDArray[np.float64]

# Where it is as rare as a single score is that lies as far off.
_SAME_AT = 1e-3


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Scores that are judged together.

    Attributes
    ----------
    carrier
        The place of the score whose name stands for all of them.
    members
        The places of all of them, the carrier's too.
    """

    carrier: int
    members: NDArray[np.int64]

    @cached_property
    def hidden(self) -> NDArray[np.int64]:
        """The places of the members that nothing is said of by themselves."""
        hidden: NDArray[np.int64] = self.members[self.members != self.carrier]
        return hidden

    def statistic(self, z: NDArray[np.floating]) -> Numbers:
        """Return the length of standard normal scores, on the scale of one of them.

        It is proportional to the scores, as all statistics of a day are to the day's factor. All
        scores weigh alike: weights that fall from axis to axis show a new class no more often.

        Parameters
        ----------
        z
            Shape (..., scores).
        """
        squares = z[..., self.members].astype(np.float64) ** 2
        length: Numbers = np.sqrt(squares.sum(axis=-1))
        return self._scale * length

    def distance(self, differences: Numbers, variances: Numbers) -> float:
        """Return how far the means lie off together, less what chance alone adds to it.

        Parameters
        ----------
        differences, variances
            Of all scores, shape (scores,): how far each lies off, and its variance on normal days.
        """
        apart = (differences[self.members] ** 2).sum() - variances[self.members].sum()
        return float(np.sqrt(np.maximum(apart, 0.0)))

    @cached_property
    def _scale(self) -> float:
        alone = -ndtri(_SAME_AT / 2)
        return float(alone / np.sqrt(chdtri(len(self.members), _SAME_AT)))


def combination_of(keys: Sequence[StatisticKey]) -> Combination | None:
    """Return the scores of a family that are judged together; None where there are none."""
    members = [at for at, key in enumerate(keys) if key.method == COMMON_DIRECTION]
    carrier = [at for at in members if not keys[at].number]
    if not carrier:
        return None
    return Combination(carrier=carrier[0], members=np.array(members, dtype=np.int64))
