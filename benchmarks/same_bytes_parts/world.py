"""What a world is: how it is built, and which commands are run in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

Command = tuple[str, ...]
FIRST_DAY = datetime(2025, 3, 3, tzinfo=UTC)
"""The day of the first window; the world's logs begin here, what is behind is the reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A bucket, its job, and what is done with them.

    Attributes
    ----------
    name
        What the table calls it.
    build
        Fills a folder with ``job.toml`` and ``bucket/``; the same bytes at each call.
    commands
        What follows ``python -m drift``, in the order in which they are run.
    """

    name: str
    build: Callable[[Path], None]
    commands: tuple[Command, ...]


def usual_commands(*until: str) -> tuple[Command, ...]:
    """Return a job's life: looked into, checked, run, a window accepted, run again, told.

    Parameters
    ----------
    until
        The window ends; the last but one is accepted before the last is run.
    """
    *before, last = (("run", "job.toml", "--until", moment) for moment in until)
    return (
        ("init", "bucket", "--output", "found.toml", "--name", "found"),
        ("check", "job.toml", "--until", until[0]),
        ("profile", "build", "job.toml"),
        *before,
        ("accept", "job.toml", "latest"),
        last,
        ("history", "job.toml"),
        ("history", "job.toml", "--csv"),
        ("profile", "show", "job.toml"),
        ("prune", "job.toml", "--keep-runs", "1", "--verbose"),
        ("notify", "job.toml", "--test"),
    )


def moments(day: int, number: int) -> list[datetime]:
    """Return evenly spaced moments of the n-th day, whole seconds."""
    start = FIRST_DAY + timedelta(days=day)
    step = 86_400 // number
    return [start + timedelta(seconds=index * step + 17) for index in range(number)]


def write(path: Path, data: bytes | str) -> None:
    """Write a file, and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
