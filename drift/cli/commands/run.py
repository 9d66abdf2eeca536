"""``drift run``: one run of a job."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from drift.cli.commands.parameters import Length, Timestamp, job_file, read_job
from drift.cli.process import few_collections
from drift.execution.tasks.array import ArrayTask, AskedArray, LastStep, part_of_array
from drift.run_request import RunOptions
from jobs.errors import ExitCode
from jobs.job_file.job import Job
from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import RunFindings

_CODES = {
    Verdict.STEADY: ExitCode.FINISHED,
    Verdict.DRIFT: ExitCode.DRIFT,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}
_CODES_OF_QUALITY = {QualityState.DROPPED: ExitCode.WORSE}
_LEEWAY = timedelta(days=1)


@click.command("run")
@job_file
@click.option("--until", type=Timestamp(), help="The window's end, taken exactly.")
@click.option("--since", type=Timestamp(), help="The window's start, exactly; with --until.")
@click.option("--last", type=Length(), help="The window's length, such as 7d.")
@click.option("--rows", type=click.IntRange(min=1), help="The number of newest rows.")
@click.option(
    "--exit-code",
    is_flag=True,
    help="Exit with 3 on drift, 4 when inconclusive, and 8 when steady with a worse model.",
)
@click.option("--dry-run", is_flag=True, help="Read and compare, but write nothing.")
@click.option(
    "--task", metavar="I/N", help='Be task I, from 0, of N: measure a part. For engine = "tasks".'
)
@click.option("--collect", is_flag=True, help="Do the run of an array whose tasks are all done.")
@click.option("--execution", metavar="NAME", help="The array that --task or --collect is of.")
def command(
    job_file: Path,
    until: datetime | None,
    since: datetime | None,
    last: timedelta | None,
    rows: int | None,
    exit_code: bool,
    dry_run: bool,
    task: str | None,
    collect: bool,
    execution: str | None,
) -> int:
    """Do one run of JOB.toml: read the log and the images, compare, publish the report."""
    if sum(given is not None for given in (since, last, rows)) > 1:
        raise click.UsageError("--since, --last and --rows: expected at most one of them.")
    if since is not None and (until is None or since >= until):
        raise click.UsageError("--since: expected a time before --until, and --until with it.")
    _refuse_later(until)
    job = read_job(job_file)
    options = RunOptions(until=until, since=since, last=last, rows=rows, dry_run=dry_run)
    asked = AskedArray(task=task, collect=collect, execution=execution)
    part = part_of_array(job, asked, options, os.environ)
    findings = _whole_run(job, options) if part is None else _part(job, part, options)
    return exit_code_of(findings) if exit_code and findings is not None else ExitCode.FINISHED


def _refuse_later(until: datetime | None) -> None:
    """Refuse a window that has not ended: its run would stand in front of all later ones.

    A day more than now is let pass, for clocks that are wrong and for windows of whole days.
    """
    if until is not None and until > datetime.now(UTC) + _LEEWAY:
        raise click.UsageError(
            f"--until {until:%Y-%m-%d %H:%M} UTC lies in the future. Expected the end of a window "
            "that is over."
        )


def _whole_run(job: Job, options: RunOptions) -> RunFindings:
    with few_collections():
        from drift.cli.one_run import execute  # noqa: PLC0415 - the heavy imports, after all faults

    return execute(job, options)


def _part(job: Job, part: ArrayTask | LastStep, options: RunOptions) -> RunFindings | None:
    with few_collections():
        # Less than a whole run takes: many tasks start it.
        from drift.execution.tasks.part import execute_part  # noqa: PLC0415

    return execute_part(job, part, lambda options: _whole_run(job, options), options)


def exit_code_of(findings: RunFindings) -> ExitCode:
    """Return what the verdict says; where it is steady, whether labels call the model worse."""
    quality = findings.model_quality
    if findings.verdict is Verdict.STEADY and quality is not None:
        return _CODES_OF_QUALITY.get(quality.state, ExitCode.FINISHED)
    return _CODES[findings.verdict]
