"""The families of columns over past blocks and the window, as the model takes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.comparison.columns.columns import ColumnKind, ColumnRole, LinedUp
from drift.comparison.describe import untested_state
from drift.days.judging.of_family import classes_of, family_of, scale_of
from drift.days.matrix import FamilyMeans, ReferenceClasses, family_means
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.records.known_days import KnownDays
from drift.days.records.measured.scales import ProfileScales
from drift.days.scale import JOINT, ReferenceScale
from drift.days.sums import FamilySums


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysFamily:
    """One family of columns: its past blocks, and the window.

    Attributes
    ----------
    own
        How many blocks the window has, where it has several; else 0.
    means
        One row per past block in order of time, one per block of the window where it has several,
        and the window's last.
    """

    role: ColumnRole
    scale: ReferenceScale
    blocks: Sequence[FamilySums]
    window: FamilySums
    own: int
    means: FamilyMeans

    @property
    def past(self) -> FamilyMeans:
        """The past blocks alone."""
        return rows_of(self.means, range(len(self.blocks)))

    @property
    def past_and_own(self) -> FamilyMeans:
        """The past blocks, and those of the window."""
        return rows_of(self.means, range(len(self.blocks) + self.own))

    @property
    def whole_window(self) -> FamilyMeans:
        """The window as a whole."""
        return rows_of(self.means, [len(self.blocks) + self.own])


Renaming = Mapping[str, Mapping[str, str]]


def days_families(
    known: KnownDays,
    columns_of: Callable[[ColumnRole], Collection[str]],
    renaming: Renaming,
) -> Iterable[DaysFamily]:
    """Yield the families that have columns, where there are blocks before the window.

    Parameters
    ----------
    columns_of
        The columns of a family that are looked at.
    renaming
        By column, under which name each class is compared that is likely spelled anew.
    """
    for role in _families_of(known.scales):
        scale = scale_of(known.scales, role)
        if scale is None:
            continue
        classes = renamed_reference(classes_of(known.scales, role), renaming)
        blocks = [renamed_sums(family_of(one.sums, role), renaming) for one in known.records]
        own = [renamed_sums(family_of(one.sums, role), renaming) for one in known.own_records]
        window = renamed_sums(family_of(known.window, role), renaming)
        means = family_means(scale, classes, [*blocks, *own, window], columns_of(role))
        has_columns = any(key.group != JOINT for key in means.keys)
        if blocks and has_columns:
            yield DaysFamily(
                role=role,
                scale=scale,
                blocks=blocks,
                window=window,
                own=len(own),
                means=means,
            )


def _families_of(scales: ProfileScales) -> list[ColumnRole]:
    roles = [ColumnRole.FEATURE, ColumnRole.VIEW, ColumnRole.PREDICTION]
    # The log's numbers are summed up beside what the model said, of the same rows.
    return [*roles, ColumnRole.NUMBER] if scales.numbers else roles


def renaming_of(lined_up: LinedUp) -> Renaming:
    """Return the classes that the comparison with the reference takes for renamed, by column."""
    return {column.name: column.renamed for column in lined_up.columns if column.renamed}


def renamed_sums(sums: FamilySums, renaming: Renaming) -> FamilySums:
    """Return sums with the classes under the names that they are compared by."""
    if not any(column in renaming for column in sums.classes):
        return sums
    return replace(
        sums,
        classes={
            column: _merged(counts, renaming.get(column, {}))
            for column, counts in sums.classes.items()
        },
    )


def renamed_reference(
    classes: Mapping[str, ReferenceClasses], renaming: Renaming
) -> dict[str, ReferenceClasses]:
    """Return the reference's classes under the names that they are compared by."""
    return {
        column: replace(one, shares=_merged(one.shares, renaming.get(column, {})))
        for column, one in classes.items()
    }


def _merged(amounts: Mapping[str, float], names: Mapping[str, str]) -> dict[str, float]:
    merged: dict[str, float] = {}
    for label, amount in amounts.items():
        name = names.get(label, label)
        merged[name] = merged.get(name, 0.0) + amount
    return merged


def testable_columns(known: KnownDays, lined_up: LinedUp, role: ColumnRole) -> frozenset[str]:
    """Return the columns of a family that the window can be tested in; none without its images."""
    # A view of too few images is a family too, of which nothing is known: it is not tested.
    window = known.window.view if role is ColumnRole.VIEW else family_of(known.window, role)
    is_there = window is not None and window.images
    return _testable(lined_up, role) if is_there else frozenset()


def all_columns(known: KnownDays, role: ColumnRole) -> frozenset[str]:
    """Return the columns of a family that the reference knows."""
    scales = known.scales
    scale = scale_of(scales, role)
    if role in (ColumnRole.FEATURE, ColumnRole.VIEW):
        return frozenset() if scale is None else frozenset(scale.columns)
    if role is ColumnRole.NUMBER:
        return scales.numbers
    return frozenset({*scales.predictions.columns, *scales.classes}) - scales.numbers


def _testable(lined_up: LinedUp, role: ColumnRole) -> frozenset[str]:
    return frozenset(
        column.name
        for column in lined_up.columns
        if column.role is role
        and column.kind is not ColumnKind.NEAR_COPIES
        and untested_state(column) is None
    )
