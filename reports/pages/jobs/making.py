"""From the history of a job to what a page over all jobs says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.times.next_run import ExpectedRun, expected_by_cron, expected_by_rhythm
from reports.findings.run import Observed
from reports.history.history import HistoryRow, parse_time
from reports.history.job_state import JobState, RecentRun, cut_words, mark_of, recent_runs
from reports.pages.index.days import lasting, usual_step

# A rhythm is that of the last runs: a job that ran daily last year may run weekly now.
_RUNS_FOR_STEP = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSchedule:
    """What a job file says that its history does not.

    Attributes
    ----------
    cron, timezone
        ``[schedule]``; None where the job is started by something else.
    link_template
        `reports.link_template`.
    """

    cron: str | None = None
    timezone: str = "UTC"
    link_template: str | None = None


def state_of_job(
    job: str, rows: Sequence[HistoryRow], made: str, schedule: JobSchedule
) -> JobState:
    """Return the state of a job.

    Parameters
    ----------
    rows
        All rows of its history, sorted; at least one.
    made
        When the run with the newest window was made, ISO 8601; empty where that is not known.
    """
    newest, quality = rows[-1], rows[-1].model_quality
    expected = next_run(rows, made, schedule)
    return JobState(
        job=job,
        run_id=newest.run_id,
        verdict=newest.verdict,
        headline=cut_words(newest.headline or newest.summary),
        window_start=newest.window_start,
        window_end=newest.window_end,
        images=newest.images,
        made=made,
        runs=len(rows),
        same_runs=len(lasting(rows)),
        recent=recent_runs([_recent(row) for row in rows]),
        expected="" if expected is None else _text(expected.at.isoformat()),
        late_after="" if expected is None else _text(expected.late_after.isoformat()),
        link_template=schedule.link_template,
        model=None if quality is None else quality.state,
        model_headline="" if quality is None else cut_words(quality.headline),
        observed=newest.observed or Observed.IMAGES,
        mark=mark_of(newest),
    )


def next_run(rows: Sequence[HistoryRow], made: str, schedule: JobSchedule) -> ExpectedRun | None:
    """Return when the next run is expected; None where that is not known.

    By the job's cron expression where it has one, and else by the usual time between its runs,
    which takes four runs at least.
    """
    if not made:
        return None
    if schedule.cron is not None:
        return expected_by_cron(schedule.cron, schedule.timezone, parse_time(made))
    step = usual_step(rows[-_RUNS_FOR_STEP:])
    return None if step is None else expected_by_rhythm(step, parse_time(made))


def _recent(row: HistoryRow) -> RecentRun:
    return RecentRun(window_start=row.window_start, window_end=row.window_end, verdict=row.verdict)


def _text(moment: str) -> str:
    return moment.replace("+00:00", "Z")
