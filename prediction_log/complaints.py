"""Saying what went wrong without filling a server's log."""

from __future__ import annotations

import time

_AGAIN_AFTER_S = 60.0


class Complaints:
    """Warnings, each subject at most once a minute."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def say(self, subject: str, text: str) -> None:
        """Log a warning unless this subject was told within the last minute."""
        now = time.monotonic()
        if now - self._said.get(subject, -_AGAIN_AFTER_S) < _AGAIN_AFTER_S:
            return
        self._said[subject] = now
        warn(text)


def warn(text: str) -> None:
    """Log a warning."""
    # Imported when there is something to say: it takes a third of a bare interpreter's start.
    import logging  # noqa: PLC0415

    logging.getLogger("prediction_log").warning("prediction_log: %s", text)
