"""``drift check``: try everything that a run needs, and write nothing."""

from __future__ import annotations

import logging
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from drift.cli.commands.parameters import Timestamp, job_file, require_working_directory


@click.command("check")
@job_file
@click.option("--until", type=Timestamp(), help="The window's end, taken exactly.")
@click.option("--json", "for_machines", is_flag=True, help="Print JSON in place of a table.")
def command(job_file: Path, until: datetime | None, for_machines: bool) -> int:
    """Try everything that a run of JOB.toml needs, and write nothing.

    Exits with 0 where a run would work, else with the code that the run would end with, or with 5
    where it would find none of the images.
    """
    from drift.cli.check_table import as_json, as_text, print_table  # noqa: PLC0415
    from drift.run_request import RunOptions  # noqa: PLC0415 - --help needs none of it
    from drift.setup.check.registry import check_job_file  # noqa: PLC0415
    from drift.setup.check.result import exit_code_of  # noqa: PLC0415

    logging.getLogger().setLevel(logging.ERROR)
    require_working_directory(job_file)
    checks = list(check_job_file(job_file, os.environ, RunOptions(until=until)))
    if for_machines:
        click.echo(as_json(checks))
    elif sys.stdout.isatty():
        print_table(checks)
    else:
        click.echo(as_text(checks))
    return exit_code_of(checks)
