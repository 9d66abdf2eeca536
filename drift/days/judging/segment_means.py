"""One segment value over past blocks, as the model takes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from drift.comparison.columns.columns import ColumnRole
from drift.days.blocks import BlockRecord
from drift.days.matrix import FamilyMeans, family_means
from drift.days.records.measured.scales import ProfileScales
from drift.days.sums import BothSums, FamilySums

_NO_IMAGES = FamilySums(images=0, effective=0.0)
NOTHING_KNOWN = BothSums(features=_NO_IMAGES, predictions=_NO_IMAGES)
"""The sums of a value of which a block knows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SegmentValue:
    """A part of the traffic: the value `value` of the log's column `column`."""

    column: str
    value: str


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
) -> FamilyMeans:
    """Return the mean scores of one segment value in one family of columns, block by block.

    Parameters
    ----------
    blocks
        The value's sums in each block (`segment_sums`), and in the window; a row of the result
        each. Blocks that know nothing of it have NaN, and no images.
    columns
        Which columns are looked at. The joint scores are there whenever the scale has them.
    """
    if role is ColumnRole.FEATURE:
        return family_means(scales.features, {}, [one.features for one in blocks], columns)
    said = [one.predictions for one in blocks]
    return family_means(scales.predictions, scales.classes, said, columns)
