"""The demo, as each checkout's own ``drift demo`` makes it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.same_bytes_parts.world import World


def _build(folder: Path) -> None:
    """Leave the folder empty: the first command fills it."""
    folder.mkdir(parents=True, exist_ok=True)


_JOB = "bucket/job.toml"
WORLD = World(
    name="demo",
    build=_build,
    commands=(
        ("demo", "bucket"),
        ("check", _JOB, "--until", "2025-03-05"),
        ("accept", _JOB, "latest"),
        ("run", _JOB, "--until", "2025-03-05T00:00:00Z", "--last", "12h"),
        ("history", _JOB, "--csv"),
        ("profile", "show", _JOB),
        ("init", "bucket", "--output", "found.toml"),
    ),
)
