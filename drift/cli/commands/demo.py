"""``drift demo``: a small world in a folder, and the job on the last two of its days."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

# Only a folder that the demo made is ever written over.
_MARKER = ".image-drift-demo"


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="demo_bucket")
def command(folder: Path) -> None:
    """Make a bucket in FOLDER (default: demo_bucket) and run the job on the last two of its days.

    The pictures are views of photographs that installed packages carry; nothing is downloaded.
    """
    from drift.cli.commands.group import program  # noqa: PLC0415 - this module is one of its commands
    from drift.demo.world import FAULTY_DAY, ORDINARY_DAY, make_world  # noqa: PLC0415

    marker = folder / _MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise click.UsageError(
            f"{folder} holds files that are not the demo's. Name a new or an empty folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    click.echo(f"Making a bucket with a reference set and a month of requests in {folder}/")
    job_file = make_world(folder)
    for title, day in (
        ("An ordinary day", ORDINARY_DAY),
        ("A day with a camera fault", FAULTY_DAY),
    ):
        until = (day + timedelta(days=1)).date().isoformat()
        click.echo(f"\n{title}:\n$ drift run {job_file} --until {until}")
        program.main(["run", str(job_file), "--until", until], standalone_mode=False)
    reports = folder / "data_drift_reports" / "demo"
    latest = json.loads((reports / "latest.json").read_bytes())
    click.echo(f"\nAll runs:   {reports / 'index.html'}")
    click.echo(f"The report: {reports / 'runs' / latest['run_id'] / 'report.html'}")
    click.echo(f"It says {latest['verdict']}: {latest['summary']}")
    if latest["model_quality"] is not None:
        click.echo(f"Of the model: {latest['model_quality']['headline']}")
