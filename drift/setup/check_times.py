"""Looking at the times of a log's lines: their zones, their order, and times in the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from drift.setup.check_result import Check, is_ok, look
from drift.setup.time_words import ahead_words, jump_words, mixed_words
from jobs.job import PredictionSettings
from jobs.predictions.rows import PredictionRows
from reports.wording import sentence


def check_times(
    rows: PredictionRows, settings: PredictionSettings, now: datetime
) -> Iterator[Check]:
    """Say where times have a zone and where not, where they jump back, and which lie ahead."""
    courses = rows.times.courses
    mixed = mixed_words(courses, settings.timezone)
    jump, ahead = jump_words(courses), ahead_words(rows.times, now)
    again = rows.times.delivered_again
    twice = f"{again:,} rows came more than once; each counts once" if again else ""
    found = sentence("; ".join(words for words in (mixed, jump, ahead, twice) if words))
    if not found:
        return
    is_settled = "timezone" in settings.model_fields_set
    if (mixed and not is_settled) or jump or ahead:
        yield look("times", found, _mend(settings, bool(mixed), bool(jump)))
    else:
        yield is_ok("times", found)


def _mend(settings: PredictionSettings, is_mixed: bool, jumps: bool) -> str:
    zone = settings.timezone
    if is_mixed or not jumps:
        return (
            f"If the times without a zone were not written in {zone}, set predictions.timezone: "
            f"windows hold the wrong rows else. If {zone} is right, set it too, so that runs know."
        )
    return (
        "Rows count by their time, not by their place in the log. If the order is right and the "
        "times are not, correct what writes the log or set predictions.timezone."
    )
