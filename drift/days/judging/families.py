"""The families of columns over past blocks and the window, as the model takes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from drift.comparison.columns.columns import ColumnKind, ColumnRole, LinedUp
from drift.comparison.describe import untested_state
from drift.days.blocks import BlockRecord
from drift.days.matrix import FamilyMeans, family_means
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.records.known_days import KnownDays
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


def days_families(
    known: KnownDays, columns_of: Callable[[ColumnRole], Collection[str]]
) -> Iterable[DaysFamily]:
    """Yield the families that have columns, where there are blocks before the window.

    Parameters
    ----------
    columns_of
        The columns of a family that are looked at.
    """
    scales = known.scales
    for role, scale, classes in (
        (ColumnRole.FEATURE, scales.features, {}),
        (ColumnRole.PREDICTION, scales.predictions, scales.classes),
    ):
        blocks = [_sums(record, role) for record in known.records]
        own = [_sums(record, role) for record in known.own_records]
        window = known.window.features if role is ColumnRole.FEATURE else known.window.predictions
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


def _sums(record: BlockRecord, role: ColumnRole) -> FamilySums:
    return record.features if role is ColumnRole.FEATURE else record.predictions


def testable_columns(known: KnownDays, lined_up: LinedUp, role: ColumnRole) -> frozenset[str]:
    """Return the columns of a family that the window can be tested in; none without its images."""
    window = known.window.features if role is ColumnRole.FEATURE else known.window.predictions
    return _testable(lined_up, role) if window.images else frozenset()


def all_columns(known: KnownDays, role: ColumnRole) -> frozenset[str]:
    """Return the columns of a family that the reference knows."""
    scales = known.scales
    if role is ColumnRole.FEATURE:
        return frozenset(scales.features.columns)
    return frozenset({*scales.predictions.columns, *scales.classes})


def _testable(lined_up: LinedUp, role: ColumnRole) -> frozenset[str]:
    return frozenset(
        column.name
        for column in lined_up.columns
        if column.role is role
        and column.kind is not ColumnKind.NEAR_COPIES
        and untested_state(column) is None
    )
