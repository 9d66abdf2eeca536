"""Which segment values of a window are tested, and their scores as families of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drift.comparison.columns.columns import ColumnRole
from drift.comparison.segments.judged import FEWEST_UNITS, MOST_TESTED
from drift.days.judging.families import Renaming, renamed_reference, renamed_sums
from drift.days.judging.segment_means import as_part, segment_means, segment_sums
from drift.days.matrix import FamilyMeans, side_by_side
from drift.days.model.plan import NEEDED_DAYS
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.records.known_days import KnownDays
from drift.days.sums import BothSums
from drift.observations.segments.segment_values import SegmentValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPast:
    """A segment value of the window, and what past blocks know of it.

    Attributes
    ----------
    segment
        Which one.
    blocks
        Its sums in every past block, in every block of the window where it has several, and in the
        window; of a value whose past does not matter in the window alone.
    days
        On how many days the past blocks begin that know it, those that a person rejected left out;
        0 where that does not matter, as it is too small or others have more images.
    unrecorded
        On how many further days they begin that were measured without its column.
    """

    segment: SegmentValue
    blocks: tuple[BothSums, ...]
    days: int
    unrecorded: int = 0

    @property
    def window(self) -> BothSums:
        """Its sums in the window."""
        return self.blocks[-1]

    @property
    def images(self) -> int:
        """How many of the window's images it has, measured or with a prediction."""
        return max(self.window.features.images, self.window.predictions.images)

    @property
    def units(self) -> float:
        """How many independent images those are worth."""
        return max(self.window.features.effective, self.window.predictions.effective)

    @property
    def is_large(self) -> bool:
        """Whether it has enough independent images to be tested."""
        return self.units >= FEWEST_UNITS

    @property
    def is_known(self) -> bool:
        """Whether it has enough days of its own to be tested."""
        return self.days >= NEEDED_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFamily:
    """The scores of all tested segment values in one family of columns.

    Attributes
    ----------
    past
        How many past blocks there are.
    means
        One row per past block, per block of the window where it has several, and the window's
        last. The groups of its scores are the segment values.
    """

    role: ColumnRole
    past: int
    means: FamilyMeans

    @property
    def past_blocks(self) -> FamilyMeans:
        """The past blocks alone."""
        return rows_of(self.means, range(self.past))

    @property
    def past_and_own(self) -> FamilyMeans:
        """The past blocks, and those of the window."""
        return rows_of(self.means, range(len(self.means.means) - 1))

    @property
    def whole_window(self) -> FamilyMeans:
        """The window as a whole."""
        return rows_of(self.means, [len(self.means.means) - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFamilies:
    """The segment values of a window.

    Attributes
    ----------
    tested, not_tested
        By images, most first.
    families
        The scores of those that are tested; none where none is.
    """

    tested: tuple[SegmentPast, ...] = ()
    not_tested: tuple[SegmentPast, ...] = ()
    families: tuple[SegmentFamily, ...] = ()


def segment_families(
    known: KnownDays,
    columns_of: Callable[[ColumnRole], Collection[str]],
    roles: Iterable[ColumnRole],
    rejected: NDArray[np.bool_],
    renaming: Renaming,
) -> SegmentFamilies:
    """Return which segment values are tested, chosen by counts alone, and their scores.

    Parameters
    ----------
    columns_of
        The columns of a family that are looked at.
    roles
        The families that the window can be tested in.
    rejected
        Which past blocks a person kept out, bool of shape (blocks,).
    renaming
        As of `days_families`.
    """
    if not any(known.window_segments.values()):
        return SegmentFamilies()
    scales = replace(known.scales, classes=renamed_reference(known.scales.classes, renaming))
    known = replace(known, scales=scales)
    found = list(_pasts(known, rejected, renaming))
    tested = [one for one in found if one.is_large and one.is_known][:MOST_TESTED]
    chosen = {one.segment for one in tested}
    families = [_family(known, tested, role, columns_of(role)) for role in roles] if tested else []
    there = tuple(one for one in families if one is not None)
    return SegmentFamilies(
        tested=tuple(tested) if there else (),
        not_tested=tuple(one for one in found if one.segment not in chosen or not there),
        families=there,
    )


def _pasts(
    known: KnownDays, rejected: NDArray[np.bool_], renaming: Renaming
) -> Iterator[SegmentPast]:
    """Yield the values of the window, most images first, with the past of those that it decides."""
    every = [
        SegmentPast(
            segment=SegmentValue(column=column, value=value),
            blocks=(_renamed(sums, renaming),),
            days=0,
        )
        for column, values in known.window_segments.items()
        for value, sums in values.items()
    ]
    tested = 0
    for one in sorted(every, key=lambda one: (-one.images, one.segment)):
        # Unpacking the sums of days takes longer than all the rest.
        looked_at = one.is_large and tested < MOST_TESTED
        found = _with_past(one, known, rejected, renaming) if looked_at else one
        tested += looked_at and found.is_known
        yield found


def _with_past(
    one: SegmentPast, known: KnownDays, rejected: NDArray[np.bool_], renaming: Renaming
) -> SegmentPast:
    past = [segment_sums(record, one.segment) for record in known.records]
    own = [segment_sums(record, one.segment) for record in known.own_records]
    seen = np.array([_images(sums) > 0 for sums in past], dtype=np.bool_) & ~rejected
    lacking = np.array(
        [record.lacks_segment(one.segment.column) for record in known.records], dtype=np.bool_
    )
    return replace(
        one,
        blocks=(*(_renamed(sums, renaming) for sums in (*past, *own)), one.window),
        days=len(np.unique(known.dates[seen])),
        unrecorded=len(np.unique(known.dates[lacking & ~rejected])),
    )


def _renamed(sums: BothSums, renaming: Renaming) -> BothSums:
    return replace(sums, predictions=renamed_sums(sums.predictions, renaming))


def _images(sums: BothSums) -> int:
    return max(sums.features.images, sums.predictions.images)


def _family(
    known: KnownDays, tested: Sequence[SegmentPast], role: ColumnRole, columns: Collection[str]
) -> SegmentFamily | None:
    parts = [
        as_part(
            one.segment,
            segment_means(known.scales, one.blocks, role, columns, only_locations=True),
        )
        for one in tested
    ]
    means = side_by_side(parts)
    if not means.keys:
        return None
    return SegmentFamily(role=role, past=len(known.records), means=means)
