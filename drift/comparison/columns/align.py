"""From the profile and the window's rows to the columns that are compared, unit by unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.clipped import Clipped, comparable_columns, comparable_rows
from drift.comparison.columns.columns import (
    NEAR_COPIES,
    AlignedRows,
    Column,
    ColumnRole,
    LinedUp,
    feature_columns,
    near_copy_column,
)
from drift.comparison.columns.computed_rows import rows_at
from drift.comparison.columns.logged.numbers import logged_number_columns, logged_number_rows
from drift.comparison.columns.logged.predictions import Said, prediction_columns, prediction_rows
from drift.comparison.columns.logged.scales import with_scales
from drift.observations.units import Units
from drift.observations.window_images import WindowImages
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.features.registry import features_named
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, check_definitions


def line_up(
    profile: ReferenceProfile,
    window: WindowImages,
    units: Units,
    named: LogColumns,
    probabilities: tuple[str, ...],
    numbers: tuple[str, ...] = (),
) -> LinedUp:
    """Return all columns of both sides, one row per unit.

    Where the log's rows are what counts once there are no near-copies to compare.

    Parameters
    ----------
    profile, window
        The two sides.
    units
        Which images are near-copies of each other, on both sides.
    named
        The log columns that the job names: they get a column even where no side has a value.
    probabilities
        The log's probability columns.
    numbers
        The log's further numbers.
    """
    features = AlignedRows(
        reference=profile.features.iloc[units.reference.first].reset_index(drop=True),
        current=rows_at(window.features, units.current.first),
    )
    clipped = Clipped.of(profile, window)
    features = comparable_rows(features, clipped, units, window.features.index)
    copies = _near_copies(features, units)
    measured = tuple(dict.fromkeys([*numbers, *profile.predictions.numbers]))
    logged = (
        Said.of(profile.predictions.rows, units.reference_predicted, _names(profile)),
        _said_in(window, units, probabilities, numbers),
    )
    spoken, said = (side.without(measured) for side in logged)
    expected = [name for name in ("prediction", "confidence") if getattr(named, name) is not None]
    shared = check_definitions(profile, features_named(window.features.columns))
    answered = with_scales(
        prediction_columns(spoken, said, [*expected, *probabilities], doubt=units.doubt),
        profile.predictions.rows,
        window.rows,
    )
    columns = [
        *comparable_columns(feature_columns(features.reference, features.current, shared), clipped),
        *([] if window.of_rows else [_near_copy_column(copies, units)]),
        *answered,
        *logged_number_columns(*logged, measured, doubt=units.doubt),
    ]
    rows = {
        ColumnRole.FEATURE: _with_copies(features, copies),
        ColumnRole.PREDICTION: prediction_rows(spoken, said, answered),
        ColumnRole.NUMBER: logged_number_rows(*logged, measured),
    }
    return LinedUp(columns=tuple(columns), rows=rows)


def _with_copies(features: AlignedRows, copies: _NearCopies) -> AlignedRows:
    return AlignedRows(
        reference=features.reference.assign(**{NEAR_COPIES: copies.reference}),
        current=features.current.assign(**{NEAR_COPIES: copies.current}),
    )


def _said_in(
    window: WindowImages, units: Units, probabilities: tuple[str, ...], numbers: tuple[str, ...]
) -> Said:
    wanted = ("prediction", "confidence", *probabilities, *numbers)
    answers = [name for name in wanted if name in window.rows]
    table = PredictionTable.of(window.rows[answers], probabilities, numbers)
    return Said.of(table.rows, units.predicted, window.rows["image"])


def _names(profile: ReferenceProfile) -> NDArray[np.object_]:
    """Return the image of each of the reference's predictions, as far as it is known."""
    images, rows = profile.prediction_images, len(profile.predictions.rows)
    if images is not None:
        return images.to_numpy(dtype=object)
    if profile.records is not None and len(profile.records) == rows:
        return profile.records["image"].to_numpy(dtype=object)
    return np.full(rows, "", dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NearCopies:
    reference: pd.Series
    current: pd.Series


def _near_copy_column(copies: _NearCopies, units: Units) -> Column:
    return near_copy_column(
        copies.reference if units.reference.known else None,
        copies.current,
        reference_has_times=units.reference.timed,
    )


def _near_copies(features: AlignedRows, units: Units) -> _NearCopies:
    return _NearCopies(
        reference=pd.Series(
            units.reference.copies, index=features.reference.index, dtype="float64"
        ),
        current=pd.Series(units.current.copies, index=features.current.index, dtype="float64"),
    )
