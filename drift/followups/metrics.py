"""Handing a run's numbers to what the job file names below [metrics]."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from drift.followups.finished_run import FinishedRun
from reports.history.history import HistoryRow, parse_time
from reports.metrics.errors import MetricsError
from reports.metrics.sample import Sample
from reports.metrics.samples import MAX_COLUMNS, samples_of
from reports.pages.jobs.making import next_run

logger = logging.getLogger(__name__)

_NANOSECONDS = 1_000_000_000


def export_metrics(run: FinishedRun) -> None:
    """Hand the samples of a run to each output that is asked for; one that fails stops no other.

    The metrics of a job are those of its newest window: a run of an older one, such as one that
    fills in the past, hands over nothing.

    Raises
    ------
    MetricsError
        If an output failed; the message names each of them.
    """
    later = _later_run(run)
    if later is not None:
        logger.info(
            "the metrics stay as they are: the run %s has a later window, which ends at %s",
            later.run_id,
            later.window_end,
        )
        return
    samples = samples_of(run.findings, _late_after(run))
    if len(run.findings.columns) > MAX_COLUMNS:
        logger.warning("only the first %d columns have metrics of their own", MAX_COLUMNS)
    problems = list(_hand_over(run, samples))
    if problems:
        raise MetricsError(" ".join(problems))


def _late_after(run: FinishedRun) -> str:
    expected = next_run(run.rows, run.findings.generated_at, run.schedule)
    return "" if expected is None else expected.late_after.isoformat()


def _later_run(run: FinishedRun) -> HistoryRow | None:
    end = parse_time(run.findings.window.end)
    later = [row for row in run.history if row.end > end]
    return max(later, key=lambda row: row.end, default=None)


def _hand_over(run: FinishedRun, samples: Sequence[Sample]) -> Iterator[str]:
    for name, load in _outputs(run).items():
        try:
            load()(samples)
        except MetricsError as error:
            yield error.message
        else:
            logger.info("metrics: %d samples to the %s", len(samples), name)


Output = Callable[[Sequence[Sample]], None]


def _outputs(run: FinishedRun) -> dict[str, Callable[[], Output]]:
    """Return what loads each output that the job asks for; the libraries come with it."""
    settings = run.place.job.metrics
    asked_for: dict[str, Callable[[], Output]] = {}
    if settings.textfile is not None:
        asked_for["textfile"] = partial(_textfile, run, settings.textfile)
    if settings.pushgateway is not None:
        asked_for["Pushgateway"] = partial(_pushgateway, run, settings.pushgateway)
    if settings.otlp is not None:
        asked_for["OTLP receiver"] = partial(_otlp, run, settings.otlp)
    return asked_for


def _textfile(run: FinishedRun, template: str) -> Output:
    from reports.metrics.textfile import write_textfile  # noqa: PLC0415 - when asked for

    job = run.findings.job
    return partial(write_textfile, Path(template.replace("{job}", job)), job=job)


def _pushgateway(run: FinishedRun, url: str) -> Output:
    from reports.metrics.pushgateway import push  # noqa: PLC0415 - when asked for

    return partial(push, url, job=run.findings.job, environment=os.environ)


def _otlp(run: FinishedRun, url: str) -> Output:
    from reports.metrics.otlp import export  # noqa: PLC0415 - an extra

    time_ns = int(run.place.clock().timestamp() * _NANOSECONDS)
    return partial(export, url, job=run.findings.job, time_ns=time_ns)
