"""Slow drift over blocks: many small surprises in one direction, none of which is an alarm.

For each score and direction a Shiryaev-Roberts sum of likelihood ratios runs over the blocks: of
surprises that lie `theta` off to surprises about 0, for a few `theta`. Its mean over directions and
`theta` has the mean ``n`` after n independent blocks in which nothing moved. Source: J. Shin,
A. Ramdas and A. Rinaldo, "E-detectors", 2023.

Days are not quite independent given the model of them, and some are odd for no reason. So the sum
is divided by `_ROOM`, and a surprise counts as two standard deviations at most: a block multiplies
the evidence by no more than ``exp(2)``, so that an alarm takes about a week, however large the
change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

RUN_LENGTH = 1_000
"""Where nothing moves there are on average at least so many blocks between two alarms."""
FEWEST_BLOCKS = 7
_THETAS = np.array([0.5, 1.0, 2.0])
_FARTHEST = 2.0
# By simulation (`benchmarks.days --only trend`): without it there is an alarm in 1,000 quiet days.
_ROOM = 30.0
_MOST_EVIDENCE = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowMove:
    """A column that moves slowly.

    Attributes
    ----------
    place
        Which of the columns.
    upward
        In which direction.
    evidence
        Its own e-value.
    since
        The place of the block with which the move most likely began.
    """

    place: int
    upward: bool
    evidence: float
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowEvidence:
    """What the surprises of some blocks say together.

    Attributes
    ----------
    evidence
        The mean over all columns; an alarm is one of at least `RUN_LENGTH`.
    blocks
        Over how many blocks.
    moves
        The columns whose own evidence is an alarm's, most evidence first; empty without an alarm.
    """

    evidence: float
    blocks: int
    moves: tuple[SlowMove, ...] = ()


def slow_evidence(surprises: Numbers) -> SlowEvidence:
    """Return the evidence for slow moves after the last of some blocks.

    Parameters
    ----------
    surprises
        Shape (blocks, columns), in order of time: how far each column's mean lay from its
        expectation, about standard normal where nothing moved; NaN where it was not looked at.

    Examples
    --------
    >>> quiet, moving = np.zeros((20, 3)), np.zeros((20, 3))
    >>> moving[8:, 1] = 2.0
    >>> slow_evidence(quiet).moves
    ()
    >>> [(one.place, one.upward, one.since) for one in slow_evidence(moving).moves]
    [(1, True, 8)]
    """
    looked = np.isfinite(surprises).any(axis=1)
    known = np.clip(surprises[looked], -_FARTHEST, _FARTHEST)
    blocks, columns = known.shape
    if blocks < FEWEST_BLOCKS or not columns:
        return SlowEvidence(evidence=0.0, blocks=blocks)
    # Shape (blocks, directions, thetas, columns).
    signed = np.stack([known, -known], axis=1)[:, :, None, :]
    logs = np.nan_to_num(_THETAS[:, None] * signed - _THETAS[:, None] ** 2 / 2)
    sums = np.zeros(logs.shape[1:])
    for ratio, seen in zip(np.exp(logs), np.isfinite(known), strict=True):
        sums = np.where(seen, np.minimum((1 + sums) * ratio, _MOST_EVIDENCE), sums)
    by_direction = sums.mean(axis=1)
    own = by_direction.mean(axis=0) / _ROOM
    evidence = float(own.mean())
    if evidence < RUN_LENGTH:
        return SlowEvidence(evidence=evidence, blocks=blocks)
    places = np.flatnonzero(looked)
    moves = [
        SlowMove(
            place=at,
            upward=bool(by_direction[0, at] >= by_direction[1, at]),
            evidence=float(own[at]),
            since=int(places[_start(logs[:, :, :, at])]),
        )
        for at in np.argsort(-own, kind="stable").tolist()
        if own[at] >= RUN_LENGTH
    ]
    return SlowEvidence(evidence=evidence, blocks=blocks, moves=tuple(moves))


def _start(logs: Numbers) -> int:
    """Return from which block on one column's likelihood ratio is largest.

    Parameters
    ----------
    logs
        Shape (blocks, directions, thetas).
    """
    from_here = np.cumsum(logs[::-1], axis=0)[::-1]
    return int(np.unravel_index(int(from_here.argmax()), from_here.shape)[0])
