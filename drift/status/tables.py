"""What ``drift status`` prints: a table, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from drift.status.job_status import JobStatus, Punctuality
from jobs.visible_text import visible
from reports.findings.answers import Verdict
from reports.history.history import parse_time
from reports.history.job_state import JobState
from reports.pages.jobs.heading import not_run_words
from reports.pages.jobs.page import lasting_words, minute_words
from reports.pages.jobs.standing import Standing, labelled_standings_of, standings_of
from reports.words import numbers
from reports.words.harmless_text import shortened
from reports.words.of_quality.sentences import STATE_WORDS

_HEADINGS = ("job", "runs", "verdict", "last runs", "last run", "next run by", "it says")
_GAP = "  "
_LONGEST_SAID = 80
_WORSE = "\N{BLACK DOWN-POINTING TRIANGLE}"
_SIGNS = {
    Verdict.DRIFT: "\N{BLACK UP-POINTING TRIANGLE}",
    Verdict.INCONCLUSIVE: "\N{BLACK DIAMOND}",
    Verdict.STEADY: "\N{BLACK CIRCLE}",
}
_FIRST = tuple(Punctuality)


def in_order(jobs: Sequence[JobStatus]) -> list[JobStatus]:
    """Return the jobs: late ones first, then drift, worse models and what is not clear."""
    return sorted(
        jobs,
        key=lambda one: (_FIRST.index(one.punctuality), _rank(one.state), one.job, one.bucket),
    )


def _rank(state: JobState | None) -> int:
    return Standing.INCONCLUSIVE.rank if state is None else standings_of(state)[0].rank


def status_table(jobs: Sequence[JobStatus], now: datetime) -> str:
    """Return the jobs as aligned text, a line of headings first and a sentence at the end."""
    lines = [_HEADINGS, *(_cells(one, now) for one in jobs)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_HEADINGS) - 1)]
    table = [
        _GAP.join([*(c.ljust(w) for c, w in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in lines
    ]
    return "\n".join([*table, "", *_sentences(jobs)])


def status_json(jobs: Sequence[JobStatus]) -> str:
    """Return the jobs as a JSON list of objects."""
    return json.dumps([_record(one) for one in jobs], indent=2)


def _cells(one: JobStatus, now: datetime) -> tuple[str, ...]:
    state, name = one.state, visible(one.job)
    if state is None:
        nothing = (numbers.NOTHING,) * 4
        return (name, one.punctuality, *nothing, visible(one.problem))
    return (
        name,
        _punctuality_words(one, now),
        _standing_words(state),
        "".join(_SIGNS[run.verdict] for run in state.recent) or numbers.NOTHING,
        minute_words(state.made) or numbers.NOTHING,
        minute_words(state.late_after) or numbers.NOTHING,
        visible(_said(state)),
    )


def _standing_words(state: JobState) -> str:
    signs = {Standing(verdict.value): sign for verdict, sign in _SIGNS.items()}
    signs[Standing.WORSE] = _WORSE
    return ", ".join(f"{signs[one]} {label.lower()}" for one, label in labelled_standings_of(state))


def _said(state: JobState) -> str:
    said = shortened(state.headline, _LONGEST_SAID)
    since = "" if not state.recent else f" ({lasting_words(state)})"
    if standings_of(state)[0] is Standing.WORSE:
        why = shortened(state.model_headline, _LONGEST_SAID) or Standing.WORSE.label
        return f"{why}; images: {said}{since}"
    model = "" if state.model is None else f"; model {STATE_WORDS[state.model]}"
    return f"{said}{since}{model}"


def _punctuality_words(one: JobStatus, now: datetime) -> str:
    if one.state is None or one.punctuality is not Punctuality.LATE:
        return one.punctuality
    due = one.state.expected or one.state.late_after
    return f"late by {_length_words(now - parse_time(due))}"


def _length_words(length: timedelta) -> str:
    if length >= timedelta(days=2):
        return numbers.counted(length.days, "day")
    hours = length // timedelta(hours=1)
    return f"{hours} h" if hours else f"{length // timedelta(minutes=1)} min"


def _sentences(jobs: Sequence[JobStatus]) -> Iterator[str]:
    by_kind = {
        kind: [visible(one.job) for one in jobs if one.punctuality is kind] for kind in Punctuality
    }
    missing = [*by_kind[Punctuality.LATE], *by_kind[Punctuality.NEVER]]
    if missing:
        all_jobs = numbers.counted(len(jobs), "job")
        yield (
            f"{len(missing):,} of {all_jobs} {not_run_words(len(missing))}: "
            f"{numbers.listed(missing)}. The last line of such a run's log says why it failed; "
            "without a log the scheduler did not start it."
        )
    if by_kind[Punctuality.UNREADABLE]:
        yield f"Not known: {numbers.listed(by_kind[Punctuality.UNREADABLE])}."
    if by_kind[Punctuality.UNKNOWN]:
        yield (
            f"No time is known by which these should run: "
            f"{numbers.listed(by_kind[Punctuality.UNKNOWN])}. It takes schedule.cron in the job "
            "file, or four runs at regular times."
        )
    if set(by_kind[Punctuality.PUNCTUAL]) and len(by_kind[Punctuality.PUNCTUAL]) == len(jobs):
        yield "Every job has run when it should have."


def _record(one: JobStatus) -> dict[str, object]:
    state = one.state
    record: dict[str, object] = {
        "job": one.job,
        "bucket": one.bucket,
        "status": one.punctuality.name.lower(),
        "problem": one.problem,
    }
    if state is None:
        return record
    since = state.since
    return {
        **record,
        "verdict": state.verdict,
        "mark": state.mark,
        "headline": state.headline,
        "run_id": state.run_id,
        "report": one.report_url,
        "window_start": state.window_start,
        "window_end": state.window_end,
        "images": state.images,
        "runs": state.runs,
        "same_runs": state.same_runs,
        "since": None if since is None else since.window_end,
        "last_run": state.made or None,
        "expected": state.expected or None,
        "late_after": state.late_after or None,
        "model": state.model,
        "model_headline": state.model_headline,
        "recent": [{"window_end": run.window_end, "verdict": run.verdict} for run in state.recent],
    }
