"""What `drift init` asks of a far bucket with packed images."""

from drift.setup.images import packed_members
from drift.setup.initiate import propose
from jobs.buckets.registry import open_bucket
from tests.support import packed_layouts
from tests.support.far_bucket import FarBucket
from tests.support.layouts import LAYOUTS
from tests.support.proposing import NOW

assert packed_layouts


def test_few_packed_objects_of_a_far_bucket_are_looked_into(tmp_path, monkeypatch):
    monkeypatch.setattr(packed_members, "_FIRST", 1)
    monkeypatch.setattr(packed_members, "_LAST", 1)
    LAYOUTS["daily_tars"].make(tmp_path)
    days = {f"shards/{path.name}" for path in (tmp_path / "shards").iterdir()}
    far = FarBucket(open_bucket(str(tmp_path)))
    found = propose(far, open_bucket=lambda _: far, name="x", url=str(tmp_path), now=NOW)
    assert found.template.path == "shards/{timestamp:%Y-%m-%d}.tar#{id}.jpg"
    assert found.template.share == 1
    fetched = far.names("local_copy", "read", "read_part") & days
    assert len(fetched) == 2 < len(days)
    assert max(far.calls["local_copy", name] for name in fetched) == 1


def test_an_unreadable_packed_object_is_passed_over(tmp_path):
    LAYOUTS["daily_tars"].make(tmp_path)
    (tmp_path / "shards/2025-01-01.tar").write_bytes(b"no tar" * 1000)
    (tmp_path / "backup.zip").write_bytes(b"no zip" * 1000)
    bucket = open_bucket(str(tmp_path))
    found = propose(bucket, open_bucket=open_bucket, name="x", url=str(tmp_path), now=NOW)
    assert found.template.path == "shards/{timestamp:%Y-%m-%d}.tar#{id}.jpg"
