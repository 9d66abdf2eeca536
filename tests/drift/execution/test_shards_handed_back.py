"""How often shards may come back from workers that end: many of them may, one of them may not."""

import pytest

pytest.importorskip("distributed")

from drift.execution.dask_cluster.handing_out import HandedBack
from jobs.images.locations import ImageLocation
from reference_stats.extraction.sharded.cutting import cut


@pytest.fixture
def shards():
    images = [ImageLocation(bucket_url="b", name=f"{n}.png", path=f"{n}.png") for n in range(200)]
    return cut(images, {}, {}, shard_images=2)


def test_a_run_goes_on_however_many_workers_end(shards):
    back = HandedBack()
    for shard in shards:
        back.count(shard)
    assert len(shards) == 100
    assert not any(back.is_too_often(shard) for shard in shards)


def test_a_shard_that_comes_back_from_ten_workers_is_given_up(shards):
    back = HandedBack()
    for _ in range(9):
        back.count(shards[0])
    assert not back.is_too_often(shards[0])
    back.count(shards[0])
    assert back.is_too_often(shards[0])
    assert not back.is_too_often(shards[1])
