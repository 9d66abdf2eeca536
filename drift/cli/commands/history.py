"""``drift history``: the past runs as a table."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli.commands.parameters import job_file, read_job


@click.command("history")
@job_file
@click.option(
    "--last", type=click.IntRange(min=1), default=30, show_default=True, help="How many runs."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def command(job_file: Path, last: int, as_json: bool, as_csv: bool) -> None:
    """Print the past runs of JOB.toml, newest first: when, what was said, how far things moved."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv: expected one of them.")
    job = read_job(job_file)
    from drift.cli.history_table import csv_table, json_table, print_table  # noqa: PLC0415 - heavy
    from drift.workplace import open_workplace  # noqa: PLC0415
    from reports.history.store import read_history  # noqa: PLC0415

    place = open_workplace(job, writes=False)
    rows = read_history(place.bucket, place.prefix)[: -last - 1 : -1]
    if as_json:
        click.echo(json_table(rows))
    elif as_csv:
        click.echo(csv_table(rows), nl=False)
    elif rows:
        print_table(rows)
    else:
        click.echo(f"{job.name} has no run yet. Do one first: drift run {job_file}", err=True)
