"""What true boxes say of a detector, as DataFrames of a report: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from drift.notebook.tables import TIMES, table_of

_MEASURES = ("ap", "ap50", "ap75", "ar1", "ar10", "ar100", "mean_iou")
_COUNTS = ("labelled", "predictions", "true_boxes", "predicted_boxes")
_STATISTICS = ("lowest", "mean", "highest")
_SPAN = {"start": TIMES, "end": TIMES}
_ENDS = ("", "_low", "_high")
_DAY_DTYPES = {
    **_SPAN,
    **dict.fromkeys(_COUNTS, "int64"),
    **{f"{measure}{end}": "float64" for measure in _MEASURES for end in _ENDS},
    "boxes": "int64",
    **{f"{statistic}_score": "float64" for statistic in _STATISTICS},
}
_AP50 = {f"ap50{end}": "float64" for end in _ENDS}
_CLASS_DTYPES = {
    "name": "str",
    "true_boxes": "int64",
    "predicted_boxes": "int64",
    "ap": "float64",
    **_AP50,
    **dict.fromkeys(("ap75", "ar100", "mean_iou", "ap50_before"), "float64"),
    "known_to_model": "bool",
}
_CLASS_DAY_DTYPES = {**_SPAN, "name": "str", "true_boxes": "int64", **_AP50}


def detector_day_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per day of a ``report.json``, the oldest first."""
    return table_of([_day(one) for one in _days(report)], _DAY_DTYPES)


def box_class_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per class of boxes of a ``report.json``, in its order."""
    records = [{**one, **_estimate("ap50", one["ap50"])} for one in _of_report(report, "classes")]
    return table_of(records, _CLASS_DTYPES)


def class_day_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per day and class of boxes of a ``report.json``."""
    records = [
        {
            "start": day["start"],
            "end": day["end"],
            "name": one["name"],
            "true_boxes": one["true_boxes"],
            **_estimate("ap50", one["ap50"]),
        }
        for day in _days(report)
        for one in day["classes"]
    ]
    return table_of(records, _CLASS_DAY_DTYPES)


def _days(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return _of_report(report, "days")


def _of_report(report: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Return a list of what a report says of a detector; empty in a report of another model."""
    # Reports of earlier versions do not have these keys, and those of other jobs hold null.
    detection = (report.get("model_quality") or {}).get("detection") or {}
    found: Sequence[Mapping[str, Any]] = detection.get(name, ())
    return found


def _day(day: Mapping[str, Any]) -> dict[str, Any]:
    scores, confidences = day["scores"], day["confidences"]
    record = {"start": day["start"], "end": day["end"], "boxes": confidences["boxes"]}
    record |= {name: scores[name] for name in _COUNTS}
    record |= {f"{name}_score": confidences[name] for name in _STATISTICS}
    for measure in _MEASURES:
        record |= _estimate(measure, scores[measure])
    return record


def _estimate(name: str, estimate: Mapping[str, Any] | None) -> dict[str, float | None]:
    ends = dict(zip(("value", "low", "high"), _ENDS, strict=True))
    known = estimate or {}
    return {f"{name}{end}": known.get(key) for key, end in ends.items()}
