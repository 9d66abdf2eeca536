"""From images and what the model said of them to sums on the reference's scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from drift.days.blocks import Block, BlockRecord
from drift.days.records.measured.drawing import drawn_rows
from drift.days.records.measured.frequent_values import frequent_values
from drift.days.records.measured.images_to_sum import ImagesToSum
from drift.days.records.measured.scales import ProfileScales, SeenReference
from drift.days.sums import BothSums
from drift.observations.segments.segment_values import recorded_segments
from drift.observations.window_images import WindowImages
from jobs.job_file.job import Job
from reference_stats.profiles.profile import ReferenceProfile

# The sampling error of so many is a twentieth of the smallest effect that matters.
MOST_WINDOW_IMAGES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """How images become sums.

    Attributes
    ----------
    scales
        The scales of the profile.
    burst
        `detection.burst`.
    segments
        The segment columns whose values are summed up each by itself.
    most_images
        At most so many images of a block are looked at.
    """

    scales: ProfileScales
    burst: timedelta
    most_images: int
    segments: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, job: Job, profile: ReferenceProfile, seen: SeenReference | None = None
    ) -> Measuring:
        """Return how the images of a job are measured beside a profile.

        Parameters
        ----------
        seen
            What a model saw in the reference; None where no model looks at images.

        Raises
        ------
        ProfileDefinitionError
            If the profile holds a feature that is defined in another way now.
        """
        return cls(
            scales=ProfileScales.of(profile, job.detection.burst, seen),
            burst=job.detection.burst,
            most_images=job.baseline.images_per_day,
            segments=recorded_segments(job),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCounts:
    """What a block holds, before any of its images is looked at; as of `BlockRecord`."""

    rows: int
    images: int
    refused: int


SegmentSums = Mapping[str, Mapping[str, BothSums]]


def window_sums(window: WindowImages, measuring: Measuring) -> tuple[BothSums, SegmentSums]:
    """Return the sums over all images of a window, and over those of each segment value.

    Of more than 50,000 images as many are drawn by their names.
    """
    drawn = drawn_rows(window.rows["image"].to_numpy(dtype=object), MOST_WINDOW_IMAGES)
    images = window if drawn.all() else take_rows(window, np.flatnonzero(drawn))
    images_to_sum = ImagesToSum.of(images, measuring.scales, measuring.burst)
    return images_to_sum.whole(), _by_segment(images_to_sum, images, measuring)


def _by_segment(
    images_to_sum: ImagesToSum, images: WindowImages, measuring: Measuring
) -> dict[str, dict[str, BothSums]]:
    return {
        name: images_to_sum.by_value(values)
        for name, values in frequent_values(images, measuring.segments).items()
    }


def block_record(
    block: Block, counts: BlockCounts, images: WindowImages, measuring: Measuring
) -> BlockRecord:
    """Return the record of a block.

    Parameters
    ----------
    images
        Its rows whose image may be read: all of them, or those of the drawn images.
    """
    names = images.rows["image"].to_numpy(dtype=object)
    drawn = np.flatnonzero(drawn_rows(names, measuring.most_images))
    # In one order whatever else was read with them: sums depend on it in their last digits.
    moments = images.rows["timestamp"].to_numpy()[drawn]
    mine = take_rows(images, drawn[np.lexsort((moments, names[drawn].astype(str)))])
    images_to_sum = ImagesToSum.of(mine, measuring.scales, measuring.burst)
    sums = images_to_sum.whole()
    return BlockRecord(
        block=block,
        rows=counts.rows,
        images=counts.images,
        refused=counts.refused,
        logged=len(np.unique(mine.images_of_rows)),
        features=sums.features,
        predictions=sums.predictions,
        segments=_by_segment(images_to_sum, mine, measuring),
        view=sums.view,
        view_id="" if sums.view is None else measuring.scales.view_id,
    )


def take_rows(window: WindowImages, rows: NDArray[np.int64]) -> WindowImages:
    """Return some rows of a window, in the order given, with what is known of their images."""
    # Of days nobody asks what their files and boxes are.
    return replace(window, files=None, boxes=None, log_rows=None).take(rows)
