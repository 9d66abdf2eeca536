"""What the records of days were last made of: only a cache, which spares reading the log again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

_VERSION = 3
# Said whether labels are for images by the last part of their names, in place of `way`.
_BEFORE = 2
_MOST_DAYS = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDay:
    """What a day was scored with.

    Attributes
    ----------
    key
        A digest of its labels' objects, and of the settings.
    version
        The version of its record's object; empty where it has none, as no label was for it.
    predictions
        How many predictions it has: those of a day without a record are counted nowhere else.
    """

    key: str
    version: str = ""
    predictions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was scored so far.

    Attributes
    ----------
    days
        By date.
    labels
        The digest of the labels' objects for which `way` was found.
    way
        How much of an image's name those labels are compared by: 0 stands for the whole name.
    """

    days: Mapping[str, SeenDay] = field(default_factory=dict)
    labels: str = ""
    way: int = 0


def seen_bytes(seen: Seen) -> bytes:
    """Return what is stored: of the newest 800 days."""
    newest = sorted(seen.days)[-_MOST_DAYS:]
    days = {name: _day_document(seen.days[name]) for name in newest}
    document = {
        "version": _VERSION,
        "labels": seen.labels,
        "way": seen.way,
        "days": days,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def parse_seen(data: bytes) -> Seen | None:
    """Return what was stored; None for anything else, which costs one more reading of the log."""
    try:
        document = json.loads(data)
        version = document["version"]
        if version not in {_VERSION, _BEFORE}:
            return None
        way = document["last_part"] is True if version == _BEFORE else document["way"]
        return Seen(
            days={
                str(name): SeenDay(
                    key=str(key), version=str(version), predictions=max(int(predictions), 0)
                )
                for name, (key, version, predictions) in document["days"].items()
            },
            labels=str(document["labels"]),
            way=max(int(way), 0),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _day_document(day: SeenDay) -> list[str | int]:
    return [day.key, day.version, day.predictions]
