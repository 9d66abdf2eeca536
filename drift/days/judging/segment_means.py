"""One segment value over past blocks, as the model takes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from drift.comparison.columns.columns import ColumnRole
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.blocks import BlockRecord
from drift.days.judging.of_family import NO_IMAGES, classes_of, family_of, scale_of
from drift.days.matrix import FamilyMeans, family_means
from drift.days.records.measured.scales import ProfileScales
from drift.days.sums import BothSums
from drift.observations.segments.segment_values import SegmentValue

NOTHING_KNOWN = BothSums(features=NO_IMAGES, predictions=NO_IMAGES)
"""The sums of a value of which a block knows nothing."""


def segment_sums(record: BlockRecord, segment: SegmentValue) -> BothSums:
    """Return the sums over a block's images of one segment value, without images where unknown.

    A record knows the segments that the job had when it was made, and of each the values of at
    least five of its images, at most 50.
    """
    return record.segments.get(segment.column, {}).get(segment.value, NOTHING_KNOWN)


def segment_means(
    scales: ProfileScales,
    blocks: Sequence[BothSums],
    role: ColumnRole,
    columns: Collection[str],
    *,
    only_locations: bool = False,
) -> FamilyMeans:
    """Return the mean scores of one segment value in one family of columns, block by block.

    Parameters
    ----------
    blocks
        The value's sums in each block (`segment_sums`), and in the window; a row of the result
        each. Blocks that know nothing of it have NaN, and no images.
    columns
        Which columns are looked at. The joint scores are there whenever the scale has them.
    only_locations
        Whether of numbers the locations alone are looked at, and no joint scores.
    """
    scale = scale_of(scales, role)
    if scale is None:
        raise ValueError("No model looks at images, so that its view of a segment is not known.")
    own = [family_of(one, role) for one in blocks]
    classes = classes_of(scales, role)
    return family_means(scale, classes, own, columns, only_locations=only_locations)


def as_part(segment: SegmentValue, means: FamilyMeans) -> FamilyMeans:
    """Return the same scores as those of a part of the traffic: one group of all columns."""
    return replace(means, keys=tuple(part_key(segment, key) for key in means.keys))


def part_key(segment: SegmentValue, key: StatisticKey) -> StatisticKey:
    """Return which score of a segment value looks at what a column's score does."""
    return StatisticKey(group=segment.group, method=key.method, number=key.group)


def column_key(key: StatisticKey) -> StatisticKey:
    """Return the score of the column that a segment value's score looks at."""
    return StatisticKey(group=key.number, method=key.method)


def is_location(key: StatisticKey) -> bool:
    """Tell whether a score is about a number's mean, and not about a class."""
    return key.method == LOCATION.name
