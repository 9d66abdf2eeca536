"""Reports and history as DataFrames: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from reports.findings.effect_sizes import capped
from reports.history.history import HistoryRow, known_shifts

TIMES = "datetime64[us, UTC]"
_RUN_DTYPES = {
    "run_id": "str",
    "window_start": TIMES,
    "window_end": TIMES,
    "verdict": "str",
    "headline": "str",
    "summary": "str",
    "images": "int64",
    "largest_effect": "float64",
    "false_alarm_rate": "float64",
    "profile_id": "str",
    "accepted": "bool",
    "rejected": "bool",
}
_EFFECT_DTYPES = {
    "run_id": "str",
    "window_end": TIMES,
    "column": "str",
    "state": "str",
    "effect": "float64",
    "direction": "str",
    "deviations": "float64",
    "shift": "float64",
}
_NUMBERS = ("effect", "shift", "p_value", "adjusted_p_value", "threshold")
_BESIDE_DAYS = ("usual", "difference", "day_spread")
_SIDES = ("reference", "current")
_MOMENTS = ("count", "mean", "std")
_COLUMN_DTYPES = {
    **dict.fromkeys(("column", "about", "unit", "state", "direction", "test"), "str"),
    **dict.fromkeys(_NUMBERS, "float64"),
    **dict.fromkeys(_BESIDE_DAYS, "float64"),
    **{f"{side}_{moment}": "float64" for side in _SIDES for moment in _MOMENTS},
    "note": "str",
}
_OFFENDER_DTYPES = {
    "image": "str",
    "id": "str",
    "timestamp": TIMES,
    "score": "float64",
    "because": "str",
}
_CLASS_DTYPES = {
    "column": "str",
    "name": "str",
    **dict.fromkeys(_SIDES, "int64"),
    **{f"{side}_share": "float64" for side in _SIDES},
    "usual_share": "float64",
}


def run_table(rows: Iterable[HistoryRow]) -> pd.DataFrame:
    """Return one row per run, in the order given."""
    records = [
        {
            "run_id": row.run_id,
            "window_start": row.start,
            "window_end": row.end,
            "verdict": str(row.verdict),
            "headline": row.headline,
            "summary": row.summary,
            "images": row.images,
            "largest_effect": row.largest_effect,
            "false_alarm_rate": row.false_alarm_rate,
            "profile_id": row.profile_id,
            "accepted": row.accepted is not None,
            "rejected": row.rejected,
        }
        for row in rows
    ]
    return table_of(records, _RUN_DTYPES)


def effect_table(rows: Iterable[HistoryRow]) -> pd.DataFrame:
    """Return one row per run and column, runs in the order given and columns by name."""
    records = [
        {
            "run_id": row.run_id,
            "window_end": row.end,
            "column": name,
            "state": str(row.states[name]) if name in row.states else None,
            "effect": row.effects[name],
            "direction": row.directions.get(name),
            "deviations": row.effect_in_deviations(name),
            "shift": row.shifts.get(name),
        }
        for row in rows
        for name in sorted(row.effects)
    ]
    return table_of(records, _EFFECT_DTYPES)


def column_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per column of a ``report.json``, in its order."""
    groups = (
        ("images", report["features"]),
        ("view", report.get("view", ())),
        ("predictions", report["predictions"]),
        # Reports of earlier versions have none.
        ("numbers", report.get("numbers", ())),
    )
    records = [_column(about, column) for about, columns in groups for column in columns]
    return table_of(records, _COLUMN_DTYPES)


def class_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per predicted class of a ``report.json``, most frequent first."""
    records: list[dict[str, Any]] = []
    for column in report["predictions"]:
        classes = column["categories"] or ()
        usual = (column.get("beside_days") or {}).get("usual_shares", {})
        totals = {side: sum(one[side] for one in classes) for side in _SIDES}
        records += [
            {"column": column["name"], **one}
            | {f"{side}_share": _class_share(one, side, totals[side]) for side in _SIDES}
            | {"usual_share": _usual_share(one, usual)}
            for one in classes
        ]
    return table_of(records, _CLASS_DTYPES)


def offender_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per image of a ``report.json`` that stands out, the most unusual first."""
    return table_of(report["offenders"], _OFFENDER_DTYPES)


def _column(about: str, column: Mapping[str, Any]) -> dict[str, Any]:
    moments = {
        f"{side}_{moment}": (column[side] or {}).get(moment)
        for side in _SIDES
        for moment in _MOMENTS
    }
    plain = {name: column[name] for name in (*_NUMBERS, "unit", "state", "direction", "note")}
    # Reports of earlier versions divided constants by what rounding left of their deviation.
    plain["effect"] = None if plain["effect"] is None else capped(plain["effect"])
    plain["shift"] = known_shifts({"": plain["shift"]}).get("")
    test = (column["statistic"] or {}).get("name")
    # Reports of earlier versions do not have it, and where days are not the basis it is empty.
    beside = column.get("beside_days") or {}
    days = {name: beside.get(name) for name in _BESIDE_DAYS}
    return {"column": column["name"], "about": about, "test": test} | plain | days | moments


def _class_share(one: Mapping[str, Any], side: str, total: int) -> float:
    """Return a class's share; reports of older versions hold counts only."""
    stated = one.get(f"{side}_share")
    if stated is not None:
        return float(stated)
    return one[side] / total if total else float("nan")


def _usual_share(one: Mapping[str, Any], usual: Mapping[str, float]) -> float:
    """Return a class's share on normal days; NaN where nothing is known of them."""
    return float(usual.get(one["name"], 0.0)) if usual else float("nan")


def table_of(records: Sequence[Mapping[str, Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return a table whose columns and dtypes do not depend on whether there are rows."""
    columns = {
        name: pd.to_datetime([record[name] for record in records], utc=True, format="ISO8601")
        if dtype == TIMES
        else [record[name] for record in records]
        for name, dtype in dtypes.items()
    }
    return pd.DataFrame(columns).astype(dict(dtypes))
