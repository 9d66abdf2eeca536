"""Where log lines go: set up before anything can go wrong, refined once the job is known.

Nothing here imports another package of this program: a fault in finding those is logged too.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping

from drift.program_log.formats import CloudFormatter, PlainFormatter
from drift.program_log.trace import trace_fields

# The key `log_format` of the job file as a variable: it counts before a job file is read, too.
VARIABLE = "DRIFT__LOG_FORMAT"

_OWN = frozenset({"drift", "reports", "reference_stats", "jobs"})
_TALKATIVE = (
    "urllib3",
    "botocore",
    "google",
    "opentelemetry",
    "asyncio",
    "PIL",
    "numba",
)
_LABELS: dict[str, str] = {}
_log = logging.getLogger("drift")


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """The program's own way to stderr."""


def set_up_logs(environment: Mapping[str, str]) -> None:
    """Send log records, Python's warnings and stray exceptions to stderr, from level INFO on.

    Stray exceptions are those that end a thread, and those that nothing can catch, such as one of
    a finalizer.
    """
    handler = _Handler(sys.stderr)
    handler.addFilter(_is_to_be_told)
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.captureWarnings(capture=True)
    # They need not make up what nobody reads.
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.INFO)
    threading.excepthook = _tell_thread
    sys.unraisablehook = _tell_unraisable
    use_format(environment.get(VARIABLE, "auto"))


def use_format(log_format: str) -> None:
    """Write log lines as ``plain`` text or as ``json``; anything else asks what stderr is.

    On a terminal lines are plain then, and JSON elsewhere.
    """
    plain = log_format == "plain" or (log_format != "json" and sys.stderr.isatty())
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Handler):
            formatter = PlainFormatter() if plain else CloudFormatter(_LABELS, _trace())
            handler.setFormatter(formatter)


def label_records(**labels: str) -> None:
    """Label all later records, such as with the job and the run; a label stays until replaced."""
    _LABELS.update(labels)


def tell_failure(message: str, exit_code: int, *, bug: bool = False) -> None:
    """Write the one line that says why the program ends, with the traceback of a bug.

    Parameters
    ----------
    message
        What failed and what to do, as it is shown; it may have several lines.
    exit_code
        What the program exits with.
    bug
        Whether an exception that nobody foresaw is being handled.
    """
    level = logging.CRITICAL if bug else logging.ERROR
    fields = {"drift_error": {"exit_code": exit_code}}
    _log.log(level, "%s", message, exc_info=bug, extra=fields, stacklevel=3)


def _is_to_be_told(record: logging.LogRecord) -> bool:
    """Refuse what libraries say below INFO: requests with tokens, and metadata of images."""
    return record.levelno >= logging.INFO or record.name.partition(".")[0] in _OWN


def _trace() -> dict[str, str]:
    return trace_fields(os.environ)


def _tell_thread(end: threading.ExceptHookArgs) -> None:
    if end.exc_value is None or isinstance(end.exc_value, SystemExit):
        return
    name = "?" if end.thread is None else end.thread.name
    raised = (end.exc_type, end.exc_value, end.exc_traceback)
    _log.error("the thread %s ended by an exception", name, exc_info=raised)


def _tell_unraisable(stray: sys.UnraisableHookArgs) -> None:
    # The object may be half gone: its type says where this was, and cannot fail.
    place = type(stray.object).__name__
    what = stray.err_msg or "an exception was ignored"
    _log.error("%s, in an object of type %s", what, place, exc_info=stray.exc_value)
