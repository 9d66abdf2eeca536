"""The further numbers of the log as columns, unit by unit: what the server measured beside them."""

from __future__ import annotations

from collections.abc import Sequence

from drift.comparison.columns.columns import AlignedRows, Column, ColumnRole
from drift.comparison.columns.doubts import doubted
from drift.comparison.columns.logged.predictions import NumberKind, Said, number_column
from reference_stats.features.registry import feature_named
from reports.findings.remarks import Remark

_SUPPLY = (
    "Set reference.log to a log or table that has the column, or reference.window to a stretch of "
    "this log, and run drift profile build."
)


def logged_number_columns(
    reference: Said, current: Said, names: Sequence[str], *, doubt: Remark | None = None
) -> list[Column]:
    """Return one column per further number of the log, whether a side has values or not.

    A number that is called like an image feature gets `` (log)`` behind its name, and has the
    feature's unit and resolution.

    Parameters
    ----------
    reference, current
        The two sides.
    names
        The numbers: those that the log has, and those that the reference knows.
    doubt
        Why the two sides cannot be counted alike; None where they can.
    """
    return [_column(name, reference, current, doubt) for name in names]


def logged_number_rows(reference: Said, current: Said, names: Sequence[str]) -> AlignedRows:
    """Return the rows of both sides that keep these numbers together."""
    own = reference.only(names), current.only(names)
    return AlignedRows(
        reference=own[0].drawn,
        current=own[1].drawn,
        reference_within=own[0].within,
        current_within=own[1].within,
    )


def _column(name: str, reference: Said, current: Said, doubt: Remark | None) -> Column:
    feature = feature_named(name)
    kind = NumberKind(
        role=ColumnRole.NUMBER,
        unit="" if feature is None else feature.unit,
        resolution=0.0 if feature is None else feature.resolution,
        reference_supply=_SUPPLY,
    )
    column = number_column(name, reference, current, kind)
    return doubted(column, doubt)
