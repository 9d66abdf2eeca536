"""Which likeness of days the past blocks speak for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from drift.comparison.methods.location import LOCATION
from drift.days.matrix import FamilyMeans
from drift.days.model.random_effects.day_fit import fit_days
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.random_effects.kernel import INDEPENDENT, SHAPES, KernelShape
from drift.days.model.times import BlockTimes
from drift.days.scale import JOINT

# With so many past blocks it is looked for, and then anew.
_LOOKED_FOR_AT = (10, 14, 28, 56)
# All scores of a family tell together about as much as so many independent ones.
_INDEPENDENT_SCORES = 12.0
_COST_OF_A_PART = 2.0


def blocks_for_shape(blocks: int) -> int:
    """Return how many of some past blocks, the first ones, decide on the shape."""
    return max((number for number in _LOOKED_FOR_AT if number <= blocks), default=0)


def chosen_shape(past: FamilyMeans, times: BlockTimes) -> KernelShape:
    """Return the shape that is most probable given past blocks; independent days for few blocks.

    The first blocks alone decide, as many as `blocks_for_shape` says.
    """
    used = np.arange(blocks_for_shape(len(times)))
    if not len(used):
        return INDEPENDENT
    locations = [
        at for at, key in enumerate(past.keys) if key.method == LOCATION.name and key.group != JOINT
    ]
    looked_at = locations or list(range(len(past.keys)))
    some, when = _of_scores(rows_of(past, used), looked_at), times.take(used)
    return max(SHAPES, key=lambda shape: _evidence(some, when, shape))


def _evidence(past: FamilyMeans, times: BlockTimes, shape: KernelShape) -> float:
    fit = fit_days(past, times, shape)
    logs = fit.log_likelihoods + fit.log_priors
    top = logs.max(axis=1)
    own = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    cost = _COST_OF_A_PART * ((shape.phase > 0) + (shape.neighbours > 0))
    return float(own.mean() * _INDEPENDENT_SCORES) - cost


def _of_scores(family: FamilyMeans, scores: list[int]) -> FamilyMeans:
    return replace(
        family,
        keys=tuple(family.keys[at] for at in scores),
        means=family.means[:, scores],
        variances=family.variances[:, scores],
        images=family.images[:, scores],
        # How alike days are does not depend on how the scores go together.
        correlations=(),
        skewness=family.skewness[scores],
        unit=family.unit[scores],
        matters=family.matters[scores],
    )
