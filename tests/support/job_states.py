"""Jobs as a page over all of them and ``drift status`` find them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from reports.findings.answers import Verdict
from reports.findings.run import RunFindings, WindowSpan
from reports.history.history import HistoryRow, history_row
from reports.history.job_state import JobState
from reports.pages.jobs.making import JobSchedule, state_of_job
from reports.pages.jobs.page import FoundJob
from tests.support import findings as examples

DAY = timedelta(days=1)
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
NIGHTLY = JobSchedule(cron="15 3 * * *")


def text(moment: datetime) -> str:
    """Return a moment as reports have it."""
    return moment.isoformat().replace("+00:00", "Z")


def run_of(
    job: str, number: int, verdict: Verdict = Verdict.STEADY, **other: object
) -> RunFindings:
    """Return the run of a job's day, counted from 1 March 2025, made at 03:20 the next day."""
    example = examples.drifted() if verdict is Verdict.DRIFT else examples.steady()
    end = FIRST + (number + 1) * DAY
    values: dict[str, object] = {
        "job": job,
        "run_id": f"{end:%Y%m%dT%H%M%S}Z-1a2b3c4d",
        "verdict": verdict,
        "window": WindowSpan(start=text(end - DAY), end=text(end)),
        "generated_at": text(end + timedelta(hours=3, minutes=20)),
        "headline": f"Said of day {number}",
    }
    return dataclasses.replace(example, **{**values, **other})  # type: ignore[arg-type]


def rows_of(job: str, verdicts: str) -> list[HistoryRow]:
    """Return a row a day: ``s`` steady, ``d`` drift, ``i`` inconclusive, ``-`` no run."""
    kinds = {"s": Verdict.STEADY, "d": Verdict.DRIFT, "i": Verdict.INCONCLUSIVE}
    runs = [(number, kinds[one]) for number, one in enumerate(verdicts) if one != "-"]
    return [history_row(run_of(job, number, verdict)) for number, verdict in runs]


def state_of(
    job: str, verdicts: str = "sssss", schedule: JobSchedule = NIGHTLY, **other: object
) -> JobState:
    """Return the state of a job after a run a day."""
    rows = rows_of(job, verdicts)
    made = text(rows[-1].end + timedelta(hours=3, minutes=20))
    state = state_of_job(job, rows, made, schedule)
    return dataclasses.replace(state, **other)  # type: ignore[arg-type]


def found(job: str, verdicts: str = "sssss", **other: object) -> FoundJob:
    """Return the same as a page over all jobs finds it."""
    return FoundJob(name=job, state=state_of(job, verdicts, **other))  # type: ignore[arg-type]
