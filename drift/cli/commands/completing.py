"""What a shell is told when somebody presses tab: job files, and runs of a job."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_LATEST = "latest"


class JobFilePath(click.Path):
    """The path of a job file; a shell completes folders and files that end in ``.toml``."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the job files that begin so; where there are none, the shell lists all files."""
        folder, _, begun = incomplete.rpartition("/")
        shown = f"{folder}/" if folder or incomplete.startswith("/") else ""
        try:
            names = sorted(one.name for one in Path(shown or ".").expanduser().iterdir())
        except OSError:
            names = []
        found = [name for name in names if name.startswith(begun) and name.endswith(".toml")]
        if not found:
            return super().shell_complete(ctx, param, incomplete)
        return [CompletionItem(shown + name) for name in found]


class RunName(click.ParamType[str]):
    """A run's id, the beginning of it, its day, or ``latest``."""

    name = "run"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> str:
        """Return the text: which run it names, the history says."""
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the runs that begin so, the newest first; only those of a bucket that is a folder.

        A store elsewhere would be asked at every press of a key. Nothing is said on any fault: the
        command itself says what is wrong with the job file.
        """
        path = ctx.params.get("job_file")
        known = [_LATEST, *(_runs_of(path) if isinstance(path, Path) else ())]
        return [CompletionItem(one) for one in known if one.startswith(incomplete)]


def _runs_of(path: Path) -> list[str]:
    from jobs.errors import JobFileError  # noqa: PLC0415 - only where a run is completed
    from jobs.job_file.reading import load_job  # noqa: PLC0415

    try:
        job = load_job(path, os.environ)
        if "://" in job.bucket.url:
            return []
        folder = Path(job.bucket.url) / job.reports.path / job.name / "history"
        names = [one.stem for one in folder.glob("*.json") if one.name.count(".") == 1]
    except (JobFileError, OSError, ValueError):
        return []
    return sorted(names, reverse=True)
