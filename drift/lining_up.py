"""From the profile and the window's rows to the columns that are compared, unit by unit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from drift.clipped import Clipped, comparable_columns, comparable_rows
from drift.columns import (
    NEAR_COPIES,
    AlignedRows,
    ColumnRole,
    LinedUp,
    feature_columns,
    log_name,
    near_copy_column,
    prediction_columns,
)
from drift.number_scales import with_scales
from drift.units import Units
from drift.window_images import WindowImages
from jobs.job import LogColumns
from reference_stats.features.registry import features_named
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, check_definitions


def line_up(
    profile: ReferenceProfile,
    window: WindowImages,
    units: Units,
    named: LogColumns,
    probabilities: tuple[str, ...],
) -> LinedUp:
    """Return all columns of both sides, one row per unit.

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
    """
    features = AlignedRows(
        reference=profile.features.iloc[units.reference.first].reset_index(drop=True),
        current=window.features.loc[units.current.first],
    )
    clipped = Clipped.of(profile, window)
    features = comparable_rows(features, clipped, units, window.features.index)
    copies = _near_copies(features, units)
    spoken = PredictionTable(
        rows=profile.predictions.rows.iloc[units.reference_predicted].reset_index(drop=True)
    )
    answers = [name for name in ("prediction", "confidence", *probabilities) if name in window.rows]
    said = PredictionTable.of(window.rows[answers].loc[units.predicted], probabilities)
    expected = [name for name in ("prediction", "confidence") if getattr(named, name) is not None]
    shared = check_definitions(profile, features_named(window.features.columns))
    columns = [
        *comparable_columns(feature_columns(features.reference, features.current, shared), clipped),
        near_copy_column(
            copies.reference if units.reference.known else None,
            copies.current,
            reference_has_times=units.reference.timed,
        ),
        *with_scales(
            prediction_columns(spoken, said, [*expected, *probabilities]),
            profile.predictions.rows,
            window.rows,
        ),
    ]
    rows = {
        ColumnRole.FEATURE: AlignedRows(
            reference=features.reference.assign(**{NEAR_COPIES: copies.reference}),
            current=features.current.assign(**{NEAR_COPIES: copies.current}),
        ),
        ColumnRole.PREDICTION: AlignedRows(
            reference=spoken.rows.rename(columns=log_name),
            current=said.rows.rename(columns=log_name),
        ),
    }
    return LinedUp(columns=tuple(columns), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NearCopies:
    reference: pd.Series
    current: pd.Series


def _near_copies(features: AlignedRows, units: Units) -> _NearCopies:
    return _NearCopies(
        reference=pd.Series(
            units.reference.copies, index=features.reference.index, dtype="float64"
        ),
        current=pd.Series(units.current.copies, index=features.current.index, dtype="float64"),
    )
