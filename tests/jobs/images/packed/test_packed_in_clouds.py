"""Packed objects in real servers of GCS and S3."""

from __future__ import annotations

import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectMissingError
from jobs.images.packed import opening
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from tests.support.packed_images import PACKERS

CONTENTS = {f"a/{number}.jpg": b"%d" % number * 40_000 for number in range(9)}


@pytest.mark.parametrize("small", [1 << 20, 1000])
@pytest.mark.parametrize("kind", ["gs", "s3"])
def test_members_are_read_whole_and_by_ranges(kind, small, request, monkeypatch):
    server = request.getfixturevalue({"gs": "gcs_server", "s3": "s3_server"}[kind])
    monkeypatch.setattr(opening, "_SMALL_BYTES", small)
    monkeypatch.setattr(opening, "_BYTES_OF_A_REQUEST", 10)
    bucket = open_bucket(f"{kind}://{server.make_bucket()}/below")
    for name, pack in PACKERS.items():
        bucket.write(name, pack(CONTENTS))
    images = PackedImages(bucket, PackedRules())
    wanted = [f"{name}#a/{number}.jpg" for name in PACKERS for number in (3, 7)]
    images.expect(wanted)
    found = images.read_many(wanted)
    assert [one.data for one in found] == [CONTENTS["a/3.jpg"], CONTENTS["a/7.jpg"]] * len(PACKERS)
    versions = {name: bucket.info(name).version for name in PACKERS}
    assert [one.version for one in found[::2]] == list(versions.values())
    for name in PACKERS:
        with pytest.raises(ObjectMissingError):
            images.read(f"{name}#a/none.jpg")
        bucket.write(name, PACKERS[name]({"a/3.jpg": b"new"}))
    images.expect(wanted)
    assert {images.read(one).data for one in wanted[::2]} == {b"new"}
