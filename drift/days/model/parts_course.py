"""The parts of the traffic through the same blocks as the whole: each has episodes of its own.

An alarm of a part, such as a camera, opens an episode of this part alone: its scores of those
blocks teach nothing until they have been back for two blocks, while everything else goes on
learning. Where the whole is in an episode no part learns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.family_course import BACK_BELOW, BLOCKS_BACK, BlockLook, FamilyCourse
from drift.days.model.plan import ModelPlan
from drift.days.model.times import BlockTimes

PartLooks = Sequence[BlockLook | None]
Places = dict[tuple[int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEpisode:
    """A stretch of blocks in which one part is not normal.

    Attributes
    ----------
    part
        The group of its scores.
    start, end
        As of `BlockEpisode`.
    keys
        The scores that raised it or rose later.
    """

    part: str
    start: int
    end: int | None
    keys: frozenset[StatisticKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsReplay:
    """What past blocks are for the parts.

    Attributes
    ----------
    calibrations
        By family: how well past blocks were predicted.
    left_out
        By family: which scores of which blocks teach nothing although their block does, bool of
        shape (blocks, scores).
    episodes
        In the order of their ends; of each part only the last may be open.
    """

    calibrations: tuple[Calibration, ...] = ()
    left_out: tuple[NDArray[np.bool_], ...] = ()
    episodes: tuple[PartEpisode, ...] = ()

    def open_episode(self, part: str) -> PartEpisode | None:
        """Return the episode of a part that has not ended."""
        running = (one for one in self.episodes if one.part == part and one.end is None)
        return next(running, None)


@dataclass(slots=True)
class _OpenPart:
    start: int
    upward: Places
    back: list[int] = field(default_factory=list)


@dataclass(slots=True)
class PartsCourse:
    """Looks at the parts in one block after another.

    Attributes
    ----------
    families
        Each through its blocks; the groups of their scores are the parts.
    """

    families: list[FamilyCourse] = field(default_factory=list)
    _open: dict[str, _OpenPart] = field(default_factory=dict)
    _ended: list[PartEpisode] = field(default_factory=list)

    @classmethod
    def of(
        cls, families: Sequence[FamilyMeans], times: BlockTimes, plans: Sequence[ModelPlan]
    ) -> PartsCourse:
        """Begin with the first block; the parameters are those of `replay`."""
        return cls(
            families=[
                FamilyCourse(family=family, times=times, plan=plan)
                for family, plan in zip(families, plans, strict=True)
            ]
        )

    def copy(self) -> PartsCourse:
        """Return the same course, which goes on by itself."""
        return replace(
            self,
            families=[replace(one) for one in self.families],
            _open={
                part: replace(one, upward=dict(one.upward), back=list(one.back))
                for part, one in self._open.items()
            },
            _ended=list(self._ended),
        )

    def so_far(self, blocks: int) -> PartsReplay:
        """Return what the first blocks are."""
        running = [self._episode(part, one, None) for part, one in self._open.items()]
        return PartsReplay(
            calibrations=tuple(one.calibration for one in self.families),
            left_out=tuple(one.left_out[:blocks] for one in self.families),
            episodes=(*self._ended, *running),
        )

    def look(self, row: int, normal: list[int]) -> PartLooks:
        """Return a block beside the normal ones, by family."""
        return [course.look(row, normal) for course in self.families]

    def teach(self, row: int, looks: PartLooks) -> None:
        """Take in a block that is normal as a whole."""
        raised = self._raised(looks)
        opened = [places for part, places in raised.items() if part not in self._open]
        for part in [one for one in self._open if one not in raised]:
            self._go_on(part, row, looks)
        for part, upward in raised.items():
            self._rise(part, row, upward)
        for at, (course, look) in enumerate(zip(self.families, looks, strict=True)):
            if look is None:
                continue
            if any(family == at for places in opened for family, _ in places):
                course.learn_of_alarm(look)
            else:
                course.learn(look, ~course.places_of(self._open))

    def end_all(self, row: int) -> None:
        """End all episodes: the level was accepted anew."""
        self._ended += [self._episode(part, one, row) for part, one in self._open.items()]
        self._open.clear()

    def _raised(self, looks: PartLooks) -> dict[str, Places]:
        """Return whether each alarmed score is above its expectation, by part."""
        raised: dict[str, Places] = {}
        for one, at, look in _alarms(looks):
            part = self.families[one].family.keys[at].group
            raised.setdefault(part, {})[one, at] = bool(look.surprise.z[at] > 0)
        return raised

    def _rise(self, part: str, row: int, upward: Places) -> None:
        running = self._open.setdefault(part, _OpenPart(start=row, upward={}))
        running.upward |= upward
        running.back.clear()
        self._set_left_out(part, [row], is_out=True)

    def _go_on(self, part: str, row: int, looks: PartLooks) -> None:
        running = self._open[part]
        self._set_left_out(part, [row], is_out=True)
        if not _is_back(running, looks):
            running.back.clear()
            return
        running.back.append(row)
        if len(running.back) == BLOCKS_BACK:
            self._ended.append(self._episode(part, running, running.back[0]))
            self._set_left_out(part, running.back, is_out=False)
            del self._open[part]

    def _set_left_out(self, part: str, rows: list[int], *, is_out: bool) -> None:
        for course in self.families:
            course.leave_out(rows, part, is_out=is_out)

    def _episode(self, part: str, running: _OpenPart, end: int | None) -> PartEpisode:
        keys = frozenset(self.families[one].family.keys[at] for one, at in running.upward)
        return PartEpisode(part=part, start=running.start, end=end, keys=keys)


def _alarms(looks: PartLooks) -> Iterator[tuple[int, int, BlockLook]]:
    for one, look in enumerate(looks):
        if look is not None:
            for at in np.flatnonzero(look.alarms).tolist():
                yield one, at, look


def _is_back(running: _OpenPart, looks: PartLooks) -> bool:
    """Tell whether a part was seen, and all that rose lies well within what is normal."""
    seen = False
    for (one, at), upward in running.upward.items():
        look = looks[one]
        z = np.nan if look is None else look.surprise.z[at]
        if look is None or not np.isfinite(z):
            continue
        seen = True
        if (z if upward else -z) > BACK_BELOW * look.critical:
            return False
    return seen
