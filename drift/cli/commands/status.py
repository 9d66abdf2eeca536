"""``drift status``: which jobs have run when they should have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from jobs.errors import ExitCode, InputError
from jobs.job_file.output_settings import ReportSettings

if TYPE_CHECKING:
    from drift.status.job_status import JobStatus

_REPORTS: str = ReportSettings.model_fields["path"].default


@click.command("status")
@click.argument("targets", metavar="BUCKET|JOB.toml...", nargs=-1, required=True)
@click.option(
    "--path",
    default=_REPORTS,
    show_default=True,
    help="The folder of a BUCKET that its jobs have as reports.path.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(targets: tuple[str, ...], path: str, as_json: bool) -> ExitCode:
    """Print what the jobs of BUCKET, or of job files, said last, and whether one should have run.

    BUCKET is a URL such as gs://your-bucket, or a folder. When a job should run is what
    schedule.cron in its job file says, or else the rhythm of its runs. The exit code is 9 where a
    job has not run when it should have, and 5 where that cannot be found out.
    """
    from drift.status.job_status import exit_code_of_jobs  # noqa: PLC0415 - heavy imports
    from drift.status.tables import in_order, status_json, status_table  # noqa: PLC0415

    now = datetime.now(UTC)
    found = in_order([one for target in targets for one in _look(target, path, now)])
    click.echo(status_json(found) if as_json else status_table(found, now))
    return exit_code_of_jobs(found)


def _look(target: str, path: str, now: datetime) -> list[JobStatus]:
    """Return the jobs of one target; what cannot be read is one of them, and hides no other."""
    from pathlib import Path  # noqa: PLC0415

    from drift.cli.commands.parameters import read_job  # noqa: PLC0415 - only of job files
    from drift.status.job_status import JobStatus, Punctuality  # noqa: PLC0415
    from drift.status.looking import jobs_of_bucket, status_of_job  # noqa: PLC0415

    job = read_job(Path(target)) if target.endswith(".toml") else None
    try:
        return jobs_of_bucket(target, path, now) if job is None else [status_of_job(job, now)]
    except InputError as error:
        name, kind = (target if job is None else job.name), Punctuality.UNREADABLE
        return [JobStatus(job=name, bucket=target, punctuality=kind, problem=error.message)]
