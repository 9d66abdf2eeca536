"""``drift schedule``: run a job again and again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from drift.cli.commands.parameters import job_file, read_job
from jobs.errors import UsageError


@click.command("schedule")
@job_file
def command(job_file: Path) -> None:
    """Run JOB.toml whenever its schedule.cron says so, until SIGTERM.

    Runs never overlap, missed ones are made up for by one, and a run that fails does not end the
    schedule.
    """
    job = read_job(job_file)
    if job.schedule.cron is None:
        raise UsageError(
            f'{job_file}: schedule.cron is missing. Add a cron expression such as "15 3 * * *", or '
            f"do one run: drift run {job_file}"
        )
    from jobs.running.scheduler import cron_trigger, serve  # noqa: PLC0415 - only this command needs it

    trigger = cron_trigger(job.schedule.cron, job.schedule.timezone)
    # -P: a folder of the user's in the working directory must not hide one of our packages.
    run = [sys.executable, "-P", "-m", "drift", "run", str(job_file.resolve())]
    serve(run, trigger=trigger)
