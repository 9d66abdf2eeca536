"""``drift open``: show a report, or the index, in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli.commands.completing import RunName
from drift.cli.commands.parameters import job_file, read_job
from drift.cli.pages.browser import show


@click.command("open")
@job_file
@click.argument("run", metavar="[RUN]", required=False, type=RunName())
@click.option("--index", is_flag=True, help="Show the page over all runs instead.")
@click.option(
    "--no-browser",
    "--print",
    "no_browser",
    is_flag=True,
    help="Print the page's path and open nothing.",
)
def command(job_file: Path, run: str | None, index: bool, no_browser: bool) -> None:
    """Show the newest report of JOB.toml in the browser, or that of RUN.

    RUN is a run's id or its beginning, the day that its page names, such as 2025-03-04, or latest.
    From a remote bucket the run's files are fetched to a temporary folder. The page's path is
    printed.
    """
    if index and run is not None:
        raise click.UsageError("RUN and --index: expected one of them.")
    job = read_job(job_file)
    from drift.cli.pages.open_page import fetch_index, fetch_report  # noqa: PLC0415 - heavy imports
    from drift.workplace import open_workplace  # noqa: PLC0415

    place = open_workplace(job, writes=False)
    page = fetch_index(place) if index else fetch_report(place, run)
    click.echo(page)
    if not no_browser:
        show(page)
