"""Which images are more novel than the reference's own, and whether there are too many of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom

_USUALLY_BEYOND = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOut:
    """The images of a window beyond nearly all of the reference's.

    Attributes
    ----------
    places
        Which units of the window they are, the most novel first.
    seen
        How many units of the window have a novelty.
    expected
        How many would be beyond by chance.
    p_value
        The chance of at least so many, were the window's units like those of the reference.
    """

    places: NDArray[np.int64]
    seen: int
    expected: float
    p_value: float

    @classmethod
    def of(cls, held_out: NDArray[np.float64], current: NDArray[np.float64]) -> StandingOut:
        """Return what stands out beyond 99 in 100 held-out units of the reference.

        Parameters
        ----------
        held_out
            The novelty of the reference's held-out units, at least one of them known.
        current
            That of the window's units; NaN where it is not known.
        """
        usual = held_out[np.isfinite(held_out)]
        known = np.flatnonzero(np.isfinite(current))
        beyond = _usually_beyond(len(usual))
        there = known[current[known] > highest_usual(usual)]
        # Of equal ones the first stays the first.
        places = there[np.argsort(-current[there], kind="stable")]
        # How many of exchangeable units lie beyond the k-th largest of others is beta-binomial.
        chance = betabinom(len(known), beyond, len(usual) + 1 - beyond)
        return cls(
            places=places.astype(np.int64),
            seen=len(known),
            expected=len(known) * beyond / (len(usual) + 1),
            p_value=float(chance.sf(len(places) - 1)) if len(places) else 1.0,
        )


def highest_usual(held_out: NDArray[np.float64]) -> float:
    """Return the novelty beyond which hardly a held-out unit lies; a larger one stands out.

    Parameters
    ----------
    held_out
        Numbers of the reference's held-out units, at least one of them known.
    """
    usual = np.sort(held_out[np.isfinite(held_out)])
    return float(usual[-_usually_beyond(len(usual))])


def _usually_beyond(held_out: int) -> int:
    return max(1, round(_USUALLY_BEYOND * held_out))
