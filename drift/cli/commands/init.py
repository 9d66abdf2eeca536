"""``drift init``: look into a bucket and write a job file for it."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from jobs.errors import UsageError
from jobs.job_file.value_kinds import job_name

_SCHEMA = "job.schema.json"


@click.command("init")
@click.argument("url", metavar="URL")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The job file to write; ./NAME.toml by default.",
)
@click.option("--name", help="The job's name; by default from the bucket's.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option(
    "--schema",
    "with_schema",
    is_flag=True,
    help="Write job.schema.json beside it, by which editors complete it.",
)
def command(
    url: str, output: Path | None, name: str | None, force: bool, with_schema: bool
) -> None:
    """Look into the bucket or folder at URL and write a commented job file for it.

    It finds the prediction log, guesses what its columns are, works out where the images are,
    and proposes a reference and a window. Nothing in the bucket is written.
    """
    slug = _slug(name or url, given=name is not None)
    target = output or Path(f"{slug}.toml")
    if target.exists() and not force:
        raise UsageError(
            f"{target} is there already. Name another file with --output, or write over it with "
            "--force."
        )
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target}: there is no such folder. Make it, or name another --output.")
    from drift.setup.initiate import propose  # noqa: PLC0415 - heavy imports after all faults
    from drift.setup.propose.outcome import told, validated  # noqa: PLC0415
    from drift.setup.propose.report_links import link_template_of  # noqa: PLC0415
    from jobs.buckets.registry import open_bucket  # noqa: PLC0415

    place = _anchored(url)
    proposal = propose(
        open_bucket(place),
        open_bucket=open_bucket,
        name=slug,
        url=_as_written(url, place, target),
        now=datetime.now(UTC),
    )
    proposal = replace(proposal, link_template=link_template_of(proposal.url, os.environ))
    text = validated(proposal)
    if with_schema:
        text = _with_schema(text, target)
    _write(target, text)
    click.echo(told(proposal, target))


def _with_schema(text: str, target: Path) -> str:
    """Write the job file's schema beside it; return the text with the line that names it."""
    from jobs.job_file.editors.schema import schema_line, schema_text  # noqa: PLC0415

    _write(target.with_name(_SCHEMA), schema_text())
    return schema_line(_SCHEMA) + text


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written ({error.strerror}).") from None


def _slug(text: str, *, given: bool) -> str:
    """Return a job's name: the one that was given, or one made from the bucket's last part."""
    if given:
        try:
            return job_name(text)
        except ValueError as error:
            raise UsageError(f"--name is {text!r}. Expected {error}.") from None
    path = text.partition("://")[2] if "://" in text else str(Path(text).expanduser().resolve())
    last = path.rstrip("/").rpartition("/")[2]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:63]
    try:
        return job_name(slug)
    except ValueError:
        return "images"


def _anchored(url: str) -> str:
    """Return a path as an absolute one, which is how a run reads it from the job file."""
    return url if "://" in url else str(Path(url).expanduser().resolve())


def _as_written(url: str, place: str, target: Path) -> str:
    """Return what bucket.url says: a relative path stays one where the job file lies beside."""
    if "://" in url or Path(url).is_absolute() or url.startswith("~"):
        return url
    folder = target.absolute().parent.resolve()
    if Path(place).is_relative_to(folder):
        return Path(place).relative_to(folder).as_posix()
    return place
