"""Workers, the scheduler and the run are killed: nothing is lost, and nothing is told twice."""

import contextlib
import os
import random
import resource
import signal
import threading
import time

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("distributed")

from drift.execution.dask_cluster import handing_out
from drift.execution.dask_cluster.engine import DaskEngine
from drift.workplace import open_workplace
from jobs.errors import InputError
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.cutting import cut
from tests.support.dask_cluster import dask_cluster

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

IMAGES = 240
IMAGES_A_SHARD = 20


class World:
    """A bucket of images that take a worker some milliseconds each."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "images").mkdir(parents=True)
        generator = np.random.default_rng(24)
        pixels = generator.integers(0, 256, (400, 400, 3), dtype=np.uint8)
        for number in range(IMAGES):
            moved = np.roll(pixels, number, axis=1)
            Image.fromarray(moved).save(folder / f"images/{number}.png", compress_level=0)

    def place(self, address):
        job = {
            "name": "shards",
            "bucket": {"url": str(self.folder)},
            "predictions": {"path": "log.csv"},
            "images": {"path": "images/{name}"},
            "window": {"last": "1d"},
            "reference": {"images": "images/"},
            "reports": {"path": f"reports-{address.rpartition(':')[2]}"},
            "execution": {"engine": "dask", "address": address, "shard_images": IMAGES_A_SHARD},
        }
        return open_workplace(Job.model_validate(job))

    @property
    def shards(self):
        names = [f"images/{number}.png" for number in range(IMAGES)]
        images = [ImageLocation(bucket_url=str(self.folder), name=one, path=one) for one in names]
        return cut(images, {}, {}, shard_images=IMAGES_A_SHARD)

    def known(self, place):
        paths = [one.path for shard in self.shards for one in shard.locations]
        return len(place.feature_cache.load(paths))

    def parts(self, place):
        """Return how many parts the cache has: one a shard where nothing was doubled."""
        return len(list((self.folder / place.job.reports.path).rglob("part-*.parquet")))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("deaths") / "bucket")


def after_first(told, action, wait_s=0.0):
    """Return what takes the shards that are done, and does something once after the first."""
    begun = threading.Event()

    def later():
        begun.wait(60)
        time.sleep(wait_s)
        action()

    thread = threading.Thread(target=later)
    thread.start()

    def done(one):
        told.append(one)
        begun.set()

    return done, thread


@contextlib.contextmanager
def working(world, tmp_path, workers=2, **environment):
    with dask_cluster(tmp_path / "cluster", workers, **environment) as cluster:
        engine = DaskEngine(world.place(cluster.address), 60.0)
        try:
            yield cluster, engine, world.place(cluster.address)
        finally:
            engine.close()


def kill(process, number=signal.SIGKILL):
    os.killpg(process.pid, number)


def test_a_killed_workers_shard_is_measured_by_another(world, tmp_path):
    # More kills at random moments: python -m benchmarks.many_machines --only kills.
    wait_s = random.Random(1).uniform(0, 0.6)
    with working(world, tmp_path) as (cluster, engine, place):
        told = []
        done, thread = after_first(told, lambda: kill(cluster.workers[0]), wait_s)
        engine.compute(world.shards, done)
        thread.join()
        assert sorted(one.shard for one in told) == sorted(one.name for one in world.shards)
        assert world.known(place) == IMAGES
        assert world.parts(place) == IMAGES // IMAGES_A_SHARD


def test_workers_that_are_terminated_hand_their_shards_back(world, tmp_path, monkeypatch):
    # However many workers leave a run, each of its shards is left once here.
    monkeypatch.setattr(handing_out, "_MOST_HANDED_BACK", 1)
    with working(world, tmp_path, workers=3) as (cluster, engine, place):
        told = []
        leaving = cluster.workers[:2]

        def terminate():
            for one in leaving:
                os.kill(one.pid, signal.SIGTERM)

        done, thread = after_first(told, terminate)
        engine.compute(world.shards, done)
        thread.join()
        assert all(one.wait(timeout=20) is not None for one in leaving)
        assert sorted(one.shard for one in told) == sorted(one.name for one in world.shards)
        assert world.known(place) == IMAGES
        assert world.parts(place) == IMAGES // IMAGES_A_SHARD


def test_the_last_worker_dies_and_another_one_comes(world, tmp_path):
    with working(world, tmp_path, workers=1) as (cluster, engine, place):
        told = []

        def replaced(one):
            told.append(one)
            if len(told) == 1:
                kill(cluster.workers[0])
                cluster.start_worker(nanny=True)

        engine.compute(world.shards, replaced)
        assert len(told) == len(world.shards)
        assert world.known(place) == IMAGES


def test_a_shard_that_kills_every_worker_is_named(world, tmp_path):
    # The first death is one too many here.
    patience = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with working(world, tmp_path, workers=1, **patience) as (cluster, engine, _):
        done, thread = after_first([], lambda: kill(cluster.workers[0]), 0.05)
        with pytest.raises(InputError, match=r"images/\d+\.png: every worker died") as caught:
            engine.compute(world.shards, done)
        thread.join()
        assert "Give workers more memory" in str(caught.value)


def test_a_worker_whose_disk_is_full_is_named_and_what_was_done_stays(world, tmp_path):
    with working(world, tmp_path) as (cluster, engine, place):
        told = []
        full = cluster.workers[0]
        # Less than the part of a shard has.
        done, thread = after_first(
            told, lambda: resource.prlimit(full.pid, resource.RLIMIT_FSIZE, (1_000, 1_000))
        )
        with pytest.raises(InputError, match=r"part-\w+\.parquet: File too large") as caught:
            engine.compute(world.shards, done)
        thread.join()
        assert "the worker tcp://127.0.0.1:" in str(caught.value)
        assert world.known(place) >= len(told) * IMAGES_A_SHARD


def test_a_killed_scheduler_is_said_and_what_was_done_stays(world, tmp_path):
    with working(world, tmp_path) as (cluster, engine, place):
        told = []
        done, thread = after_first(told, lambda: kill(cluster.scheduler))
        began = time.monotonic()
        with pytest.raises(InputError, match="the Dask scheduler went away"):
            engine.compute(world.shards, done)
        thread.join()
        engine.close()
        assert time.monotonic() - began < 60
        assert world.known(place) >= len(told) * IMAGES_A_SHARD


def test_a_run_that_ends_early_has_its_workers_stop(world, tmp_path):
    with working(world, tmp_path) as (_, engine, place):

        def interrupt(one):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            engine.compute(world.shards, interrupt)
        began = time.monotonic()
        engine.close()
        assert time.monotonic() - began < 5
        time.sleep(2)
        measured = world.known(place)
        time.sleep(1)
        assert measured == world.known(place) < IMAGES
