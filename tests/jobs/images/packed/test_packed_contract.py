"""A bucket with packed images is a bucket like any other."""

from pathlib import Path

import pytest

from jobs.buckets.folder.bucket import FolderBucket
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.names import shard_by_shard
from jobs.images.packed.opening import PackedRules
from jobs.testing.buckets.contract import BucketContract


class TestPackedImagesBucket(BucketContract):
    many = 30

    @pytest.fixture
    def bucket(self, tmp_path):
        (tmp_path / "bucket").mkdir()
        return PackedImages(FolderBucket(str(tmp_path / "bucket")), PackedRules())

    @pytest.fixture
    def look_behind(self, tmp_path):
        return lambda name: (tmp_path / "bucket" / name).read_bytes()

    @pytest.fixture
    def put_behind(self, tmp_path):
        def put(name, data):
            path: Path = tmp_path / "bucket" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

        return put


def test_images_of_one_packed_object_follow_each_other():
    names = ["1.jpg", "a.tar#1", "2.jpg", "b.tar#1", "a.tar#2", "3.jpg", "b.tar#2", "x#1.jpg"]
    assert shard_by_shard(names, str) == [
        "1.jpg", "a.tar#1", "a.tar#2", "2.jpg", "b.tar#1", "b.tar#2", "3.jpg", "x#1.jpg"
    ]  # fmt: skip
