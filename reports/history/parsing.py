"""A row of the history, read again whatever version wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reports.findings.answers import State, Verdict
from reports.findings.effect_sizes import capped
from reports.findings.run import Observed
from reports.history.history import (
    AcceptedWindow,
    HistoryRow,
    _directions,
    known_shifts,
    parse_time,
)
from reports.history.normal_days import known_numbers, normal_days_of_document
from reports.history.run_quality import quality_of_document
from reports.history.run_view import accepted_view_of_document, view_of_document


def parse_history_row(data: bytes) -> HistoryRow:
    """Return the row that `data` holds; keys that are not known are passed over.

    Raises
    ------
    ValueError
        If the bytes are not such a row; the message says why.
    """
    return row_of_document(json.loads(data))


def row_of_document(document: object) -> HistoryRow:
    """Return the row that a JSON document holds; keys that are not known are passed over.

    Raises
    ------
    ValueError
        If it is not such a row; the message says why.
    """
    if not isinstance(document, dict):
        raise ValueError(f"it holds a {type(document).__name__}, not an object")  # noqa: TRY004
    try:
        row = HistoryRow(
            run_id=_text(document, "run_id"),
            window_start=_text(document, "window_start"),
            window_end=_text(document, "window_end"),
            verdict=Verdict(document["verdict"]),
            summary=_text(document, "summary"),
            images=int(document["images"]),
            false_alarm_rate=float(document["false_alarm_rate"]),
            effects=_effects(document["effects"]),
            states={str(name): State(state) for name, state in document["states"].items()},
            directions=_directions(document.get("directions", {})),
            shifts=known_shifts(document.get("shifts", {})),
            reference_units=int(document.get("reference_units", 0)),
            current_units=int(document.get("current_units", 0)),
            profile_id=str(document.get("profile_id", "")),
            headline=str(document.get("headline", "")),
            minimum_effect=_known_number(document.get("minimum_effect")),
            accepted=_accepted(document.get("accepted")),
            rejected=bool(document.get("rejected", False)),
            rows_by_day=_counts(document.get("rows_by_day")),
            late_rows=_counts(document.get("late_rows")),
            log_digest=str(document.get("log_digest", "")),
            normal_days=normal_days_of_document(document.get("normal_days")),
            observed=Observed(document["observed"]) if document.get("observed") else None,
            model_quality=quality_of_document(document.get("model_quality")),
            view=view_of_document(document.get("view")),
        )
    except KeyError as error:
        raise ValueError(f"the key {error} is missing") from None
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None
    parse_time(row.window_start)
    parse_time(row.window_end)
    return row


def _text(document: Mapping[str, object], key: str) -> str:
    value = document[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}, not a text")  # noqa: TRY004
    return value


def _accepted(document: Mapping[str, Any] | None) -> AcceptedWindow | None:
    if document is None:
        return None
    return AcceptedWindow(
        statistics=known_numbers(document["statistics"]),
        reference_units=int(document["reference_units"]),
        current_units=int(document["current_units"]),
        signed_tails=bool(document.get("signed_tails", False)),
        view=accepted_view_of_document(document.get("view")),
    )


def _counts(values: Mapping[str, int] | None) -> dict[str, int] | None:
    return None if values is None else {str(key): int(count) for key, count in values.items()}


def _known_number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _effects(values: Mapping[str, float | None]) -> dict[str, float | None]:
    numbers = {str(name): _known_number(value) for name, value in values.items()}
    return {name: None if one is None else capped(one) for name, one in numbers.items()}
