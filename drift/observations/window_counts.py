"""What a report says of the images of a window: counts, losses, and the log's own numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.log_counts import with_detail
from drift.observations.near_copies.clusters import (
    NearCopies,
)
from jobs.images.locations import ImageLocation
from reference_stats.features.registry import feature_names
from reference_stats.outcomes import (
    ImageFeatures,
    MissingImage,
    Outcome,
    OverwrittenImage,
    UnfetchedImage,
    UnreadableImage,
)
from reports.findings.images import ImageCounts, Trouble

TROUBLES_SHOWN = 20
# The log's producer computes in its own way; smaller relative differences are rounding.
_CROSS_CHECK_TOLERANCE = 1e-6
LostImage = UnreadableImage | MissingImage | UnfetchedImage | OverwrittenImage
_CROSS_CHECKED = feature_names()


def first_troubles(lost: Sequence[tuple[ImageLocation, LostImage]]) -> tuple[Trouble, ...]:
    """Return the images that were lost first by name, with the reason of each."""
    troubles = [
        Trouble(name=location.path, reason=with_detail(outcome.summary, outcome.detail))
        for location, outcome in lost
    ]
    return tuple(sorted(troubles, key=lambda trouble: trouble.name)[:TROUBLES_SHOWN])


def count_near_duplicates(copies: NearCopies) -> int:
    """Return how many images are near-copies of another one."""
    images = np.arange(len(copies.clusters)) if copies.images is None else copies.images
    return len(np.unique(images[copies.is_near_copy]))


def count_reasons(lost: Sequence[tuple[ImageLocation, LostImage]]) -> dict[str, int]:
    """Return how many images were lost for each reason."""
    return dict(sorted(Counter(outcome.summary for _, outcome in lost).items()))


def count_images(images: Sequence[Outcome], *, rows: int) -> ImageCounts:
    """Return what became of the images."""
    kinds = Counter(type(outcome) for outcome in images)
    return ImageCounts(
        logged=len(images),
        analysed=kinds[ImageFeatures],
        missing=kinds[MissingImage],
        unreadable=kinds[UnreadableImage],
        unfetched=kinds[UnfetchedImage],
        rows=rows,
        overwritten=kinds[OverwrittenImage],
    )


def cross_check(
    raw: pd.DataFrame,
    keep: NDArray[np.bool_],
    features: pd.DataFrame,
    named_once: NDArray[np.bool_],
) -> dict[str, int]:
    """Count, per feature that the log carries itself, the rows that disagree with ours."""
    own = [name for name in _CROSS_CHECKED if name in raw.columns and raw[name][keep].notna().any()]
    computed = features.loc[named_once[features.index], own]
    places = np.flatnonzero(keep)[computed.index]
    return {name: _disagreeing(raw[name].iloc[places], computed[name]) for name in own}


def _disagreeing(logged: pd.Series, computed: pd.Series) -> int:
    numbers = pd.to_numeric(logged, errors="coerce").to_numpy(dtype="float64")
    ours = computed.to_numpy()
    tolerance = _CROSS_CHECK_TOLERANCE * np.maximum(np.abs(ours), 1.0)
    return int((np.abs(numbers - ours) > tolerance).sum())
