"""What handing images out in shards costs a processor, beside measuring them on one machine.

Run as ``python -m benchmarks.shard_cost [--images 20000] [--shard 2000] [--rounds 3]``. Images of
28 x 28 pixels, which take the least time to measure, lie in a folder; an engine in this process
takes shards from their bytes, one after the other. Printed are medians of processor time, with that
of decoding processes: of everything on one machine, and with shards of each step.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.process_tree import end_reading, start_reading
from drift.execution.shard_computing import compute_shard, job_for_workers, open_for_shards
from drift.workplace import Workplace, open_workplace
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.extract import extract
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from reference_stats.image_uses import WantedImages

_DIFFERENT = 500
_DAY_US = 86_400_000_000
_WHOLE, _BYTES, _MEASURING, _REST = "one machine", "bytes", "measuring", "handing out, taking over"


@dataclass(kw_only=True)
class _Engine:
    """Measures shards in this process; keeps the time of each step."""

    place: Workplace
    shard_images: int
    fewest_images: int = 1
    taken: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    sizes: list[int] = field(default_factory=list)
    looking: float = 0.0

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        for shard in shards:
            start = time.process_time()
            data = shard.as_bytes()
            arrived = Shard.from_bytes(data)
            self.taken[_BYTES] += time.process_time() - start
            begun = start_reading()
            told = compute_shard(self.place, arrived)
            measured = end_reading().since(begun)
            self.taken[_MEASURING] += measured.total
            self.sizes.append(len(data))
            # What looking at the clock of every process costs is nobody's.
            self.looking += time.process_time() - start - measured.own
            done(told)

    def close(self) -> None:
        self.place.close()


def main() -> None:
    """Print the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--shard", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    found: dict[str, list[float]] = defaultdict(list)
    sizes = [0]
    with tempfile.TemporaryDirectory() as folder:
        wanted = _write(Path(folder), given.images)
        _extract(_job(folder, "warm"), WantedImages.of(wanted.locations[:100]), None)
        for number in range(given.rounds):
            here = _extract(_job(folder, f"here-{number}"), wanted, None)
            found[_WHOLE].append(here)
            job = _job(folder, f"shards-{number}")
            place = open_for_shards(job_for_workers(job))
            engine = _Engine(place=place, shard_images=given.shard)
            whole = _extract(job, wanted, engine)
            for step, seconds in engine.taken.items():
                found[step].append(seconds)
            own = engine.looking + engine.taken[_MEASURING]
            found[_REST].append(whole - own)
            sizes = engine.sizes
    here = statistics.median(found[_WHOLE])
    shards = len(sizes)
    print(f"{given.images:,} images in {shards} shards of {max(sizes):,} bytes at most")
    for step, rounds in found.items():
        seconds = statistics.median(rounds)
        share = f"{seconds / here:6.1%} of one machine"
        print(f"{step:26} {seconds:7.2f} s, {1e3 * seconds / shards:8.1f} ms a shard, {share}")
    together = sum(statistics.median(found[step]) for step in (_BYTES, _MEASURING, _REST))
    print(f"efficiency: {here / together:.3f}")


def _write(folder: Path, images: int) -> WantedImages:
    generator = np.random.default_rng(0)
    (folder / "images").mkdir()
    locations, files = [], []
    for number in range(_DIFFERENT):
        file = folder / f"{number}.png"
        Image.fromarray(generator.integers(0, 256, (28, 28), dtype=np.uint8)).save(file)
        files.append(file)
    for number in range(images):
        name = f"images/{number:08}.png"
        (folder / name).hardlink_to(files[number % _DIFFERENT])
        locations.append(ImageLocation(bucket_url=str(folder), name=name, path=name))
    return WantedImages.of(locations, np.arange(images, dtype=np.int64) * 1_000 + _DAY_US)


def _job(folder: str, reports: str) -> Job:
    return Job.model_validate(
        {
            "name": "cost",
            "bucket": {"url": folder},
            "predictions": {"path": "log.csv", "columns": {"prediction": "class"}},
            "images": {"path": "images/{name}"},
            "window": {"last": "1d"},
            "reference": {"images": "images/"},
            "reports": {"path": reports},
        }
    )


def _extract(job: Job, wanted: WantedImages, engine: Elsewhere | None) -> float:
    """Return the seconds of processor time that an extraction takes, as a run calls it."""
    place = open_workplace(job)
    start = start_reading()
    found = extract(
        wanted,
        job.image_rules,
        open_bucket=place.open_bucket,
        cache=place.feature_cache,
        features=place.features,
        elsewhere=engine,
    )
    taken = end_reading().since(start).total
    if found.computed != len(wanted.locations):
        raise RuntimeError(f"{found.computed} of {len(wanted.locations)} images were computed")
    return taken


if __name__ == "__main__":
    main()
