"""What a worker process keeps open between the shards of a run, and when it lets go."""

import threading
import time

import numpy as np
import pytest
from PIL import Image

from drift.execution.dask_cluster.open_places import OpenPlaces, ShardHandedBackError
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.cutting import cut

# Decoding processes are started and stopped again.
pytestmark = pytest.mark.slow


@pytest.fixture
def job(tmp_path):
    (tmp_path / "images").mkdir()
    generator = np.random.default_rng(3)
    for number in range(12):
        pixels = generator.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"images/{number}.png")
    return Job.model_validate(
        {
            "name": "shards",
            "bucket": {"url": str(tmp_path)},
            "predictions": {"path": "log.csv"},
            "images": {"path": "images/{name}", "decode_workers": 1},
            "window": {"last": "1d"},
            "reference": {"images": "images/"},
        }
    )


@pytest.fixture
def shards(job):
    names = [f"images/{number}.png" for number in range(12)]
    images = [ImageLocation(bucket_url=job.bucket.url, name=one, path=one) for one in names]
    return cut(images, {}, {}, shard_images=6)


def never():
    return False


def test_the_shards_of_a_run_share_a_workplace_and_another_run_gets_another(job, shards):
    places, opened = OpenPlaces(), []

    def opening():
        opened.append(job)
        return job

    for shard in shards:
        assert places.measure("run", opening, shard, never).computed == 6
    assert len(opened) == 1
    places.measure("another", opening, shards[0], never)
    assert len(opened) == 2
    places.let_go("run")
    places.let_go("another")
    places.measure("run", opening, shards[0], never)
    assert len(opened) == 3
    places.let_go("run")


def test_a_run_that_says_nothing_more_is_let_go_of_after_a_while(job, shards):
    places, opened = OpenPlaces(idle_s=0.05), []

    def opening():
        opened.append(job)
        return job

    places.measure("run", opening, shards[0], never)
    gives_up_at = time.monotonic() + 30
    while places._places:
        assert time.monotonic() < gives_up_at
        time.sleep(0.01)
    places.measure("run", opening, shards[0], never)
    assert len(opened) == 2


def test_a_worker_that_leaves_hands_its_shard_back(job, shards):
    with pytest.raises(ShardHandedBackError, match="of 6 images were measured"):
        OpenPlaces().measure("run", lambda: job, shards[0], lambda: True)


def test_the_end_of_a_run_stops_its_shard(job, shards):
    places = OpenPlaces()

    def ends():
        places.let_go("run")
        return False

    with pytest.raises(ShardHandedBackError):
        places.measure("run", lambda: job, shards[0], ends)
    assert places._places == {}


def test_one_shard_is_measured_at_a_time(job, shards):
    places, at_once, most = OpenPlaces(), [], []

    def watching():
        at_once.append(threading.get_ident())
        most.append(len(set(at_once)))
        time.sleep(0.01)
        return False

    def measure(key, shard):
        places.measure(key, lambda: job, shard, watching)
        at_once.clear()

    threads = [threading.Thread(target=measure, args=pair) for pair in enumerate(shards)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    for key in range(2):
        places.let_go(key)
