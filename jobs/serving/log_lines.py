"""The lines of TorchServe's ``ts_metrics.log``: in its default mode one a request and metric.

::

    2026-11-28T17:41:08,871 - ts_queue_latency_microseconds.Microseconds:183.642|#model_name:mnist,
    model_version:default|#hostname:vm,timestamp:1795887668

(on one line). The time in front is the server's local time; ``timestamp`` is in seconds since 1970.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from jobs.serving.samples import (
    WANTED,
    DamagedSampleError,
    LoggedValue,
    ServedModel,
    WorkerStart,
    number_of,
)

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)[,.](?P<milliseconds>\d{3}) - "
    r"(?P<name>\w+)\.\w+:(?P<value>[^|]*)\|#(?P<labels>[^|]*)(?:\|#(?P<rest>.*))?"
)
_BEGINNING = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[,.]\d{3} - \w+\.\w+:")
_LOADED = "WorkerLoadTime"
_NEEDED = (b" - ts_", b" - WorkerLoadTime.")


def is_log_line(line: bytes) -> bool:
    """Tell whether a line is one of a TorchServe log of metrics."""
    return _BEGINNING.match(line) is not None


def read_log_line(line: bytes, zone: ZoneInfo) -> LoggedValue | WorkerStart | None:
    """Return what a line says that is needed here; None for every other line.

    Parameters
    ----------
    zone
        The server's zone, for a line without ``timestamp``.

    Raises
    ------
    DamagedSampleError
        If the line begins as one that is needed and cannot be read.
    """
    # Most lines are about something else; this is much faster than the expression.
    if not any(one in line for one in _NEEDED):
        return None
    text = line.decode("utf-8", "replace").rstrip()
    match = _LINE.fullmatch(text)
    if match is None:
        raise DamagedSampleError(text)
    name, labels = match["name"], _labels(match["labels"])
    if name not in WANTED and name != _LOADED:
        return None
    rest = _labels(match["rest"] or "")
    host, moment = rest.get("hostname", ""), _moment(match, rest, zone)
    if name == _LOADED:
        return WorkerStart(moment, host, labels.get("WorkerName", ""))
    model = ServedModel(labels.get("model_name", ""), labels.get("model_version", ""))
    return LoggedValue(moment, host, name, model, number_of(match["value"]))


def _labels(text: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in text.split(","))
    return {name.strip(): value for name, colon, value in pairs if colon}


def _moment(match: re.Match[str], rest: dict[str, str], zone: ZoneInfo) -> float:
    if "timestamp" in rest:
        return number_of(rest["timestamp"])
    try:
        time = datetime.fromisoformat(match["time"]).replace(tzinfo=zone)
    except ValueError:
        raise DamagedSampleError(match["time"]) from None
    return time.timestamp() + int(match["milliseconds"]) / 1000
