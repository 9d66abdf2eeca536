"""``drift notify``: try the notifications."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli.commands.parameters import job_file, read_job


@click.command("notify")
@job_file
@click.option("--test", is_flag=True, help="Send a test message.")
def command(job_file: Path, test: bool) -> None:
    """Send a test message to every URL that runs of JOB.toml send theirs to.

    Prints a table of what arrived. Exit code 6 if any URL failed, 2 if there is none.
    """
    if not test:
        raise click.UsageError(
            "expected --test: runs send notifications by themselves when something is due."
        )
    job = read_job(job_file)
    from drift.cli.trial_notification import send_test  # noqa: PLC0415 - heavy imports after all faults
    from drift.workplace import open_workplace  # noqa: PLC0415

    click.echo(send_test(open_workplace(job, writes=False)))
