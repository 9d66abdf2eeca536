"""Slow drift of the columns' means in the blocks that a replay went through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.model.family_course import BlockLook
from drift.days.model.replay import Replay
from drift.days.model.slow_moves import slow_evidence
from drift.days.scale import JOINT

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftingColumn:
    """A column whose mean moves slowly.

    Attributes
    ----------
    evidence
        Its own e-value.
    shift
        By how much its blocks lay off their expectation on average since then, in reference
        standard deviations; above 0 for a mean that rose.
    since
        The place of the block with which the move most likely began.
    """

    name: str
    evidence: float
    shift: float
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDrift:
    """Whether the means of the columns have been moving slowly.

    Attributes
    ----------
    evidence
        The mean e-value over all columns.
    blocks
        Over how many blocks.
    columns
        Those that moved, most evidence first.
    """

    evidence: float
    blocks: int
    columns: tuple[DriftingColumn, ...]


def slow_drift(
    keys: Sequence[Sequence[StatisticKey]],
    replayed: Replay,
    counting: NDArray[np.bool_],
    minimum_effect: float,
) -> SlowDrift:
    """Look for slow drift in the blocks that a replay went through.

    The blocks of an episode that goes on count: a change that lasts is one whether or not its
    first day raised an alarm. Those of an episode that is over do not: that change passed.

    Parameters
    ----------
    keys
        The scores of each family of the replay.
    counting
        Which blocks may count, bool of shape (blocks,): not those of a level that people left
        behind when they accepted another.
    minimum_effect
        A column that moved by less on average does not drift, in reference standard deviations.
    """
    parts = [_locations(*one) for one in zip(keys, replayed.looks, strict=True)]
    names = [name for part in parts for name in part[0]]
    surprises, differences = (
        np.concatenate([np.zeros((len(counting), 0)), *(part[at] for part in parts)], axis=1)
        for at in (1, 2)
    )
    counts = counting & ~_in_ended_episode(replayed)
    surprises[~counts] = np.nan
    found = slow_evidence(surprises)
    moved = [
        DriftingColumn(
            name=names[move.place],
            evidence=move.evidence,
            shift=float(np.nanmean(differences[move.since :, move.place][counts[move.since :]])),
            since=move.since,
        )
        for move in found.moves
    ]
    return SlowDrift(
        evidence=found.evidence,
        blocks=found.blocks,
        columns=tuple(one for one in moved if abs(one.shift) >= minimum_effect),
    )


def _in_ended_episode(replayed: Replay) -> NDArray[np.bool_]:
    within = np.zeros(len(replayed.normal), dtype=np.bool_)
    for one in replayed.episodes:
        if one.end is not None:
            within[one.start : one.end] = True
    return within


def _locations(
    keys: Sequence[StatisticKey], looks: tuple[BlockLook | None, ...]
) -> tuple[list[str], Numbers, Numbers]:
    """Return the numbers of a family, and by block their surprises and differences."""
    places = [
        at for at, key in enumerate(keys) if key.method == LOCATION.name and key.group != JOINT
    ]
    unknown = np.full(len(places), np.nan)
    rows = [
        (unknown, unknown)
        if look is None
        else (look.surprise.z[places], look.surprise.difference[places])
        for look in looks
    ]
    names = [keys[at].group for at in places]
    return names, np.array([one[0] for one in rows]), np.array([one[1] for one in rows])
