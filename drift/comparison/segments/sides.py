"""Which segment values are tested beside the reference, and the columns of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.class_shares import mean_shares
from drift.comparison.columns.columns import (
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
    Sides,
    finite_numbers,
)
from drift.comparison.columns.computed_rows import Rows
from drift.comparison.segments.judged import FEWEST_UNITS, MOST_TESTED
from drift.observations.segments.segment_units import SegmentedUnits, UnitSegments
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.unit_rows import WithinUnits
from reports.findings.places import UntestedSegment

# As records of normal days hold them.
_FEWEST_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPlaces:
    """Where the units of a segment value are among those of one family of columns.

    Attributes
    ----------
    reference, current
        Positions of its units in the rows of each side, ascending.
    """

    reference: NDArray[np.int64]
    current: NDArray[np.int64]

    @property
    def fewest(self) -> int:
        """The units of the side that has fewer."""
        return min(len(self.reference), len(self.current))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSegment:
    """A segment value of the window.

    Attributes
    ----------
    images
        How many of the window's images it has.
    places
        Its units by family; empty where the reference does not know its column.
    """

    segment: SegmentValue
    images: int
    places: Mapping[ColumnRole, SegmentPlaces]

    @property
    def is_large(self) -> bool:
        """Whether some family has enough units of it on both sides."""
        return any(self.is_large_in(role) for role in self.places)

    def is_large_in(self, role: ColumnRole) -> bool:
        """Whether one family has enough units of it on both sides."""
        return role in self.places and self.places[role].fewest >= FEWEST_UNITS

    @property
    def reference_images(self) -> int:
        """How many units of it the reference has."""
        return max((len(one.reference) for one in self.places.values()), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSegments:
    """The segment values of a window: those that are tested, by counts alone, and the others."""

    tested: tuple[FoundSegment, ...] = ()
    untested: tuple[UntestedSegment, ...] = ()

    def untested_but(self, judged: Collection[SegmentValue]) -> tuple[UntestedSegment, ...]:
        """Return those that were not tested, given those that were: some have no values at all."""
        nothing = (
            _untested(one, "no column of it varies")
            for one in self.tested
            if one.segment not in judged
        )
        return (*self.untested, *nothing)


def choose_segments(segmented: SegmentedUnits) -> ChosenSegments:
    """Return which segment values are tested: enough units on both sides, at most fifty values."""
    found = sorted(_found(segmented), key=lambda one: (-one.images, one.segment))
    tested = [one for one in found if one.is_large][:MOST_TESTED]
    chosen = {one.segment for one in tested}
    return ChosenSegments(
        tested=tuple(tested),
        untested=tuple(
            _untested(one, _reason(one, segmented.unknown))
            for one in found
            if one.segment not in chosen and one.images >= _FEWEST_LISTED
        ),
    )


def _untested(one: FoundSegment, reason: str) -> UntestedSegment:
    return UntestedSegment(
        column=one.segment.column, value=one.segment.value, images=one.images, reason=reason
    )


def own_rows(rows: AlignedRows, places: SegmentPlaces) -> AlignedRows:
    """Return the rows of a segment value's units."""
    return AlignedRows(
        reference=rows.reference.take(places.reference),
        current=rows.current.take(places.current),
        reference_within=_taken(rows.reference_within, places.reference),
        current_within=_taken(rows.current_within, places.current),
    )


def own_column(column: Column, rows: AlignedRows) -> Column:
    """Return a column of a segment value's units alone.

    Likely renamed classes are under the names that they are compared by.

    Parameters
    ----------
    rows
        Those of the segment value.
    """
    sides = (rows.reference, rows.reference_within), (rows.current, rows.current_within)
    several = any(within is not None for _, within in sides)
    if column.kind is ColumnKind.CLASSES:
        drawn = [
            table[column.name].dropna().astype("str").reset_index(drop=True) for table, _ in sides
        ]
        shares = [_shares(*side, column.name) for side in sides] if several else None
        return replace(
            column,
            reference=drawn[0],
            current=drawn[1],
            shares=None if shares is None else Sides(reference=shares[0], current=shares[1]),
            renamed={},
        )
    drawn = [finite_numbers(table[column.name]) for table, _ in sides]
    means = [
        finite_numbers((table if within is None else within.means)[column.name])
        for table, within in sides
    ]
    return replace(
        column,
        reference=drawn[0],
        current=drawn[1],
        means=Sides(reference=means[0], current=means[1]) if several else None,
    )


def _shares(table: Rows, within: WithinUnits | None, name: str) -> pd.Series:
    if within is not None:
        return mean_shares(within.classes[name], within.of_row)
    return mean_shares(table[name], np.arange(len(table)))


def _taken(within: WithinUnits | None, places: NDArray[np.int64]) -> WithinUnits | None:
    return None if within is None else within.take(places)


def _found(segmented: SegmentedUnits) -> Iterator[FoundSegment]:
    families = {
        ColumnRole.FEATURE: segmented.images,
        ColumnRole.VIEW: segmented.views,
        ColumnRole.PREDICTION: segmented.predictions,
    }
    places = {
        (column, role): _places(values[column])
        for role, values in families.items()
        for column in values
    }
    for segment, images in segmented.counts.items():
        own = {
            role: places[segment.column, role].get(segment.value, _NOTHING)
            for role in families
            if (segment.column, role) in places
        }
        yield FoundSegment(segment=segment, images=images, places=own)


_NOTHING = SegmentPlaces(reference=np.zeros(0, np.int64), current=np.zeros(0, np.int64))


def _places(values: UnitSegments) -> dict[str, SegmentPlaces]:
    sides = [_places_of(values.reference), _places_of(values.current)]
    none = _NOTHING.reference
    return {
        name: SegmentPlaces(reference=sides[0].get(name, none), current=sides[1].get(name, none))
        for name in {**sides[0], **sides[1]}
    }


def _places_of(texts: NDArray[np.object_]) -> dict[str, NDArray[np.int64]]:
    codes, names = pd.factorize(texts)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes, minlength=len(names)))[:-1])
    return dict(zip(names.tolist(), parts, strict=True)) if len(names) else {}


def _reason(one: FoundSegment, unknown: frozenset[str]) -> str:
    if one.segment.column in unknown:
        return "the profile of the reference does not know this column; drift profile build"
    if one.is_large:
        return f"{MOST_TESTED} others have more images"
    most = max((len(own.current) for own in one.places.values()), default=0)
    if most < FEWEST_UNITS:
        return f"fewer than {FEWEST_UNITS} independent images in this window"
    return f"fewer than {FEWEST_UNITS} independent images of it in the reference"


def tested_columns(lined_up: LinedUp, role: ColumnRole, names: Sequence[str]) -> list[Column]:
    """Return the columns of a family that segments are tested in; near-copies are left out."""
    return [
        column
        for column in lined_up.columns
        if column.role is role
        and column.kind is not ColumnKind.NEAR_COPIES
        and column.name in names
    ]
