"""Past blocks once more, in their order: which are normal, which belong to an episode.

An alarm opens an episode. Its blocks teach nothing until the scores that raised it have been back
for two blocks, which are then normal themselves. The first blocks are not judged, since too little
is known; while there are seven to fourteen, one that lies far from all others is kept out. Where
the level was accepted anew (a new regime) an open episode ends. Nothing is stored: the same blocks
and marks give the same course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.family_course import BACK_BELOW, BLOCKS_BACK, BlockLook, FamilyCourse
from drift.days.model.first_blocks import SCREENED_AT, oddest_block
from drift.days.model.parts_course import PartLooks, PartsCourse, PartsReplay
from drift.days.model.plan import NEEDED_DAYS, ModelPlan
from drift.days.model.times import BlockTimes

# Of the critical value: a first block is kept out where it lies beyond that. A Sunday may be the
# only one so far.
_FAR_OFF = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEpisode:
    """A stretch of blocks that are not normal.

    Attributes
    ----------
    start
        The place of its first block.
    end
        The place of the first block after it; None while it is open.
    keys
        The scores that raised it or rose later.
    """

    start: int
    end: int | None
    keys: frozenset[StatisticKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What past blocks are.

    Attributes
    ----------
    normal
        Which blocks teach what is normal: bool of shape (blocks,).
    episodes
        In their order; only the last may be open.
    calibrations
        By family: how well past blocks were predicted.
    looks
        By family and block: what it was beside the normal blocks before it; None for the first
        ones and for those that a person kept out.
    parts
        What they are for the parts of the traffic.
    """

    normal: NDArray[np.bool_]
    episodes: tuple[BlockEpisode, ...]
    calibrations: tuple[Calibration, ...]
    looks: tuple[tuple[BlockLook | None, ...], ...] = ()
    parts: PartsReplay = field(default_factory=PartsReplay)

    @property
    def open_episode(self) -> BlockEpisode | None:
        """The episode that has not ended."""
        last = self.episodes[-1] if self.episodes else None
        return last if last is not None and last.end is None else None


def replay(
    families: Sequence[FamilyMeans],
    times: BlockTimes,
    rejected: NDArray[np.bool_],
    plans: Sequence[ModelPlan],
) -> Replay:
    """Go through past blocks in the order of their positions.

    Parameters
    ----------
    families
        One row per block, the same blocks in each.
    times
        Of the blocks, by rising position.
    rejected
        Which blocks teach nothing whatever they look like: a person kept them out, or they lost
        too many images. They open no episode and end none. Shape (blocks,).
    plans
        One per family.
    """
    course = ReplayCourse.of(families, times, plans)
    for row in np.flatnonzero(~rejected).tolist():
        course.meet(row)
    return course.so_far()


Looks = list[BlockLook | None]


@dataclass(slots=True)
class _Open:
    start: int
    upward: dict[tuple[int, int], bool]
    back: list[tuple[int, Looks, PartLooks]] = field(default_factory=list)


