"""What a log record looks like: a plain line, or a JSON object with Cloud Logging's fields."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

# What a record may carry beside its message: the end of a run, and why the program failed.
FIELDS = ("drift_run", "drift_error")


class PlainFormatter(logging.Formatter):
    """The level and the message; the last line of a program that failed has no level.

    Nothing in a record can act on a terminal, and no line of it looks like another record's: a
    message is on one line, and lines that follow are those of an exception or of a failure.
    """

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(message)s")
        self._bare = logging.Formatter("%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text; that of an exception follows on lines of its own."""
        if hasattr(record, "drift_error"):
            return _harmless(self._bare.format(record))
        return _harmless(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of logging's
        """Return the first line, without what follows of an exception."""
        record.message = record.message.replace("\n", " ").replace("\t", " ")
        return super().formatMessage(record)


def _harmless(lines: str) -> str:
    try:
        # They may be hidden by others' packages.
        from jobs.endpoints import without_known_secrets  # noqa: PLC0415
        from jobs.visible_text import visible_lines  # noqa: PLC0415
    except ImportError:
        return lines.encode("ascii", "backslashreplace").decode()
    return visible_lines(without_known_secrets(lines))


def _harmless_values(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _harmless_values(one) for key, one in value.items()}
    return _harmless(value) if isinstance(value, str) else value


class CloudFormatter(logging.Formatter):
    """One JSON object on one line, whatever is in the message, which is harmless once decoded.

    An exception is in ``stack_trace``, where Error Reporting looks for it. Only ASCII is written:
    other characters are escaped, so that every encoding of stderr carries them.

    Parameters
    ----------
    labels
        What every record is labelled with; it may change between records.
    trace
        Cloud Logging's fields of the trace: see `trace_fields`.
    """

    def __init__(self, labels: Mapping[str, str], trace: Mapping[str, str]) -> None:
        super().__init__()
        self._labels = labels
        self._trace = trace

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object."""
        moment = datetime.fromtimestamp(record.created, UTC)
        entry: dict[str, object] = {
            "severity": record.levelname,
            "message": record.getMessage(),
            "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "logger": record.name,
            "logging.googleapis.com/sourceLocation": {
                "file": record.pathname,
                "line": str(record.lineno),
                "function": record.funcName or "",
            },
        }
        if self._labels:
            entry["logging.googleapis.com/labels"] = dict(self._labels)
        entry |= self._trace
        if record.exc_info and record.exc_info[0] is not None:
            entry["stack_trace"] = self.formatException(record.exc_info)
            entry["serviceContext"] = {"service": "image-drift"}
        entry |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        return json.dumps(_harmless_values(entry), default=str)
