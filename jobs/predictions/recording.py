"""What the writer of a log says of requests that have no row: counts in objects beside the log.

`prediction_log` writes them, and whoever else likes: below ``_counts/`` in the folder of the log,
an object a day and process, ``_counts/dt=YYYY-MM-DD/_<writer>.json``::

    {"share": 0.1, "counts": {"13:10": {"recorded": 12, "not sampled": 108, "queue full": 3}}}

The times are the beginnings of ten minutes in UTC. ``recorded`` requests have a row, and those
``not sampled`` were left out on purpose; every other name says why a request has no row.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectError
from jobs.predictions.selection.object_names import fixed_prefix, is_glob
from jobs.times.windows import TimeWindow

_FOLDER = "_counts/"
_NAME = re.compile(r"dt=(\d{4}-\d{2}-\d{2})/_[^/]+\.json")
_LARGEST_BYTES = 1 << 20
# What reading a document raises that is not as it should be.
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError)
_INTENDED = frozenset({"recorded", "not sampled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCounts:
    """What is said of the requests behind the rows of one window.

    Attributes
    ----------
    reasons
        How many requests were to be recorded and were not, by reason.
    shares
        Which parts of the requests were drawn to be recorded; empty where nothing is said of it.
    unread
        URLs of objects with counts that cannot be read.
    """

    reasons: dict[str, int] = field(default_factory=dict)
    shares: tuple[float, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def unrecorded(self) -> int:
        """How many requests were to be recorded and were not."""
        return sum(self.reasons.values())


def read_recording(bucket: Bucket, path: str, window: TimeWindow) -> RecordingCounts:
    """Return what lies beside a log of many objects about the requests of a window.

    Counts belong to the window where their ten minutes begin in it.

    Parameters
    ----------
    path
        The job file's `predictions.path`. A log of one object has no counts beside it.
    """
    if not is_glob(path):
        return RecordingCounts()
    folder = fixed_prefix(path).rpartition("/")[0]
    prefix = f"{folder}/{_FOLDER}" if folder else _FOLDER
    reasons: Counter[str] = Counter()
    shares: set[float] = set()
    unread = []
    for info in bucket.list(prefix):
        day = _day_of(info.name.removeprefix(prefix))
        if day is None or not day < window.end or not window.start < day + timedelta(days=1):
            continue
        try:
            share, counts = _parsed(bucket.read(info.name, _LARGEST_BYTES).data, day, window)
        except (ObjectError, *_MALFORMED):
            unread.append(bucket.url_of(info.name))
            continue
        if counts:
            shares.add(share)
        reasons += Counter({why: number for why, number in counts.items() if why not in _INTENDED})
    return RecordingCounts(
        reasons=dict(sorted(reasons.items())),
        shares=tuple(sorted(shares)),
        unread=tuple(unread),
    )


def _day_of(name: str) -> datetime | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _parsed(data: bytes, day: datetime, window: TimeWindow) -> tuple[float, Counter[str]]:
    """Return the share and the counts of a document that belong to a window."""
    document = json.loads(data)
    share = float(document["share"])
    if not 0 < share <= 1:
        raise ValueError("the share is none")
    total: Counter[str] = Counter()
    for moment, counts in _by_moment(document["counts"], day):
        if window.start <= moment < window.end:
            total += Counter({str(why): int(number) for why, number in counts.items()})
    return share, total


def _by_moment(
    counts: dict[str, dict[str, int]], day: datetime
) -> Iterator[tuple[datetime, dict[str, int]]]:
    for text, one in counts.items():
        hours, minutes = text.split(":")
        yield day + timedelta(hours=int(hours), minutes=int(minutes)), one
