"""Which buckets a shard may name: that of the job, however the job file writes it, and no other."""

from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from drift.execution.shard_computing import compute_shard, open_for_shards
from jobs.errors import UsageError
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.cutting import cut


@pytest.fixture
def place(tmp_path):
    (tmp_path / "images").mkdir()
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(tmp_path / "images/a.png")
    job = Job.model_validate(
        {
            "name": "shards",
            "bucket": {"url": f"file://{tmp_path}/"},
            "predictions": {"path": "log.csv"},
            "images": {"path": "images/{name}"},
            "window": {"last": "1d"},
            "reference": {"images": "images/"},
        }
    )
    with closing(open_for_shards(job)) as opened:
        yield opened


def shard_of(url):
    images = [ImageLocation(bucket_url=url, name="images/a.png", path="images/a.png")]
    return cut(images, {}, {}, shard_images=1)[0]


def test_a_job_file_may_write_its_bucket_with_a_slash_at_the_end(place):
    assert compute_shard(place, shard_of(place.bucket.url)).computed == 1


def test_a_shard_of_another_bucket_is_refused(place):
    with pytest.raises(UsageError, match="which job shards does not allow"):
        compute_shard(place, shard_of("gs://elsewhere"))
