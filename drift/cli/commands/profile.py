"""``drift profile``: build or show the reference profile."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from drift.cli.commands.parameters import job_file, read_job


@click.group("profile")
def command() -> None:
    """Build or show the reference profile that runs compare with."""


@command.command("build")
@job_file
def build(job_file: Path) -> None:
    """Build a profile from what [reference] in JOB.toml names, and pin it for all later runs."""
    job = read_job(job_file)
    from drift.cli.profile_table import profile_lines  # noqa: PLC0415
    from drift.cli.progress import image_progress  # noqa: PLC0415 - heavy imports after all faults
    from drift.execution.engines import with_engine  # noqa: PLC0415
    from drift.pinned_profile import build_and_pin  # noqa: PLC0415
    from drift.workplace import only_run, open_workplace  # noqa: PLC0415

    with image_progress() as progress:
        place = with_engine(open_workplace(job, progress=progress))
        with only_run(place) as still_allowed, closing(place):
            profile = build_and_pin(place, still_allowed)
    for line in profile_lines(profile):
        click.echo(line)


@command.command("show")
@job_file
def show(job_file: Path) -> None:
    """Print the pinned profile of JOB.toml as a table."""
    job = read_job(job_file)
    from drift.cli.profile_table import profile_table  # noqa: PLC0415
    from drift.workplace import open_workplace  # noqa: PLC0415

    place = open_workplace(job, writes=False)
    pinned = place.profiles.pinned_id()
    if pinned is None:
        raise click.UsageError(
            f"{job.name} has no profile yet. Build one: drift profile build {job_file}"
        )
    click.echo(profile_table(place.profiles.load(pinned)))
