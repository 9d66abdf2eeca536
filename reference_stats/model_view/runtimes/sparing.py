"""A batch that a model fails on: the images that it fails on alone do not take the others along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from jobs.errors import ModelError
from reference_stats.model_view.runtimes.net import Numbers, SeenBatch
from reference_stats.model_view.viewer import Pictures
from reference_stats.model_view.views import FEWEST_TO_JUDGE

# A model that fails on every picture is given up after so many attempts, at least.
_FEWEST_FAILURES = 32


def spared(see: Callable[[Pictures], SeenBatch], batches: Sequence[Pictures]) -> SeenBatch | None:
    """Return what a model says of each picture; NaN for those that it fails on by themselves.

    Parameters
    ----------
    see
        Returns what the model says of at least one picture; of each the same beside any others.
    batches
        At least one, of at least one picture each.

    Returns
    -------
    None where it fails on all of a few pictures: it may see others. Those that no run remembers
    come alone, and so do all pictures of a model that takes one at a time.

    Raises
    ------
    ModelError
        If the model fails on all of many pictures, or as often as there are pictures.
    """
    count = sum(map(len, batches))
    waiting, parts = list(reversed(batches)), list[SeenBatch | None]()
    failures: list[ModelError] = []
    while waiting:
        some = waiting.pop()
        try:
            parts.append(see(some))
        except ModelError as error:
            failures.append(error)
            if len(failures) > max(_FEWEST_FAILURES, count):
                raise failures[0] from None
            if len(some) == 1:
                parts.append(None)
            else:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
    there = [one for one in parts if one is not None]
    if there:
        nothing = _nothing_like(there[0])
        return joined([nothing if one is None else one for one in parts])
    if count >= FEWEST_TO_JUDGE:
        raise failures[0]
    return None


def joined(parts: Sequence[SeenBatch]) -> SeenBatch:
    """Return several parts, at least one, as one."""
    if len(parts) == 1:
        return parts[0]
    outputs = [one.outputs for one in parts if one.outputs is not None]
    return SeenBatch(
        embeddings=np.concatenate([one.embeddings for one in parts]),
        outputs=np.concatenate(outputs) if len(outputs) == len(parts) else None,
    )


def _nothing_like(one: SeenBatch) -> SeenBatch:
    """Return the numbers of one picture that has none."""
    outputs = one.outputs
    return SeenBatch(
        embeddings=_nan_like(one.embeddings),
        outputs=None if outputs is None else _nan_like(outputs),
    )


def _nan_like(values: Numbers) -> Numbers:
    return np.full((1, *values.shape[1:]), np.nan, dtype=np.float32)
