"""A world whose images are drawn camera by camera."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.days_parts.cases import REFERENCE_IMAGES, Case
from benchmarks.days_parts.drawing import RECORDED, Counts, drawn, multinomial
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.worlds import Recipe, World

Block = list[Counts]
"""How often each picture of the pool is in a block, camera by camera."""


@dataclass(slots=True)
class CameraWorld:
    """A world whose images are drawn camera by camera.

    Attributes
    ----------
    blocks, records
        Of every block all images, and those that its record holds.
    """

    world: World
    reference: Counts
    random: np.random.Generator
    blocks: list[Block] = field(default_factory=list)
    records: list[Block] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)

    @classmethod
    def of(cls, case: Case, seed: int, pool: Pool) -> CameraWorld:
        """Draw a world; equal seeds give equal worlds."""
        world = World(pool=pool, weather=case.weather, seed=seed)
        random = np.random.default_rng([seed, case.images(0), 5])
        reference = drawn(world, world.at_training, REFERENCE_IMAGES, random)
        found = cls(world=world, reference=reference, random=random)
        for number in range(case.blocks):
            recipe = world.with_clients_moved(world.next())
            block = found.drawn(recipe, case.images(number))
            found.recipes.append(recipe)
            found.blocks.append(block)
            found.records.append(_recorded(block, random))
        return found

    def drawn(self, recipe: Recipe, images: int, *, broken: int = -1, fault: int = -1) -> Block:
        """Draw a block, all images of the camera `broken` with the fault `fault`."""
        pool, sizes = self.world.pool, self.random.multinomial(images, recipe.clients)
        block = []
        for camera, size in enumerate(sizes.tolist()):
            wanted = pool.fault == fault if camera == broken else pool.normal
            weights = np.where(wanted, self.world.weights_of(recipe, camera), 0.0)
            block.append(multinomial(self.random, size, weights))
        return block


def _recorded(block: Block, random: np.random.Generator) -> Block:
    total = sum(int(one.sum()) for one in block)
    if total <= RECORDED:
        return block
    pictures = len(block[0])
    joined = np.concatenate(block)
    places = np.flatnonzero(joined)
    chosen = random.choice(np.repeat(places, joined[places]), RECORDED, replace=False)
    return list(np.bincount(chosen, minlength=len(joined)).reshape(-1, pictures))
