"""``state.json``: what a page over all jobs says of one of them, in one small object.

It is made of the history and of the job's own schedule, so that whoever looks at many jobs reads
one object a job, and needs neither their histories nor their job files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import Observed
from reports.history.history import HistoryRow, parse_time
from reports.json_report.report import json_bytes

STATE_NAME = "state.json"
MARKS = ("accepted", "rejected")
"""What a person may have done with a run."""
_FORMAT = 1
_LONGEST_WORDS = 300
_MOST_RECENT = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRun:
    """A run as a mark in a strip of the last ones."""

    window_start: str
    window_end: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What is known of a job whose newest run is published.

    Attributes
    ----------
    job, run_id, verdict, window_start, window_end, images
        Of the run with the newest window.
    mark
        ``accepted`` or ``rejected`` where a person did so with that run; else empty.
    headline
        What it said, 300 characters at most.
    made
        When it was made, ISO 8601; empty where that is not known.
    runs, same_runs
        How many runs there are, and how many of the last ones have the same verdict; 0 where that
        is not known.
    recent
        The last 14 runs, oldest first.
    expected, late_after
        When the next run should start, and by when it must be there; empty where neither the job
        file nor the rhythm of the runs tells. See `jobs.times.next_run.ExpectedRun`.
    link_template
        `reports.link_template` of the job.
    model, model_headline
        What labels said of the model; None and empty in a job without labels.
    observed
        What `images` is a number of.
    """

    job: str
    run_id: str
    verdict: Verdict
    headline: str
    window_start: str
    window_end: str
    images: int
    made: str = ""
    runs: int = 1
    same_runs: int = 1
    recent: tuple[RecentRun, ...] = ()
    expected: str = ""
    late_after: str = ""
    link_template: str | None = None
    model: QualityState | None = None
    model_headline: str = ""
    observed: Observed = Observed.IMAGES
    mark: str = ""

    @property
    def since(self) -> RecentRun | None:
        """The first of the last runs with the same verdict; None if it is older than `recent`."""
        known = 0 < self.same_runs <= len(self.recent)
        return self.recent[-self.same_runs] if known else None

    def is_late(self, now: str) -> bool:
        """Whether a run is missing at a time in ISO 8601; False where none is expected."""
        return bool(self.late_after) and parse_time(self.late_after) < parse_time(now)


def state_bytes(state: JobState) -> bytes:
    """Return a state as it is stored."""
    return json_bytes({"format": _FORMAT, **asdict(state)})


def parse_state(data: bytes) -> JobState:
    """Return the state that `data` holds; keys that are not known are passed over.

    Raises
    ------
    ValueError
        If the bytes are no such object; the message says why.
    """
    document = json.loads(data)
    if not isinstance(document, dict):
        raise ValueError(f"it holds a {type(document).__name__}, not an object")  # noqa: TRY004
    try:
        state = _state(document)
        times = (state.window_start, state.window_end, state.made, state.expected, state.late_after)
        for time in times:
            if time:
                parse_time(time)
    except KeyError as error:
        raise ValueError(f"the key {error} is missing") from None
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None
    return state


def state_of_report(data: bytes) -> JobState:
    """Return what a ``latest.json`` tells, for a job whose last run was of an older version.

    Raises
    ------
    ValueError
        If the bytes are no report; the message says why.
    """
    report = json.loads(data)
    try:
        return JobState(
            job=str(report["job"]),
            run_id=str(report["run_id"]),
            verdict=Verdict(report["verdict"]),
            headline=cut_words(str(report.get("headline") or report["summary"])),
            window_start=_time(report["window"]["start"]),
            window_end=_time(report["window"]["end"]),
            images=int(report["images"]["analysed"]),
            made=_time(report["generated_at"]),
            runs=0,
            same_runs=0,
        )
    except KeyError as error:
        raise ValueError(f"the key {error} is missing") from None
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


def mark_of(row: HistoryRow) -> str:
    """Return what a person did with a run: one of `MARKS`, or nothing."""
    if row.rejected:
        return "rejected"
    return "" if row.accepted is None else "accepted"


def recent_runs(runs: Sequence[RecentRun]) -> tuple[RecentRun, ...]:
    """Return the last runs that a state keeps."""
    return tuple(runs[-_MOST_RECENT:])


def cut_words(text: str) -> str:
    """Return a text of 300 characters at most."""
    if len(text) <= _LONGEST_WORDS:
        return text
    return f"{text[:_LONGEST_WORDS]}\N{HORIZONTAL ELLIPSIS}"


def _state(document: Mapping[str, Any]) -> JobState:
    template, model = document.get("link_template"), document.get("model")
    recent = [_recent(one) for one in document.get("recent", ())]
    return JobState(
        job=str(document["job"]),
        run_id=str(document["run_id"]),
        verdict=Verdict(document["verdict"]),
        headline=cut_words(str(document["headline"])),
        window_start=str(document["window_start"]),
        window_end=str(document["window_end"]),
        images=int(document["images"]),
        made=str(document.get("made", "")),
        runs=max(int(document.get("runs", 0)), 0),
        same_runs=max(int(document.get("same_runs", 0)), 0),
        recent=recent_runs(recent),
        expected=str(document.get("expected", "")),
        late_after=str(document.get("late_after", "")),
        link_template=None if template is None else str(template),
        model=None if model is None else QualityState(model),
        model_headline=cut_words(str(document.get("model_headline", ""))),
        observed=Observed(document.get("observed", Observed.IMAGES)),
        mark=_mark(document.get("mark")),
    )


def _mark(stored: object) -> str:
    """Return a stored mark; one that this version does not know is none."""
    return str(stored) if stored in MARKS else ""


def _recent(document: Mapping[str, Any]) -> RecentRun:
    return RecentRun(
        window_start=_time(document["window_start"]),
        window_end=_time(document["window_end"]),
        verdict=Verdict(document["verdict"]),
    )


def _time(value: object) -> str:
    text = str(value)
    parse_time(text)
    return text
