"""Images measured on many machines: the same report, its cost, and what kills and faults do.

    python -m benchmarks.many_machines                     everything; an hour or two
    python -m benchmarks.many_machines --only equality     and cost, kills, faults, cached
    python -m benchmarks.many_machines --images 4000       a small version, some minutes
    python -m benchmarks.many_machines --engines here      shards in the run's own process alone

Makes small images by code (28 x 28 PNG) in a folder by day, and runs `drift run` over copies of
that bucket: on one machine, with a Dask cluster of two workers, and as an array of four tasks, all
of them processes of this machine. Costs are processor seconds of all processes together, the
scheduler's, the workers' and the decoding ones', which other programs change little; efficiency
is that of one machine over that of the engine, once what the engine costs without any image is
taken off. Kills and faults use a tenth of the images, in shards of a tenth. Everything lies in a
temporary folder (`--scratch`), which is deleted at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts import cached, cost, equality, faults, outage
from benchmarks.many_machines_parts.engines import HERE, Engine, dask, tasks
from benchmarks.many_machines_parts.kills import Kills
from benchmarks.many_machines_parts.world import make
from benchmarks.million_parts.making import NoRoomError
from benchmarks.process_tree import CommandFailedError
from benchmarks.throughput import machine
from reference_stats.extraction.warm_up import warm_up

WORKERS, TASKS = 2, 4
ENGINES = {"here": HERE, "dask": dask(WORKERS), "tasks": tasks(TASKS)}
# Of the small size by which fixed cost and cost of an image are told apart.
_SMALL_PART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What all parts are told.

    Attributes
    ----------
    images
        How many images the large bucket has.
    shard_images
        How many a shard has.
    engines
        Those that are tried.
    rounds
        How often costs are measured.
    kills, seed
        How many processes of each kind are killed, and what the moments depend on.
    image_ms
        How much longer an image takes while processes are killed.
    scratch
        The folder to work in.
    """

    images: int
    shard_images: int
    engines: tuple[Engine, ...]
    rounds: int
    kills: int
    seed: int
    image_ms: float
    scratch: Path

    def world(self, images: int) -> Path:
        """Return the bucket of so many images, made when first asked for."""
        folder = self.scratch / f"world-{images}"
        if not folder.exists():
            make(folder, images)
        return folder


def _equality(trial: Trial) -> dict[str, Any]:
    found = equality.run(
        trial.world(trial.images), trial.scratch, trial.engines, trial.shard_images
    )
    return {name: asdict(one) | {"holds": one.holds} for name, one in found.items()}


def _cost(trial: Trial) -> dict[str, Any]:
    sizes = (trial.images // _SMALL_PART, trial.images)
    return cost.run(
        {images: trial.world(images) for images in sizes},
        trial.scratch,
        trial.engines,
        shard_images=trial.shard_images,
        rounds=trial.rounds,
    )


def _cached(trial: Trial) -> dict[str, Any]:
    return cached.run(
        trial.world(trial.images),
        trial.scratch,
        trial.engines,
        shard_images=trial.shard_images,
        rounds=trial.rounds,
    )


def _kills(trial: Trial) -> dict[str, Any]:
    kills = Kills(
        world=trial.world(trial.images // _SMALL_PART),
        scratch=trial.scratch,
        shard_images=max(1, trial.shard_images // _SMALL_PART),
        count=trial.kills,
        seed=trial.seed,
        each_s=trial.image_ms / 1_000,
    )
    return kills.run({one.kind for one in trial.engines})


def _faults(trial: Trial) -> dict[str, Any]:
    found = outage.run(trial.scratch, trial.engines)
    return found | faults.run(
        trial.world(trial.images // _SMALL_PART),
        trial.scratch,
        trial.engines,
        shard_images=max(1, trial.shard_images // _SMALL_PART),
    )


PARTS: dict[str, Callable[[Trial], dict[str, Any]]] = {
    "equality": _equality,
    "cost": _cost,
    "kills": _kills,
    "faults": _faults,
    "cached": _cached,
}


def measure(trial: Trial, parts: Sequence[str]) -> dict[str, Any]:
    """Measure some parts, print them, and return all figures."""
    # What a machine compiles once is no cost of images.
    warm_up()
    found = {}
    for part in parts:
        print(f"{part}:", flush=True)
        found[part] = PARTS[part](trial)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures where `--json` says; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="some parts alone")
    parser.add_argument("--images", type=int, default=80_000)
    parser.add_argument("--shard-images", type=int, default=2_000)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["dask", "tasks"])
    parser.add_argument("--rounds", type=int, default=1, help="of costs, medians of so many")
    parser.add_argument("--kills", type=int, default=10, help="of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of kills")
    parser.add_argument(
        "--image-ms", type=float, default=2.0, help="by which images last longer while kills happen"
    )
    parser.add_argument("--scratch", type=Path, help="the folder to work in")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args(arguments)
    state = machine()
    print(json.dumps(state), flush=True)
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-", dir=options.scratch) as name:
        trial = Trial(
            images=options.images,
            shard_images=options.shard_images,
            engines=tuple(ENGINES[one] for one in options.engines),
            rounds=options.rounds,
            kills=options.kills,
            seed=options.seed,
            image_ms=options.image_ms,
            scratch=Path(name),
        )
        try:
            found = measure(trial, options.only or list(PARTS))
        except (NoRoomError, CommandFailedError, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 2
    if options.json:
        report = {"machine": state, "images": options.images, **found}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
