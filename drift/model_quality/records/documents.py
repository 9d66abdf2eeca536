"""A day's record as it is stored: JSON in a fixed order, read again with nothing taken on trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from drift.model_quality.records.kind import RecordKind
from drift.model_quality.records.record import DayRecord
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
from drift.model_quality.sums import (
    BINS,
    MOST_WRONG,
    ClassifierSums,
    ConfidenceBin,
    DayQuality,
    LossSums,
)
from drift.run_request import as_text
from reports.findings.model_quality.scores import WrongImage

VERSION = 1
# Ten times what a day with a thousand classes takes.
LARGEST_RECORD_BYTES = 8_000_000


def record_bytes(record: DayRecord) -> bytes:
    """Return a record as one line of JSON; equal records are equal bytes."""
    return document_bytes(
        {
            "version": VERSION,
            "start": as_text(record.quality.start),
            "end": as_text(record.quality.end),
            "labels": record.labels,
            "newest": record.newest,
            "left_out": dict(sorted(record.left_out.items())),
            "noted": dict(sorted(record.noted.items())),
            "versions": [
                {"name": name, **sums_document(sums)} for name, sums in _in_order(record.quality)
            ],
            "wrong": [asdict(one) for one in record.quality.wrong],
        }
    )


def parse_record(data: bytes) -> DayRecord:
    """Return a record.

    Raises
    ------
    BrokenRecordError
        If it is none.
    """
    return read_document(data, _record)


CLASSIFIER_DAYS = RecordKind(
    to_bytes=record_bytes, parse=parse_record, largest_bytes=LARGEST_RECORD_BYTES
)
"""The records of a classifier."""


def sums_document(sums: ClassifierSums) -> dict[str, object]:
    """Return sums as JSON's values."""
    return {
        "predictions": sums.predictions,
        "images": sums.images,
        "right_images": sums.right_images,
        "confusion": [
            [true, said, count] for (true, said), count in sorted(sums.confusion.items())
        ],
        "bins": [[one.count, one.confidence, one.right] for one in sums.bins],
        "loss": [sums.loss.count, sums.loss.total, sums.loss.squares],
    }


def sums_in(document: Mapping[str, object]) -> ClassifierSums:
    """Return sums from JSON's values.

    Raises
    ------
    ValueError, TypeError, KeyError
        If they are none.
    """
    bins = tuple(
        ConfidenceBin(count=count_in(one[0]), confidence=number_in(one[1]), right=count_in(one[2]))
        for one in lists_in(document["bins"], 3)
    )
    if len(bins) not in {0, BINS}:
        raise ValueError(f"it has {len(bins)} bins of confidences, not {BINS}")
    confusion = {
        (text_in(one[0]), text_in(one[1])): count_in(one[2])
        for one in lists_in(document["confusion"], 3)
    }
    (loss,) = lists_in([document["loss"]], 3)
    sums = ClassifierSums(
        predictions=count_in(document["predictions"]),
        images=count_in(document["images"]),
        right_images=number_in(document["right_images"]),
        confusion=confusion,
        bins=bins,
        loss=LossSums(
            count=count_in(loss[0]), total=number_in(loss[1]), squares=number_in(loss[2])
        ),
    )
    if not sums.right_images <= sums.images <= sums.labelled <= sums.predictions:
        raise ValueError("its counts contradict each other")
    return sums


def _in_order(quality: DayQuality) -> list[tuple[str | None, ClassifierSums]]:
    return sorted(quality.versions.items(), key=lambda one: (one[0] is None, one[0] or ""))


def _record(document: Mapping[str, object]) -> DayRecord:
    if document.get("version") != VERSION:
        raise ValueError(f"its version is {document.get('version')!r}, not {VERSION}")
    start, end = day_in(document)
    versions = [table_in(one) for one in list_in(document["versions"])]
    newest = document["newest"]
    return DayRecord(
        quality=DayQuality(
            start=start,
            end=end,
            versions={text_or_none(one["name"]): sums_in(one) for one in versions},
            wrong=tuple(_wrong(table_in(one)) for one in list_in(document["wrong"])[:MOST_WRONG]),
        ),
        labels=count_in(document["labels"]),
        left_out=counts_in(document["left_out"]),
        noted=counts_in(document["noted"]),
        newest=None if newest is None else as_text(moment_in(newest)),
    )


def _wrong(document: Mapping[str, object]) -> WrongImage:
    confidence = document["confidence"]
    texts = {name: text_in(document[name]) for name in ("image", "id", "true", "predicted")}
    moment_in(document["timestamp"])
    return WrongImage(
        **texts,
        timestamp=text_in(document["timestamp"]),
        confidence=None if confidence is None else number_in(confidence),
    )