@dataclass(slots=True)
class ReplayCourse:
    """A replay that goes on block by block.

    Attributes
    ----------
    families
        Each through its blocks.
    times
        Of the blocks.
    parts
        The parts of the traffic through the same blocks.
    normal
        The places of those met that teach.
    """

    families: list[FamilyCourse]
    times: BlockTimes
    parts: PartsCourse = field(default_factory=PartsCourse)
    normal: list[int] = field(default_factory=list)
    _ended: list[BlockEpisode] = field(default_factory=list)
    _looks: dict[int, Looks] = field(default_factory=dict)
    _open: _Open | None = None
    _regime: int | None = None

    @classmethod
    def of(
        cls,
        families: Sequence[FamilyMeans],
        times: BlockTimes,
        plans: Sequence[ModelPlan],
        parts: PartsCourse | None = None,
    ) -> ReplayCourse:
        """Begin a replay; see `replay`."""
        each = [
            FamilyCourse(family=family, times=times, plan=plan)
            for family, plan in zip(families, plans, strict=True)
        ]
        return cls(families=each, times=times, parts=parts or PartsCourse())

    def copy(self) -> ReplayCourse:
        """Return the same course, which goes on by itself."""
        running = self._open
        return replace(
            self,
            families=[replace(one) for one in self.families],
            parts=self.parts.copy(),
            normal=list(self.normal),
            _ended=list(self._ended),
            _looks=dict(self._looks),
            _open=None
            if running is None
            else replace(running, upward=dict(running.upward), back=list(running.back)),
        )

    def so_far(self, blocks: int | None = None) -> Replay:
        """Return what the first blocks are, all of them without a number.

        Those that were not met do not teach.
        """
        number = len(self.times) if blocks is None else blocks
        normal = np.zeros(number, dtype=np.bool_)
        normal[self.normal] = True
        running = [] if self._open is None else [self._episode(self._open, None)]
        places = range(number)
        return Replay(
            normal=normal,
            episodes=(*self._ended, *running),
            calibrations=tuple(one.calibration for one in self.families),
            looks=tuple(
                tuple(self._looks[row][at] if row in self._looks else None for row in places)
                for at in range(len(self.families))
            ),
            parts=self.parts.so_far(number),
        )

    def meet(self, row: int) -> None:
        """Look at the next block."""
        self._begin_regime(row)
        if not self.normal:
            self.normal.append(row)
            return
        if len(self.normal) in SCREENED_AT:
            self._leave_out_odd_one()
        looks = self._looks[row] = [course.look(row, self.normal) for course in self.families]
        of_parts = self.parts.look(row, self.normal)
        if self._open is not None:
            self._go_on(row, looks, of_parts)
        elif self._has_learnt and _has_alarm(looks):
            self._open = _Open(start=row, upward=_directions(looks))
            for course, look in zip(self.families, looks, strict=True):
                if look is not None and look.alarms.any():
                    course.learn_of_alarm(look)
        else:
            self._teach(row, looks, of_parts)

    def _begin_regime(self, row: int) -> None:
        regime = int(self.times.regimes[row])
        if regime != self._regime:
            self._end(row)
            self.parts.end_all(row)
        self._regime = regime

    @property
    def _has_learnt(self) -> bool:
        return self.times.days_of(self.normal) >= NEEDED_DAYS

    def _leave_out_odd_one(self) -> None:
        """Keep out a first block that all others call far off: the first ones were not judged."""
        odd = oddest_block([one.family for one in self.families], self.normal)
        others = [row for row in self.normal if row != odd]
        looks = [course.look(odd, others, same_shape=True) for course in self.families]
        if any(look is not None and _is_far_off(look) for look in looks):
            self.normal = others

    def _go_on(self, row: int, looks: Looks, of_parts: PartLooks) -> None:
        running = self._open
        if running is None:
            return
        if _has_alarm(looks) or not _is_back(running, looks):
            running.upward |= _directions(looks)
            running.back.clear()
            return
        running.back.append((row, looks, of_parts))
        if len(running.back) == BLOCKS_BACK:
            self._end(running.back[0][0])
            for one, seen, of_its_parts in running.back:
                self._teach(one, seen, of_its_parts)

    def _teach(self, row: int, looks: Looks, of_parts: PartLooks) -> None:
        # The first predictions lean on a prior: they say little of later ones.
        is_telling = self._has_learnt
        self.normal.append(row)
        for course, look in zip(self.families, looks, strict=True):
            if look is not None and is_telling:
                course.learn(look)
        self.parts.teach(row, of_parts)

    def _end(self, row: int) -> None:
        if self._open is not None:
            self._ended.append(self._episode(self._open, row))
            self._open = None

    def _episode(self, running: _Open, end: int | None) -> BlockEpisode:
        keys = frozenset(self.families[one].family.keys[at] for one, at in running.upward)
        return BlockEpisode(start=running.start, end=end, keys=keys)


def _is_far_off(look: BlockLook) -> bool:
    return bool(look.alarms.any()) and look.surprise.largest > _FAR_OFF * look.critical


def _has_alarm(looks: Looks) -> bool:
    return any(look is not None and bool(look.alarms.any()) for look in looks)


def _directions(looks: Looks) -> dict[tuple[int, int], bool]:
    """Return whether each alarmed score, by family and place, is above its expectation."""
    return {
        (one, int(at)): bool(look.surprise.z[at] > 0)
        for one, look in enumerate(looks)
        if look is not None
        for at in np.flatnonzero(look.alarms)
    }


def _is_back(running: _Open, looks: Looks) -> bool:
    for (one, at), upward in running.upward.items():
        look = looks[one]
        if look is None:
            continue
        z = look.surprise.z[at] if upward else -look.surprise.z[at]
        if z > BACK_BELOW * look.critical:
            return False
    return True
