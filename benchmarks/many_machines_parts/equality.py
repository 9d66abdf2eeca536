"""Whether what an engine leaves in the bucket is what one machine leaves, byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from benchmarks.many_machines_parts.arithmetic import lost_and_doubled
from benchmarks.many_machines_parts.engines import LOCAL, Engine
from benchmarks.many_machines_parts.world import (
    FEATURES,
    JOB,
    REPORTS,
    copied,
    feature_rows,
    images_of,
)
from benchmarks.same_bytes_parts.comparing import contents

# Plans and marks of tasks, and what a page of the lock says.
_OF_ENGINES = f"{JOB}/executions/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """What was compared.

    Attributes
    ----------
    objects
        How many objects one machine left.
    differing
        Those that the engine left otherwise, or not, or in addition.
    lost, doubled
        Images in no row of the feature table, and in several.
    """

    objects: int
    differing: tuple[str, ...]
    lost: int
    doubled: int

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not (self.differing or self.lost or self.doubled)


def left_in(folder: Path) -> Mapping[str, bytes]:
    """Return what a run left, but for the clock, an engine's own notes and where the bucket is.

    A feature cache is one object, its rows by the names of their images.
    """
    # The page over all jobs names the bucket.
    place = str(folder / "bucket").encode()
    found = {
        name: data.replace(place, b"")
        for name, data in contents(folder / "bucket" / REPORTS).items()
        if not name.startswith((_OF_ENGINES, FEATURES))
    }
    rows = feature_rows(folder).sort_by("image").combine_chunks()
    with pa.BufferOutputStream() as target:
        with pa.ipc.new_stream(target, rows.schema) as stream:
            stream.write_table(rows)
        return found | {FEATURES: target.getvalue().to_pybytes()}


def compared(alone: Mapping[str, bytes], folder: Path) -> Equal:
    """Compare what one machine left with what an engine did in `folder`."""
    found = left_in(folder)
    names = sorted({*alone, *found})
    lost, doubled = lost_and_doubled(feature_rows(folder)["image"].to_pylist(), images_of(folder))
    return Equal(
        objects=len(alone),
        differing=tuple(name for name in names if alone.get(name) != found.get(name)),
        lost=lost,
        doubled=doubled,
    )


def run(
    world: Path, scratch: Path, engines: Sequence[Engine], shard_images: int
) -> dict[str, Equal]:
    """Do one run on one machine and one by each engine, and compare; print each."""
    first = copied(world, scratch / "alone", LOCAL.settings(shard_images))
    LOCAL.run(first)
    alone, found = left_in(first), {}
    for number, engine in enumerate(engines):
        folder = copied(world, scratch / f"engine-{number}", engine.settings(shard_images))
        engine.run(folder)
        equal = found[engine.name] = compared(alone, folder)
        state = "equal" if equal.holds else f"DIFFERENT: {', '.join(equal.differing[:5])}"
        print(
            f"  {engine.name:18} {equal.objects} objects, {equal.lost} images lost, "
            f"{equal.doubled} doubled: {state}",
            flush=True,
        )
        shutil.rmtree(folder)
    shutil.rmtree(first)
    return found
