"""A detector's day as it is stored: JSON in a fixed order, read again with nothing on trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from drift.model_quality.detection.kept_table import keep_table, kept_table
from drift.model_quality.detection.records.record import DetectorRecord
from drift.model_quality.detection.records.worst_documents import worst_documents, worst_in
from drift.model_quality.detection.sums import (
    ConfidenceSums,
    DetectorDay,
    DetectorSums,
)
from drift.model_quality.records.kind import RecordKind
from drift.model_quality.records.values import (
    count_in,
    counts_in,
    day_in,
    document_bytes,
    list_in,
    lists_in,
    moment_in,
    number_in,
    read_document,
    table_in,
    text_in,
    text_or_none,
)
from drift.run_request import as_text
from reports.findings.model_quality.detection import (
    DetectedClassScore,
    DetectorScores,
)
from reports.findings.model_quality.scores import Estimate

VERSION = 2
_KIND = "detector"
# Ten times what a day with 50,000 boxes takes.
LARGEST_RECORD_BYTES = 16_000_000
_ESTIMATES = ("ap", "ap50", "ap75", "ar1", "ar10", "ar100", "mean_iou")


def record_bytes(record: DetectorRecord) -> bytes:
    """Return a record as one line of JSON; equal records are equal bytes."""
    quality = record.quality
    return document_bytes(
        {
            "version": VERSION,
            "kind": _KIND,
            "start": as_text(quality.start),
            "end": as_text(quality.end),
            "labels": record.labels,
            "newest": record.newest,
            "left_out": dict(sorted(record.left_out.items())),
            "noted": dict(sorted(record.noted.items())),
            "lost_boxes": dict(sorted(quality.lost_boxes.items())),
            "noted_boxes": dict(sorted(quality.noted_boxes.items())),
            "scores": asdict(quality.scores),
            "classes": [asdict(one) for one in quality.classes],
            "worst": worst_documents(quality),
            "versions": [
                {"name": name, **sums_document(quality.versions[name])}
                for name in sorted(quality.versions, key=lambda one: (one is None, one or ""))
            ],
        }
    )


def parse_record(data: bytes) -> DetectorRecord:
    """Return a record.

    Raises
    ------
    BrokenRecordError
        If it is none.
    """
    return read_document(data, _record)


DETECTOR_DAYS = RecordKind(
    to_bytes=record_bytes, parse=parse_record, largest_bytes=LARGEST_RECORD_BYTES
)
"""The records of a detector."""


def sums_document(sums: DetectorSums) -> dict[str, object]:
    """Return sums as JSON's values."""
    own = sums.confidences
    return {
        "predictions": sums.predictions,
        "confidences": [own.count, own.total, own.lowest, own.highest],
        "table": keep_table(sums.table),
    }


def sums_in(document: Mapping[str, object]) -> DetectorSums:
    """Return sums from JSON's values.

    Raises
    ------
    ValueError, TypeError, KeyError
        If they are none.
    """
    ((count, total, lowest, highest),) = lists_in([document["confidences"]], 4)
    confidences = ConfidenceSums(
        count=count_in(count),
        total=number_in(total),
        lowest=None if lowest is None else number_in(lowest),
        highest=None if highest is None else number_in(highest),
    )
    if {confidences.lowest is None, confidences.highest is None} != {not confidences.count}:
        raise ValueError("its confidences contradict each other")
    sums = DetectorSums(
        predictions=count_in(document["predictions"]),
        confidences=confidences,
        table=kept_table(table_in(document["table"])),
    )
    if sums.labelled > sums.predictions:
        raise ValueError("its counts contradict each other")
    return sums


def _record(document: Mapping[str, object]) -> DetectorRecord:
    told = (document.get("version"), document.get("kind"))
    if told != (VERSION, _KIND):
        raise ValueError(f"its version is {told}, not {(VERSION, _KIND)}")
    start, end = day_in(document)
    versions = [table_in(one) for one in list_in(document["versions"])]
    newest = document["newest"]
    worst, worst_boxes = worst_in(document["worst"])
    quality = DetectorDay(
        start=start,
        end=end,
        versions={text_or_none(one["name"]): sums_in(one) for one in versions},
        scores=scores_in(table_in(document["scores"])),
        classes=tuple(class_in(table_in(one)) for one in list_in(document["classes"])),
        worst=worst,
        worst_boxes=worst_boxes,
        lost_boxes=counts_in(document["lost_boxes"]),
        noted_boxes=counts_in(document["noted_boxes"]),
    )
    parts = quality.versions.values()
    if len(quality.versions) != len(versions):
        raise ValueError("a version of the model stands in it twice")
    if quality.scores.predictions != sum(one.predictions for one in parts):
        raise ValueError("its counts contradict each other")
    if not sum(one.labelled for one in parts) <= quality.scores.labelled:
        raise ValueError("its counts contradict each other")
    return DetectorRecord(
        quality=quality,
        labels=count_in(document["labels"]),
        left_out=counts_in(document["left_out"]),
        noted=counts_in(document["noted"]),
        newest=None if newest is None else as_text(moment_in(newest)),
    )


def scores_in(document: Mapping[str, object]) -> DetectorScores:
    """Return scores from JSON's values; raises as `sums_in`."""
    counts = ("labelled", "predictions", "true_boxes", "predicted_boxes")
    labelled, predictions, true_boxes, predicted = (count_in(document[one]) for one in counts)
    if labelled > predictions:
        raise ValueError("its counts contradict each other")
    return DetectorScores(
        labelled=labelled,
        predictions=predictions,
        true_boxes=true_boxes,
        predicted_boxes=predicted,
        **{name: _estimate(document[name]) for name in _ESTIMATES},
    )


def class_in(document: Mapping[str, object]) -> DetectedClassScore:
    """Return the scores of a class from JSON's values; raises as `sums_in`."""
    return DetectedClassScore(
        name=text_in(document["name"]),
        true_boxes=count_in(document["true_boxes"]),
        predicted_boxes=count_in(document["predicted_boxes"]),
        ap=_share(document["ap"]),
        ap50=_estimate(document["ap50"]),
        ap75=_share(document["ap75"]),
        ar100=_share(document["ar100"]),
        mean_iou=_share(document["mean_iou"]),
    )


def _estimate(value: object) -> Estimate | None:
    if value is None:
        return None
    found = table_in(value)
    estimate = _share(found["value"])
    if estimate is None:
        raise TypeError("a score has no value")
    return Estimate(value=estimate, low=_share(found["low"]), high=_share(found["high"]))


def _share(value: object) -> float | None:
    """Return a number from 0 to 1, or None."""
    if value is None:
        return None
    found = number_in(value)
    # Means of shares may lie beside 0 and 1 by rounding.
    if not -1e-6 <= found <= 1 + 1e-6:
        raise ValueError(f"{found} is no score")
    return found
