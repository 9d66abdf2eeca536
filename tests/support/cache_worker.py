"""A process that works on a feature cache until it is done or killed: see the tests that start it.

Run as ``python -m tests.support.cache_worker TASK FOLDER WORKER``.
"""

from __future__ import annotations

import itertools
import json
import random
import sys

from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.feature_cache import compaction
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.outcomes import ImageFeatures, UnreadableImage
from tests.support.memory_bucket import MemoryBucket
from tests.support.remembered import FEW, add_parts

WINDOW = 6
ROUNDS = 25


def locations_in(folder: str) -> list[ImageLocation]:
    """Return all images of a bucket's folder ``images/``."""
    names = [info.name for info in open_bucket(folder).list("images/")]
    return [ImageLocation(bucket_url=folder, name=name, path=name) for name in names]


def held_by(worker: int, parts: int) -> dict[str, ImageFeatures | UnreadableImage]:
    """Return what a worker has added with its first so many parts."""
    memory = FeatureCache(bucket=MemoryBucket(), prefix="reports", features=FEW)
    return dict(add_parts(memory, parts, first=worker * 10_000))


def add_and_compact(folder: str, worker: int) -> None:
    """Add parts and compact for ever; say so after each part."""
    cache = FeatureCache(bucket=open_bucket(folder), prefix="reports", features=FEW)
    for number in itertools.count():
        add_parts(cache, 1, first=worker * 10_000 + number)
        print(number + 1, flush=True)
        cache.compact()


def extract_and_compact(folder: str, worker: int) -> None:
    """Run over random windows of the images; print how many were computed, and what came out."""
    cache = FeatureCache(bucket=open_bucket(folder), prefix="reports")
    images = locations_in(folder)
    chosen = random.Random(worker)
    computed, seen = 0, dict[str, str]()
    for _ in range(ROUNDS):
        window = chosen.sample(images, WINDOW)
        result = extract(
            window,
            ImageSettings(path="unused", fetch_workers=2, decode_workers=1),
            open_bucket=open_bucket,
            cache=cache,
        )
        computed += result.computed
        seen |= {location.path: repr(result[location]) for location in window}
    print(json.dumps({"computed": computed, "seen": seen}))


if __name__ == "__main__":
    compaction.MOST_SMALL_PARTS = 2
    tasks = {"extract": extract_and_compact, "add": add_and_compact}
    tasks[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
