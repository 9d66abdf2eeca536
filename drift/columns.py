"""The columns that are compared: the reference's and the window's values side by side."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reference_stats.features.registry import FEATURES
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile


class ColumnKind(enum.StrEnum):
    """What a column holds."""

    NUMERIC = "numeric"
    CLASSES = "classes"


class ColumnRole(enum.StrEnum):
    """Whether a column describes the images or what the model said about them."""

    FEATURE = "feature"
    PREDICTION = "prediction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column on both sides.

    Attributes
    ----------
    name, unit, kind, role
        What it is.
    reference, current
        The values that are there: no missing and no infinite ones; empty where a side has none.
    supply
        What to do so that a side that has none gets some.
    """

    name: str
    unit: str
    kind: ColumnKind
    role: ColumnRole
    reference: pd.Series
    current: pd.Series
    supply: str


def feature_columns(
    profile: ReferenceProfile, current: pd.DataFrame, known: Iterable[str]
) -> list[Column]:
    """Return one column per image feature, whether the reference knows it or not.

    Parameters
    ----------
    profile
        The reference.
    current
        One row per analysed image of the window, one float64 column per feature.
    known
        The features that the profile holds in today's definition.
    """
    shared = set(known)
    nothing = pd.Series(dtype="float64")
    return [
        Column(
            name=feature.name,
            unit=feature.unit,
            kind=ColumnKind.NUMERIC,
            role=ColumnRole.FEATURE,
            reference=_numbers(profile.features[feature.name])
            if feature.name in shared
            else nothing,
            current=_numbers(current[feature.name]),
            supply=_WINDOW_SUPPLY if feature.name in shared else _FEATURE_SUPPLY,
        )
        for feature in FEATURES
    ]


def prediction_columns(
    reference: PredictionTable, current: PredictionTable, expected: Iterable[str] = ()
) -> list[Column]:
    """Return the predicted class, the confidence and the class probabilities.

    A probability column that is called like an image feature gets `` (log)`` behind its name.

    Parameters
    ----------
    reference, current
        The two sides, each with the columns that hold a value.
    expected
        Columns that the job names: they are returned even where no side has a value.
    """
    names = dict.fromkeys([*expected, *reference.rows.columns, *current.rows.columns])
    return [_prediction_column(name, reference.rows, current.rows) for name in names]


_FEATURE_NAMES = frozenset(feature.name for feature in FEATURES)
_FEATURE_SUPPLY = (
    "Set reference.images to reference images, or add the column to the feature table, and run "
    "drift profile build."
)
_WINDOW_SUPPLY = "No image of the window could be measured; see data health."
_PREDICTION_SUPPLY = (
    "Set reference.log to a log with the reference's predictions and run drift profile build."
)
_LOG_SUPPLY = "The window's rows hold no value for it; check predictions.columns in the job file."


def _prediction_column(name: str, reference: pd.DataFrame, current: pd.DataFrame) -> Column:
    kind = ColumnKind.CLASSES if name == "prediction" else ColumnKind.NUMERIC
    clean = _labels if kind is ColumnKind.CLASSES else _numbers
    sides = [
        clean(table[name]) if name in table else clean(pd.Series(dtype="object"))
        for table in (reference, current)
    ]
    unit = "share" if kind is ColumnKind.CLASSES else "probability"
    return Column(
        name=f"{name} (log)" if name in _FEATURE_NAMES else name,
        unit=unit,
        kind=kind,
        role=ColumnRole.PREDICTION,
        reference=sides[0],
        current=sides[1],
        supply=_PREDICTION_SUPPLY if sides[0].empty else _LOG_SUPPLY,
    )


def _numbers(values: pd.Series) -> pd.Series:
    numbers = values.astype("float64")
    return numbers[np.isfinite(numbers)].reset_index(drop=True)


def _labels(values: pd.Series) -> pd.Series:
    return values.dropna().astype("str").reset_index(drop=True)
