"""``drift schema``: what editors complete a job file by."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the job file, by which editors complete and check it.

    drift schema > job.schema.json writes it beside a job file whose first line is then
    #:schema ./job.schema.json; drift init --schema does both.
    """
    from jobs.job_file.editors.schema import schema_text  # noqa: PLC0415 - --help needs no pydantic

    click.echo(schema_text(), nl=False)
