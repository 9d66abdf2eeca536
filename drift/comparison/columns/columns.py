"""The columns that are compared: the reference's and the window's values side by side."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from drift.comparison.columns.computed_rows import ComputedRows, Rows
from drift.model_view.sides import ViewSides
from drift.observations.unit_rows import WithinUnits
from reference_stats.features.registry import features_named
from reference_stats.model_view.measures import measure_named
from reports.findings.remarks import Remark


class ColumnKind(enum.StrEnum):
    """What a column holds."""

    NUMERIC = "numeric"
    CLASSES = "classes"
    NEAR_COPIES = "near_copies"


class ColumnRole(enum.StrEnum):
    """What a column describes.

    An image's look (`FEATURE`), what a model sees in it (`VIEW`), what the model answered
    (`PREDICTION`), or a further number of the log (`NUMBER`).
    """

    FEATURE = "feature"
    VIEW = "view"
    PREDICTION = "prediction"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The same thing of both sides."""

    reference: pd.Series
    current: pd.Series


@dataclass(frozen=True, slots=True)
class ColumnOfRows:
    """The numbers that are there of one column of very many rows, made when they are asked for."""

    rows: ComputedRows
    name: str

    def values(self) -> pd.Series:
        """Return the numbers."""
        return finite_numbers(self.rows[self.name])


class _Values:
    """The values of one side of a `Column`."""

    def __set_name__(self, owner: type[Column], name: str) -> None:
        self._place = f"_{name}"

    def __get__(self, column: Column | None, owner: type[Column]) -> pd.Series:
        if column is None:
            # For dataclass: there is no default.
            raise AttributeError(self._place)
        held: pd.Series | ColumnOfRows = column.__dict__[self._place]
        return held.values() if isinstance(held, ColumnOfRows) else held

    def __set__(self, column: Column, values: pd.Series | ColumnOfRows) -> None:
        column.__dict__[self._place] = values


# Without slots: the values of a side are kept by `_Values`.
@dataclass(frozen=True, kw_only=True)
class Column:
    """One column on both sides.

    Attributes
    ----------
    name, unit, kind, role
        What it is.
    reference, current
        The values that are there, one per unit: no missing and no infinite ones; empty where a
        side has none. Of a unit with several rows it is that of a row that was drawn. Of very many
        units they are made each time that they are asked for.
    means
        Of a number the mean within each unit that has a value; None where every unit has one row.
    shares
        Of classes the mean share within the units that have one, by class, each above 0; None
        where every unit has one row.
    renamed
        The classes that are likely others in another spelling, with the names under which they are
        tested, on both sides.
    doubt
        Why a difference of this column would mean nothing; it is not tested then.
    supply
        What to do so that a side that has none gets some.
    least_effect
        What must change before it matters, in place of `detection.minimum_effect`.
    left_out
        Why the column is not compared although both sides have values; its sides are empty then.
    note
        What is said of the column once it is compared.
    resolution
        The smallest difference of a number that means anything, in its unit; see `resolution_of`.
    """

    name: str
    unit: str
    kind: ColumnKind
    role: ColumnRole
    reference: _Values = _Values()
    current: _Values = _Values()
    supply: str
    least_effect: float | None = None
    left_out: str = ""
    note: str = ""
    resolution: float = 0.0
    means: Sides | None = None
    shares: Sides | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    doubt: Remark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedRows:
    """The rows that the columns of one role were taken from: one per unit on either side.

    Attributes
    ----------
    reference_within, current_within
        All rows of the units of a side; None where every unit has one row.
    """

    reference: Rows
    current: Rows
    reference_within: WithinUnits | None = None
    current_within: WithinUnits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinedUp:
    """All columns, and by role the rows that keep their values together.

    A column is what is said and shown of its values, the rows are what is permuted, and they may
    differ: a column is without missing values, holds classes as they were written though they are
    tested under another name, and is empty where it is not compared. Where no value is missing,
    the two share the memory of their numbers.

    Attributes
    ----------
    view
        The scores of a model's view, from which those columns were taken; None without a view.
    """

    columns: tuple[Column, ...]
    rows: Mapping[ColumnRole, AlignedRows]
    view: ViewSides | None = None


