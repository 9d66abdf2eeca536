"""Processes that work on one feature cache at once, and some that are killed at it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.buckets.registry import open_bucket
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.feature_cache import compaction
from reference_stats.feature_cache.cache import FeatureCache
from tests.support.cache_worker import ROUNDS, WINDOW, held_by, locations_in
from tests.support.images import encode, noise
from tests.support.remembered import FEW, all_found, parts_of

ROOT = Path(__file__).parents[2]
IMAGES = 60
KILLS = 4


def _start(task: str, folder: Path, worker: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.cache_worker", task, str(folder), str(worker)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_that_extract_and_compact_at_once_do_no_harm(tmp_path: Path) -> None:
    bucket = open_bucket(str(tmp_path))
    for number in range(IMAGES):
        pixels = np.roll(noise((24, 24, 3)), number)
        bucket.write(f"images/{number}.png", encode(Image.fromarray(pixels)))
    workers = [_start("extract", tmp_path, worker) for worker in range(2)]
    results = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]
    images = locations_in(str(tmp_path))
    settings = ImageSettings(path="unused")
    alone = extract(images, settings, open_bucket=open_bucket)
    expected = {location.path: repr(alone[location]) for location in images}
    for result in results:
        assert result["seen"].items() <= expected.items()
        # Each image once, but for a listing that saw a part neither before nor after its merger.
        assert result["computed"] <= len(result["seen"]) + WINDOW
    assert sum(result["computed"] for result in results) < 2 * ROUNDS * WINDOW
    cache = FeatureCache(bucket=bucket, prefix="reports")
    seen = {path for result in results for path in result["seen"]}
    known = [location for location in images if location.path in seen]
    again = extract(known, settings, open_bucket=open_bucket, cache=cache)
    assert again.computed == 0
    assert {location.path: repr(again[location]) for location in known} == {
        path: expected[path] for path in seen
    }


def test_processes_killed_at_any_moment_lose_nothing_that_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FeatureCache(bucket=open_bucket(str(tmp_path)), prefix="reports", features=FEW)
    moments = random.Random(1)
    held = {}
    for first in range(0, KILLS, 2):
        workers = [_start("add", tmp_path, worker) for worker in (first, first + 1)]
        for number, worker in enumerate(workers):
            assert worker.stdout is not None
            lines = [worker.stdout.readline()]
            time.sleep(moments.uniform(0.2, 0.6))
            worker.kill()
            lines += worker.communicate(timeout=30)[0].splitlines()
            held |= held_by(first + number, int(lines[-1]))
    assert len(held) > 2 * KILLS
    assert all_found(cache, held)
    monkeypatch.setattr(compaction, "MOST_SMALL_PARTS", 1)
    cache.compact()
    cache.compact()
    assert len(parts_of(cache.bucket, cache)) == 1
    assert all_found(cache, held)
