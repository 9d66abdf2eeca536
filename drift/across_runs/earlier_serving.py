"""What the server measured in the windows of earlier runs, as their reports hold it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectError
from reports.findings.of_log.server import EarlierServing
from reports.history.history import HistoryRow

RUNS_SHOWN = 7
_COUNTS = frozenset({"requests", "restarts", "rows"})
_LARGEST_BYTES = 64 << 20
# What reading a document raises that is not as it should be.
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def earlier_serving(
    bucket: Bucket, prefix: str, earlier: Sequence[HistoryRow]
) -> tuple[EarlierServing, ...]:
    """Return the figures of the newest earlier runs, the oldest first.

    A run whose report is gone, or holds no such figures, is passed over.

    Parameters
    ----------
    prefix
        The job's folder in the bucket.
    earlier
        The history's rows of runs with an earlier window end, the oldest first.
    """
    return tuple(_figures(bucket, prefix, earlier[-RUNS_SHOWN:]))


def _figures(bucket: Bucket, prefix: str, rows: Sequence[HistoryRow]) -> Iterator[EarlierServing]:
    for row in rows:
        name = f"{prefix}/runs/{row.run_id}/report.json"
        try:
            report = json.loads(bucket.read(name, _LARGEST_BYTES).data)
            found = _of_report(report)
        except (ObjectError, *_MALFORMED):
            continue
        if found is not None:
            yield found


def _of_report(report: dict[str, Any]) -> EarlierServing | None:
    serving = report.get("serving")
    if not serving or not serving["samples"]:
        return None
    own = {"run_id": report["run_id"], "window_end": report["window"]["end"]}
    names = [one.name for one in fields(EarlierServing) if one.name not in own]
    figures = {name: serving[name] for name in names}
    for name, value in figures.items():
        kinds = int if name in _COUNTS else int | float | None
        if not isinstance(value, kinds):
            raise TypeError(f"{name} is {value!r}")
    return EarlierServing(**own, **figures)