def feature_columns(reference: Rows, current: Rows, known: Iterable[str]) -> list[Column]:
    """Return one column per image feature, whether the reference knows it or not.

    Parameters
    ----------
    reference
        One row per unit of the reference, one float64 column per feature that it knows.
    current
        One row per unit of the window, one float64 column per feature.
    known
        The features that the reference holds in today's definition.
    """
    shared = set(known)
    nothing = pd.Series(dtype="float64")
    return [
        Column(
            name=feature.name,
            unit=feature.unit,
            kind=ColumnKind.NUMERIC,
            role=ColumnRole.FEATURE,
            reference=numbers_of(reference, feature.name) if feature.name in shared else nothing,
            current=numbers_of(current, feature.name),
            supply=_supply(known=feature.name in shared, images=len(current)),
            resolution=feature.resolution,
        )
        for feature in features_named(current.columns)
    ]


def numbers_of(rows: Rows, name: str) -> pd.Series | ColumnOfRows:
    """Return the numbers that are there of one column."""
    if isinstance(rows, ComputedRows):
        return ColumnOfRows(rows, name)
    return finite_numbers(rows[name])


def _supply(*, known: bool, images: int) -> str:
    """Return what to do where a feature has no values on a side."""
    if not known:
        return _FEATURE_SUPPLY
    return _UNDEFINED if images else _WINDOW_SUPPLY


NEAR_COPIES = "near_copies"
NEAR_COPIES_RESOLUTION = 0.01
"""One further copy of a hundred pictures."""
PREDICTION_RESOLUTION = 0.001
"""A tenth of a per cent: logs round confidences and probabilities about there."""
# A reference folder holds no bursts, ordinary traffic does: only where most images are copies of
# each other, as from a covered lens, is that beyond what traffic does by itself.
_LEAST_WITHOUT_TIMES = 2.5


def near_copy_column(
    reference: pd.Series | None, current: pd.Series, *, reference_has_times: bool
) -> Column:
    """Return the number of further near-copies of each unit, as a column.

    Parameters
    ----------
    reference, current
        float64, 0 for a unit that stands alone; None where the reference's images are not known.
    reference_has_times
        Whether the reference is traffic too, whose bursts are like the window's.
    """
    return Column(
        name=NEAR_COPIES,
        unit="further copies",
        kind=ColumnKind.NEAR_COPIES,
        role=ColumnRole.FEATURE,
        reference=pd.Series(dtype="float64") if reference is None else reference,
        current=current,
        supply=_FEATURE_SUPPLY if reference is None else _WINDOW_SUPPLY,
        least_effect=None if reference_has_times else _LEAST_WITHOUT_TIMES,
        resolution=NEAR_COPIES_RESOLUTION,
    )


def resolution_of(name: str) -> float:
    """Return the smallest difference that means anything in an image's number; 0 if unknown."""
    if name == NEAR_COPIES:
        return NEAR_COPIES_RESOLUTION
    measure = measure_named(name)
    return 0.0 if measure is None else measure.resolution


def log_name(name: str) -> str:
    """Return a log column's name beside those of what is measured on images."""
    is_ours = name == NEAR_COPIES or measure_named(name) is not None
    return f"{name} (log)" if is_ours else name


_FEATURE_SUPPLY = (
    "Set reference.images to reference images, or add the column to the feature table, and run "
    "drift profile build."
)
_UNDEFINED = "It is not defined for such images, such as very small ones: see docs/features.md."
_WINDOW_SUPPLY = "No image of the window could be measured; see data health."


def finite_numbers(values: pd.Series) -> pd.Series:
    """Return the numbers that are there."""
    numbers = values.astype("float64")
    finite = np.isfinite(numbers.to_numpy())
    # A million numbers in forty columns are not copied for nothing.
    return (numbers if finite.all() else numbers[finite]).reset_index(drop=True)
