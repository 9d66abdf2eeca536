"""Ten days drawn from a pool whose pictures are there as files; no picture twice in a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.cases import Case, DrawnWorld
from benchmarks.days_parts.making import PoolSource, pictures_of, variants_of
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.worlds import Recipe, Weather, World

DAYS = 10
_A_DAY, _REFERENCE = 40, 160
CASE = Case(name="ten days", weather=Weather.MODERATE, images=lambda _block: _A_DAY, blocks=DAYS)
# The lens has been out of focus since the ninth day.
_FAULTY_FROM, _FAULT = 8, "defocus_blur"

Pictures = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenDays:
    """A reference and ten days.

    Pictures are in the order of the pool: permutations of rows depend on their order.

    Attributes
    ----------
    world
        Where they come from.
    reference
        The places in the pool of its pictures.
    days
        By day the same.
    """

    world: World
    reference: Pictures
    days: Sequence[Pictures]

    def drawn(self, days: int) -> DrawnWorld:
        """Return the first days as other measures take them: how often each picture is in each."""
        size = len(self.world.pool.rows)
        blocks = [np.bincount(day, minlength=size) for day in self.days[:days]]
        return DrawnWorld(
            world=self.world,
            reference=np.bincount(self.reference, minlength=size),
            recipes=[],
            blocks=blocks,
            # A record holds more images of a day than there are; the last day teaches nothing.
            records=blocks[:-1],
            random=self.world.random,
        )

    @classmethod
    def of(cls, pool: Pool, seed: int) -> TenDays:
        """Draw a world of moderate days; equal seeds give equal worlds.

        No picture of the reference is seen in production, and none twice in a day: a run counts
        such pictures once, and the other benchmarks count them as often as they are drawn.
        """
        world = World(pool=pool, weather=Weather.MODERATE, seed=seed)
        random = np.random.default_rng([seed, DAYS])
        free = pool.normal.copy()
        reference = _drawn(world, world.at_training, free, _REFERENCE, random)
        free[reference] = False
        faulty = pool.fault == pool.faults.index(_FAULT)
        days = []
        for day in range(DAYS):
            allowed = faulty if day >= _FAULTY_FROM else free
            days.append(_drawn(world, world.next(), allowed, _A_DAY, random))
        return cls(world=world, reference=reference, days=days)


def picture_files(source: PoolSource) -> list[bytes]:
    """Return the files that the rows of a pool were measured on, in the order of the rows."""
    usual: list[bytes] = []
    faulty: list[bytes] = []
    for number, picture in enumerate(pictures_of(source)[0]):
        for one in variants_of(number, picture, source.variants, source.faulty):
            usual.append(one.data)
            faulty += one.faulty
    return [*usual, *faulty]


def _drawn(
    world: World,
    recipe: Recipe,
    allowed: NDArray[np.bool_],
    images: int,
    random: np.random.Generator,
) -> Pictures:
    weights = np.where(allowed, world.weights(recipe), 0.0)
    chosen = random.choice(len(weights), images, replace=False, p=weights / weights.sum())
    return np.sort(chosen)
