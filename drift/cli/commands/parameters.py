"""The arguments that several commands take."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

import click

from drift.cli.commands.completing import JobFilePath
from drift.program_log.setup import label_records, use_format
from jobs.errors import InputError
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job
from jobs.times.windows import parse_duration

job_file = click.argument("job_file", metavar="JOB.toml", type=JobFilePath(path_type=Path))


def read_job(path: Path) -> Job:
    """Return the job of a file and the environment; log lines are then as it asks for."""
    require_working_directory(path)
    job = load_job(path, os.environ)
    logging.getLogger().setLevel(job.log_level.upper())
    use_format(job.log_format)
    label_records(job=job.name)
    return job


def require_working_directory(path: Path) -> None:
    """Make sure that a path from the working directory on leads anywhere.

    Raises
    ------
    InputError
        If the directory was deleted.
    """
    if path.is_absolute():
        return
    try:
        Path.cwd()
    except FileNotFoundError:
        raise InputError(
            f"{path}: the working directory was deleted. Change to a folder that is there, or name "
            "the job file with its whole path."
        ) from None


class Timestamp(click.ParamType[datetime]):
    """A point in time; UTC where the text names no zone."""

    name = "timestamp"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time, or fail with what was expected."""
        from jobs.times.timestamps import parse_timestamp  # noqa: PLC0415 - --help needs no pyarrow

        if isinstance(value, datetime):
            return value
        try:
            return parse_timestamp(str(value))
        except ValueError as error:
            self.fail(f"{value!r}. Expected {error}.", param, ctx)


class Length(click.ParamType[timedelta]):
    """A length of time such as ``7d``."""

    name = "length"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the length, or fail with what was expected."""
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except ValueError as error:
            self.fail(f"{value!r}. Expected {error}.", param, ctx)
