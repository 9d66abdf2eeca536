"""``drift reject``: mark a past window as not normal."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli.commands.completing import RunName
from drift.cli.commands.parameters import job_file, read_job


@click.command("reject")
@job_file
@click.argument("run", metavar="RUN", type=RunName())
@click.option("--undo", is_flag=True, help="Take it back.")
def command(job_file: Path, run: str, undo: bool) -> None:
    """Mark a past window as not normal: it never teaches later runs of JOB.toml what is.

    RUN is a run's id or its beginning, the day that its page names, such as 2025-03-04, or latest.
    """
    job = read_job(job_file)
    from drift.across_runs.reject import set_rejection  # noqa: PLC0415 - heavy imports after all faults
    from drift.workplace import only_run, open_workplace  # noqa: PLC0415

    place = open_workplace(job)
    with only_run(place) as still_allowed:
        said = set_rejection(place, run, still_allowed, rejected=not undo)
    click.echo(said)
