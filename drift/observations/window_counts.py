"""What a report says of the images of a window: counts, losses, and the log's own numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drift.observations.cross_check import cross_check
from drift.observations.log_counts import count_rows, with_detail
from drift.observations.logged_images import LoggedImages
from drift.observations.near_copies.within_burst import NearCopies
from drift.observations.window_images import WindowImages
from jobs.images.locations import ImageLocation
from jobs.images.packed.names import PackedName
from reference_stats.outcome_columns import LostImage, count_kinds
from reference_stats.outcomes import (
    MissingImage,
    OverwrittenImage,
    UnfetchedImage,
    UnreadableImage,
)
from reports.findings.images import ImageCounts, Quality, Trouble
from reports.findings.of_log.counts import LogCounts

TROUBLES_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCounts:
    """What a report says of a window's rows and images; nothing that was left out is uncounted.

    Attributes
    ----------
    images
        What became of the images.
    log
        What became of the log's rows.
    quality
        What is odd about the images that are there.
    """

    images: ImageCounts
    log: LogCounts
    quality: Quality

    def with_copies(self, found: NearCopies) -> WindowCounts:
        """Return the same with the number of images that are near-copies of another one."""
        copies = len(np.unique(found.images[found.is_near_copy]))
        return replace(self, quality=replace(self.quality, near_duplicates=copies))


def count_window(logged: LoggedImages, window: WindowImages) -> WindowCounts:
    """Return what a report says of a window; its near-copies are counted by `with_copies`.

    Parameters
    ----------
    window
        The rows of `logged` joined with the numbers of their images.
    """
    return WindowCounts(
        images=_count_images(logged),
        log=count_rows(logged.predictions, logged.refused),
        quality=_quality(logged, window),
    )


def _quality(logged: LoggedImages, window: WindowImages) -> Quality:
    images = logged.pictures
    first = np.ones(len(images), np.bool_) if logged.log_row is None else _first(logged.log_row)
    named_once = first & (np.bincount(images[first])[images] == 1)
    lost = _lost(logged)
    return Quality(
        troubles=_first_troubles(lost),
        reasons=_count_reasons(lost),
        duplicated_rows=logged.log_rows - len(logged.first),
        deep_images=_count_deep(logged),
        # Of rows that share an image, all but the last describe one that was overwritten.
        cross_check=cross_check(logged, window.features, named_once),
    )


def _first(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which of ascending numbers are the first of equal ones."""
    return np.diff(numbers, prepend=-1) > 0


def _count_deep(logged: LoggedImages) -> int:
    first = logged.first
    return int((logged.outcomes.deep & logged.outcomes.analysed)[first].sum())


def _lost(logged: LoggedImages) -> list[tuple[ImageLocation, LostImage]]:
    is_first = np.zeros(len(logged.outcomes), dtype=np.bool_)
    is_first[logged.first] = True
    lost = logged.outcomes.lost
    return [(logged.locations[row], one) for row, one in lost.items() if is_first[row]]


def _first_troubles(lost: Sequence[tuple[ImageLocation, LostImage]]) -> tuple[Trouble, ...]:
    """Return the images that were lost first by name, with the reason of each.

    What is wrong with a packed object, or missing in it, is told once, with the first image.
    """
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for location, outcome in lost:
        reason = with_detail(outcome.summary, outcome.detail)
        is_of_object = isinstance(outcome, UnfetchedImage | MissingImage)
        packed = PackedName.parse(location.path) if is_of_object else None
        told[location.path if packed is None else packed.shard, reason].append(location.path)
    troubles = [
        Trouble(
            name=min(names),
            reason=reason + (f" ({len(names):,} images of it)" if len(names) > 1 else ""),
        )
        for (_, reason), names in told.items()
    ]
    return tuple(sorted(troubles, key=lambda trouble: trouble.name)[:TROUBLES_SHOWN])


def _count_reasons(lost: Sequence[tuple[ImageLocation, LostImage]]) -> dict[str, int]:
    """Return how many images were lost for each reason."""
    return dict(sorted(Counter(outcome.summary for _, outcome in lost).items()))


def _count_images(logged: LoggedImages) -> ImageCounts:
    lost = _lost(logged)
    kinds = count_kinds(one for _, one in lost)
    return ImageCounts(
        logged=len(logged.first),
        analysed=len(logged.first) - len(lost),
        missing=kinds[MissingImage],
        unreadable=kinds[UnreadableImage],
        unfetched=kinds[UnfetchedImage],
        rows=logged.log_rows,
        overwritten=kinds[OverwrittenImage],
    )
