"""A bucket of many small images, and copies of it for one engine each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.million_parts.making import DAY, DAYS, Pile, make_world, require_room
from benchmarks.photographs import put_link

ROOT = Path(__file__).resolve().parents[2]
REPORTS = "data_drift_reports"
FEATURES = "features/"
JOB = "million"
# Records of normal days would be made of images that no run has read: one more thing that differs.
_MORE = "\n[baseline]\ndays = 0\n"
_LINKED = ("images", "reference")


def until(number: int = 0) -> str:
    """Return the window's end of the n-th run; every one holds all images."""
    return (DAY + timedelta(days=DAYS, minutes=number - 60)).isoformat()


def make(folder: Path, images: int, seed: int = 0) -> None:
    """Write a job file and its bucket, in which no image is known."""
    pile = Pile(images=images, seed=seed)
    require_room(folder.parent, pile)
    folder.mkdir()
    make_world(folder, pile)
    with (folder / "job.toml").open("a", encoding="utf-8") as file:
        file.write(_MORE)


def copied(
    world: Path, target: Path, execution: str, *, link: Callable[[Path, Path], None] = put_link
) -> Path:
    """Copy a world, its images by links, for an engine; return the copy.

    Parameters
    ----------
    execution
        The lines of ``[execution]``.
    """
    target.mkdir(parents=True)
    text = (world / "job.toml").read_text(encoding="utf-8")
    (target / "job.toml").write_text(f"{text}\n[execution]\n{execution}\n", encoding="utf-8")
    bucket = target / "bucket"
    shutil.copytree(world / "bucket", bucket, ignore=lambda _, names: set(_LINKED) & set(names))
    for name in _LINKED:
        for path in (world / "bucket" / name).rglob("*"):
            place = bucket / path.relative_to(world / "bucket")
            if path.is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                link(path, place)
    return target


def images_of(folder: Path) -> Iterator[str]:
    """Yield the paths of all images of a world, as caches name them."""
    bucket = folder / "bucket"
    for name in _LINKED:
        for path in (bucket / name).rglob("*.png"):
            yield path.relative_to(bucket).as_posix()


def feature_rows(folder: Path) -> pa.Table:
    """Return all rows of the feature cache, in any order."""
    parts = sorted((folder / "bucket" / REPORTS / FEATURES).rglob("*.parquet"))
    return pa.concat_tables(pq.read_table(part).replace_schema_metadata(None) for part in parts)


def environment(**more: str) -> dict[str, str]:
    """Return the variables of a run of this checkout."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1", **more}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return variables
