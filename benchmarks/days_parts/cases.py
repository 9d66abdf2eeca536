"""Which worlds are looked at, in windows of which length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.drawing import Counts, drawn, recorded
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.worlds import DAYS, Recipe, Weather, World
from drift.days.model.times import NO_PHASE, BlockTimes

REFERENCE_IMAGES = 2000
_CLIENT_DAY, _CLIENT_SHARE = 50, 0.5
_HOURS = 240
_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of world and of window.

    Attributes
    ----------
    name
        What is printed.
    weather
        How days differ.
    images
        How many images a block has, by its number.
    blocks
        How many blocks a world has.
    window
        How many blocks a window has; one ends with every block.
    per_recipe
        How many blocks in a row are of one day.
    per_day
        How many blocks in a row are on one date.
    cycle
        How many phases there are; 0 for none.
    client
        Whether a new client comes on day 50, which is accepted on the same day.
    bar
        Up to which rate of false alarms is good.
    """

    name: str
    weather: Weather
    images: Callable[[int], int]
    blocks: int = DAYS
    window: int = 1
    per_recipe: int = 1
    per_day: int = 1
    cycle: int = 7
    client: bool = False
    bar: float = 0.02

    def times(self) -> BlockTimes:
        """Return when its blocks are."""
        at = np.arange(self.blocks)
        return BlockTimes(
            positions=at.astype(np.float64),
            phases=at % self.cycle if self.cycle else np.full(self.blocks, NO_PHASE),
            regimes=(at >= _CLIENT_DAY).astype(np.int64) * self.client,
            dates=at // self.per_day,
        )

    def is_false(self, block: int) -> bool:
        """Tell whether an alarm of the window that ends with a block is a false one."""
        return not (self.client and block == _CLIENT_DAY)


def _always(images: int) -> Callable[[int], int]:
    return lambda _block: images


def _weekends(block: int) -> int:
    return 200 if block % 7 >= 5 else 10_000


SIZES = (100, 1000, 10_000)
POOLED = (Weather.NONE, Weather.MILD, Weather.MODERATE)
CASES = (
    *(
        Case(
            name=f"{weather}, {images:,} a day", weather=weather, images=_always(images), bar=0.012
        )
        for weather in POOLED
        for images in SIZES
    ),
    *(
        Case(name=f"few images, {images} a day", weather=Weather.MODERATE, images=_always(images))
        for images in (3, 5)
    ),
    Case(name="heavy-tailed days, 1,000 a day", weather=Weather.HEAVY, images=_always(1000)),
    Case(name="weekdays 10,000, weekends 200", weather=Weather.MODERATE, images=_weekends),
    Case(name="slow season, 1,000 a day", weather=Weather.SEASON, images=_always(1000)),
    Case(name="new client, accepted", weather=Weather.MODERATE, images=_always(1000), client=True),
    Case(name="7 days, run daily", weather=Weather.MODERATE, images=_always(1000), window=7),
    Case(
        name="500 rows",
        weather=Weather.MODERATE,
        images=_always(_ROWS),
        per_recipe=2,
        per_day=2,
        cycle=0,
    ),
    Case(
        name="one hour",
        weather=Weather.DAYTIME,
        images=_always(200),
        blocks=_HOURS,
        per_day=24,
        cycle=24,
    ),
)


CAMERAS = tuple(
    Case(
        name=f"five cameras, {weather}, {images:,} a day",
        weather=weather,
        images=_always(images),
        bar=0.012,
    )
    for weather in (Weather.MILD, Weather.MODERATE)
    for images in (300, 1000)
)
"""Cameras differ for good, and each has days of its own: false alarms are counted with 1,000 images
a day, faults of one camera with 300."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnWorld:
    """One world of a case, with the images of all its blocks.

    Attributes
    ----------
    world
        Where they come from.
    reference
        The reference's images.
    recipes
        By block.
    blocks, records
        How often each picture of the pool is in each block, and in its record.
    random
        For further draws.
    """

    world: World
    reference: Counts
    recipes: list[Recipe]
    blocks: list[Counts]
    records: list[Counts]
    random: np.random.Generator

    def window(self, block: int, length: int) -> Counts:
        """Return the images of the window that ends with a block."""
        total: NDArray[np.int64] = np.sum(self.blocks[block + 1 - length : block + 1], axis=0)
        return total


def draw_world(case: Case, seed: int, pool: Pool) -> DrawnWorld:
    """Draw a world; equal seeds give equal worlds."""
    world = World(pool=pool, weather=case.weather, seed=seed)
    random = np.random.default_rng([seed, case.images(0), case.window])
    found = DrawnWorld(
        world=world,
        reference=drawn(world, world.at_training, REFERENCE_IMAGES, random),
        recipes=[],
        blocks=[],
        records=[],
        random=random,
    )
    for block in range(case.blocks):
        if block % case.per_recipe == 0:
            recipe = world.next()
        if case.client and block >= _CLIENT_DAY:
            recipe = world.new_client(recipe, _CLIENT_SHARE)
        counts = drawn(world, recipe, case.images(block), random)
        found.recipes.append(recipe)
        found.blocks.append(counts)
        found.records.append(recorded(counts, random))
    return found
