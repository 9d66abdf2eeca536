"""What a model sees in the pictures of the pool: simulated, as no picture is kept in a pool.

An embedding is the sum of a part of what the photograph shows, one of the photograph, one of the
conditions, one of the fault and one of the picture alone; the classes of the model are those that
the pool's predictions say.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.drawing import Counts, ScoredTable
from benchmarks.days_parts.pool import CONDITIONS, Pool
from drift.days.records.measured.scales import SeenReference, view_scale
from drift.model_view.scale import NoViewScale, ViewScale
from reference_stats.model_view.views import ImageViews

_WIDTH = 32
_SEED = 7
_OF_CLASS, _OF_PHOTOGRAPH, _OF_CONDITIONS, _OF_FAULT, _OF_PICTURE = 1.0, 0.7, 0.12, 0.6, 0.3


def simulated_views(pool: Pool) -> ImageViews:
    """Return what the model sees in every picture of a pool; equal pools give equal views."""
    random = np.random.default_rng(_SEED)
    of_classes = random.standard_normal((len(pool.labels), _WIDTH))
    of_photographs = random.standard_normal((len(pool.classes), _WIDTH))
    of_conditions = random.standard_normal((CONDITIONS, _WIDTH))
    of_faults = random.standard_normal((len(pool.faults), _WIDTH))
    embeddings = (
        _OF_CLASS * of_classes[pool.shown]
        + _OF_PHOTOGRAPH * of_photographs[pool.photographs]
        + _OF_CONDITIONS * pool.conditions @ of_conditions
        + _OF_FAULT * np.where(pool.normal[:, None], 0.0, of_faults[pool.fault])
        + _OF_PICTURE * random.standard_normal((len(pool.rows), _WIDTH))
    )
    return ImageViews(
        embeddings=embeddings.astype(np.float16),
        answers=_answers(pool.confidence, random),
        classes=pool.predicted.astype(np.int32),
        known=np.ones(len(pool.rows), dtype=np.bool_),
    )


def _answers(confidence: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float32]:
    """Return entropy, energy and confidence; the first two follow mostly from the confidence."""
    noise = 0.1 * random.standard_normal((2, len(confidence)))
    entropy = -confidence * np.log(confidence) - (1 - confidence) * np.log1p(-confidence)
    energy = -np.log(confidence / (1 - confidence))
    table: NDArray[np.float32] = np.column_stack(
        [np.abs(entropy + noise[0]), energy + noise[1], confidence]
    ).astype(np.float32)
    return table


def scored_view(pool: Pool, reference: Counts) -> ScoredTable:
    """Return the scores of the view of every picture, on the scale of a reference.

    Every image of the reference is a unit of its own.
    """
    views = simulated_views(pool)
    rows = np.repeat(np.arange(len(reference)), reference)
    scale = ViewScale.of(views.take(rows), np.arange(len(rows)))
    if isinstance(scale, NoViewScale):
        raise ValueError(scale.reason)  # noqa: TRY004 - the reference is too small
    seen = SeenReference(id="", scale=scale)
    return ScoredTable.of(view_scale(seen), seen.numbers(views), {})
