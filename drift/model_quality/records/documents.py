"""A day's record as it is stored: JSON in a fixed order, read again with nothing taken on trust."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import cast

from drift.model_quality.records.record import DayRecord
from drift.model_quality.sums import (
    BINS,
    MOST_WRONG,
    ClassifierSums,
    ConfidenceBin,
    DayQuality,
    LossSums,
)
from drift.run_request import as_text
from jobs.visible_text import escaped_json
from reports.findings.model_quality.scores import WrongImage

VERSION = 1
# Ten times what a day with a thousand classes takes.
LARGEST_RECORD_BYTES = 8_000_000
_LONGEST_DAY = timedelta(hours=30)


class BrokenRecordError(ValueError):
    """An object is no record of a day; the text says why, as the end of a sentence."""


def record_bytes(record: DayRecord) -> bytes:
    """Return a record as one line of JSON; equal records are equal bytes."""
    document = {
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
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escaped_json(text).encode()


def parse_record(data: bytes) -> DayRecord:
    """Return a record.

    Raises
    ------
    BrokenRecordError
        If it is none.
    """
    try:
        return _record(_table(json.loads(data)))
    except RecursionError:
        raise BrokenRecordError("its JSON is nested too deeply") from None
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise BrokenRecordError(str(error)[:200] or type(error).__name__) from None


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
        ConfidenceBin(count=_count(one[0]), confidence=_number(one[1]), right=_count(one[2]))
        for one in _lists(document["bins"], 3)
    )
    if len(bins) not in {0, BINS}:
        raise ValueError(f"it has {len(bins)} bins of confidences, not {BINS}")
    confusion = {
        (_text(one[0]), _text(one[1])): _count(one[2]) for one in _lists(document["confusion"], 3)
    }
    (loss,) = _lists([document["loss"]], 3)
    sums = ClassifierSums(
        predictions=_count(document["predictions"]),
        images=_count(document["images"]),
        right_images=_number(document["right_images"]),
        confusion=confusion,
        bins=bins,
        loss=LossSums(count=_count(loss[0]), total=_number(loss[1]), squares=_number(loss[2])),
    )
    if not sums.right_images <= sums.images <= sums.labelled <= sums.predictions:
        raise ValueError("its counts contradict each other")
    return sums


def _in_order(quality: DayQuality) -> list[tuple[str | None, ClassifierSums]]:
    return sorted(quality.versions.items(), key=lambda one: (one[0] is None, one[0] or ""))


def _record(document: Mapping[str, object]) -> DayRecord:
    if document.get("version") != VERSION:
        raise ValueError(f"its version is {document.get('version')!r}, not {VERSION}")
    start, end = _moment(document["start"]), _moment(document["end"])
    if not timedelta() < end - start < _LONGEST_DAY:
        raise ValueError("it is not of one day")
    versions = [_table(one) for one in _list(document["versions"])]
    newest = document["newest"]
    return DayRecord(
        quality=DayQuality(
            start=start,
            end=end,
            versions={_text_or_none(one["name"]): sums_in(one) for one in versions},
            wrong=tuple(_wrong(_table(one)) for one in _list(document["wrong"])[:MOST_WRONG]),
        ),
        labels=_count(document["labels"]),
        left_out=_counts(document["left_out"]),
        noted=_counts(document["noted"]),
        newest=None if newest is None else as_text(_moment(newest)),
    )


def _wrong(document: Mapping[str, object]) -> WrongImage:
    confidence = document["confidence"]
    texts = {name: _text(document[name]) for name in ("image", "id", "true", "predicted")}
    _moment(document["timestamp"])
    return WrongImage(
        **texts,
        timestamp=_text(document["timestamp"]),
        confidence=None if confidence is None else _number(confidence),
    )


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("it is no table")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return value


def _lists(value: object, length: int) -> list[list[object]]:
    found = [_list(one) for one in _list(value)]
    if any(len(one) != length for one in found):
        raise ValueError(f"a list has not {length} values")
    return found


def _counts(value: object) -> dict[str, int]:
    return {_text(name): _count(count) for name, count in _table(value).items()}


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{str(value)[:40]!r} is no count")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError(f"{str(value)[:40]!r} is no number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _moment(value: object) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError(f"{cast('str', value)[:40]!r} is no time with a zone")
    return found
