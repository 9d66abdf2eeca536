"""``drift compare``: two runs, or two parts of the traffic, side by side."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from drift.cli.commands.completing import RunName
from drift.cli.commands.parameters import job_file, read_job
from drift.cli.pages.browser import show
from jobs.errors import UsageError

_NAME = "comparison.html"


@click.command("compare")
@job_file
@click.argument("first", metavar="RUN", type=RunName())
@click.argument("second", metavar="RUN", type=RunName())
@click.option(
    "--segment",
    "segments",
    metavar="COLUMN=VALUE",
    multiple=True,
    help="Compare this part of the traffic; twice: a part of the first and one of the second.",
)
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
@click.option("--json", "for_machines", is_flag=True, help="Print JSON and make no page.")
@click.option("--no-browser", is_flag=True, help="Print the page's path and open nothing.")
def command(
    job_file: Path,
    first: str,
    second: str,
    segments: tuple[str, ...],
    target: Path | None,
    for_machines: bool,
    no_browser: bool,
) -> None:
    """Show two runs of JOB.toml side by side: what each said, and what differs in plain words.

    RUN is a run's id or its beginning, the day that its page names, such as 2025-03-04, or latest.
    Two versions of a model in one window are two parts of one run:
    --segment model_version=1 --segment model_version=2 with the same RUN twice.
    """
    if len(segments) > 2 or not all("=" in one for one in segments):
        raise click.UsageError(
            "--segment: expected COLUMN=VALUE, such as camera=door, once or twice."
        )
    job = read_job(job_file)
    from drift.cli.pages.compare_runs import compared_runs, comparison_page  # noqa: PLC0415 - heavy
    from drift.workplace import open_workplace  # noqa: PLC0415
    from reports.pages.two_runs.page import comparison_json  # noqa: PLC0415

    place = open_workplace(job, writes=False)
    compared = compared_runs(place, first, second, segments)
    if for_machines:
        sys.stdout.write(comparison_json(compared).decode())
        return
    page = target or Path(tempfile.mkdtemp(prefix="drift-compare-")) / _NAME
    _write(page, comparison_page(place, compared))
    click.echo(page)
    if target is None and not no_browser:
        show(page)


def _write(page: Path, data: bytes) -> None:
    try:
        page.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{page} cannot be written ({error.strerror}).") from None
