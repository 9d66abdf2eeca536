"""Checks the times of the log's rows: their zones, their order, and times in the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from drift.remarks.words.times import ahead_words, jump_words, mixed_words
from drift.setup.check.result import Check, is_ok, look
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_moment
from reports.words.numbers import sentence


def check_times(
    rows: PredictionRows, settings: PredictionSettings, now: datetime
) -> Iterator[Check]:
    """Say how many times have a zone, where times jump back, and which lie in the future."""
    courses = rows.times.courses
    mixed = mixed_words(courses, settings.timezone)
    jump, ahead = jump_words(courses), ahead_words(rows.times, now)
    again = rows.times.delivered_again
    twice = f"{again:,} rows came more than once; each counts once" if again else ""
    found = sentence("; ".join(words for words in (mixed, jump, ahead, twice) if words))
    if not found:
        return
    is_settled = "timezone" in settings.model_fields_set
    in_doubt = any(one.zoneless for one in courses) and not is_settled
    start = to_moment(rows.window.start)
    behind = any(one.ends_before(start) for one in rows.times.courses)
    if ahead or behind or (in_doubt and (mixed or jump)):
        yield look("times", found, _mend(settings.timezone, in_doubt=in_doubt, behind=behind))
    else:
        yield is_ok("times", found)


def _mend(zone: str, *, in_doubt: bool, behind: bool) -> str:
    if in_doubt:
        return (
            f"If the times without a zone were not written in {zone}, set predictions.timezone: "
            f"windows hold the wrong rows else. If {zone} is right, set it too, so that runs know."
        )
    if behind:
        return (
            "The last rows are older than the window, which holds none of them: if they are new, "
            "check the clock of what writes the log."
        )
    return "Rows come into no window before their time: check the clocks of what writes the log."
