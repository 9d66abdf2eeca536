"""A bucket that refuses all images of a shard, for a moment or for good."""

from dataclasses import replace

from drift.execution.shard_computing import open_for_shards
from drift.execution.tasks.task import measured
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.sharded.shard import Shard
from tests.support.array_world import make_array_world
from tests.support.worlds import job_of

NAMES = tuple(f"images/{number:04}.png" for number in range(24))


class Refusing:
    """A bucket that refuses so many readings, and then reads."""

    def __init__(self, bucket, refusals):
        self.bucket, self.left = bucket, refusals

    def __getattr__(self, name):
        return getattr(self.bucket, name)

    def read_many(self, names, most_bytes=None):
        if self.left <= 0:
            return self.bucket.read_many(names, most_bytes)
        self.left -= len(names)
        return [BucketAccessError(self.bucket.url_of(name), "refused.") for name in names]


def shard_and_place(tmp_path, refusals):
    folder = make_array_world(tmp_path, days=1) / "bucket"
    job = job_of(folder, images={"path": "images/{name}"})
    bucket = Refusing(open_bucket(str(folder)), refusals)
    place = replace(open_for_shards(job), open_bucket=lambda _: bucket)
    places = tuple(ImageLocation(bucket_url=job.bucket.url, name=name, path=name) for name in NAMES)
    return Shard(locations=places), place


def test_a_shard_is_measured_once_the_bucket_answers_again(tmp_path):
    shard, place = shard_and_place(tmp_path, refusals=24)
    done = measured(place, shard, pauses_s=(0.0, 0.0))
    assert (done.computed, done.refusal) == (24, "")


def test_a_shard_that_stays_refused_is_left_to_the_run(tmp_path, caplog):
    shard, place = shard_and_place(tmp_path, refusals=10_000)
    done = measured(place, shard, pauses_s=(0.0,))
    assert done.computed == 0
    assert "refused" in done.refusal
    assert "is left to the run" in caplog.text
