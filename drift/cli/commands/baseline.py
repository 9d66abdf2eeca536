"""``drift baseline``: the records of the normal days before a window."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.commands.parameters import Timestamp, job_file, read_job

if TYPE_CHECKING:
    from drift.workplace import Workplace
    from jobs.job_file.job import Job

_until = click.option("--until", type=Timestamp(), help="The window's end, taken exactly.")


@click.group("baseline")
def command() -> None:
    """Show or rebuild the records of the normal days that runs compare with."""


@command.command("show")
@job_file
@_until
def show(job_file: Path, until: datetime | None) -> None:
    """Print the days before the window of JOB.toml, newest first, and which of them are used."""
    job = _job_with_days(job_file)
    from drift.cli.baseline_table import baseline_table  # noqa: PLC0415 - heavy imports
    from drift.days.records.measured.scales import SeenReference  # noqa: PLC0415
    from drift.model_view.line import view_of_reference  # noqa: PLC0415
    from drift.run_request import RunOptions, requested_window  # noqa: PLC0415
    from drift.verdict.day_uses import block_uses  # noqa: PLC0415
    from drift.workplace import open_workplace  # noqa: PLC0415
    from reports.conditional_writes import always_allowed  # noqa: PLC0415
    from reports.history.store import read_history  # noqa: PLC0415

    place = open_workplace(job, writes=False)
    request = requested_window(job, RunOptions(until=until), place.clock())
    profile = place.profiles.load(_pinned(place, job_file))
    with closing(place):
        seen = SeenReference.of(view_of_reference(place, profile, always_allowed))
    history = read_history(place.bucket, place.prefix)
    uses = block_uses(place, request, profile, history, seen)
    if uses:
        click.echo(baseline_table(job.name, uses, of_rows=not job.has_images))
    else:
        click.echo(f"{job.name} has no records of normal days yet. Runs make them.", err=True)


@command.command("rebuild")
@job_file
@_until
def rebuild(job_file: Path, until: datetime | None) -> None:
    """Measure the days before the window of JOB.toml anew, with rows that came late.

    The new records replace the old ones. A run that is repeated afterwards is held beside the new
    ones. It may take minutes: every image that is not in the feature cache is read.
    """
    job = _job_with_days(job_file)
    from drift.cli.baseline_table import record_line  # noqa: PLC0415 - heavy imports
    from drift.days.records import upkeep  # noqa: PLC0415
    from drift.days.records.measured.scales import SeenReference  # noqa: PLC0415
    from drift.execution.engines import with_engine  # noqa: PLC0415
    from drift.execution.shard_sizes import in_fitting_shards  # noqa: PLC0415
    from drift.model_view.line import view_of_reference  # noqa: PLC0415
    from drift.run_request import RunOptions, requested_window  # noqa: PLC0415
    from drift.workplace import only_run, open_workplace  # noqa: PLC0415

    place = with_engine(open_workplace(job))
    request = requested_window(job, RunOptions(until=until), place.clock())
    profile = place.profiles.load(_pinned(place, job_file))
    place = in_fitting_shards(place, profile)
    with only_run(place) as still_allowed, closing(place):
        done = upkeep.rebuild(
            place,
            request,
            profile,
            still_allowed,
            lambda record: click.echo(record_line(record)),
            SeenReference.of(view_of_reference(place, profile, still_allowed)),
        )
    left = f"; {done.not_made} could not be measured and stay as they were" if done.not_made else ""
    click.echo(f"{done.written} records written{left}.")


def _job_with_days(job_file: Path) -> Job:
    job = read_job(job_file)
    if not job.baseline.days:
        raise click.UsageError(f"{job_file}: baseline.days is 0, so there are no normal days.")
    return job


def _pinned(place: Workplace, job_file: Path) -> str:
    pinned = place.profiles.pinned_id()
    if pinned is None:
        raise click.UsageError(
            f"{place.job.name} has no profile yet, and so no records of days. Do a run first: "
            f"drift run {job_file}"
        )
    return pinned
