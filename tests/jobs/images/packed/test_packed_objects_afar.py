"""Packed objects in a store that takes a request for each part: whole, or by ranges."""

from __future__ import annotations

import tarfile
import time

import numpy as np
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError, ObjectChangedError, ObjectError
from jobs.images.packed import opening, shards
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from tests.support.far_bucket import FarBucket
from tests.support.packed_images import PACKERS, parquet_of, tar_of, tgz_of, zip_of

KINDS = {"x.tar": tar_of, "x.zip": zip_of, "x.parquet": parquet_of}


def contents(count, size):
    noise = np.random.default_rng(0).bytes(count * size)
    return {f"{number}.jpg": noise[number * size : (number + 1) * size] for number in range(count)}


@pytest.fixture
def far(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_SMALL_BYTES", 1000)
    monkeypatch.setattr(opening, "_BYTES_OF_A_REQUEST", 1000)
    return FarBucket(open_bucket(str(tmp_path)))


def packed(far):
    return PackedImages(far, PackedRules())


@pytest.mark.parametrize("name", KINDS)
def test_many_members_are_read_whole_and_once(far, name):
    many = contents(40, 3_000)
    far.write(name, KINDS[name](many))
    images = packed(far)
    wanted = [f"{name}#{member}" for member in many]
    images.expect(wanted)
    assert [one.data for one in images.read_many(wanted)] == list(many.values())
    assert far.count("local_copy") == 1
    assert far.count("read_part") <= (22 if name == "x.parquet" else 4)


@pytest.mark.parametrize("name", KINDS)
def test_few_members_of_a_large_object_are_read_by_ranges(far, name):
    many = contents(30, 600_000)
    far.write(name, KINDS[name](many))
    images = packed(far)
    wanted = [f"{name}#7.jpg", f"{name}#21.jpg"]
    images.expect(wanted)
    assert [one.data for one in images.read_many(wanted)] == [many["7.jpg"], many["21.jpg"]]
    assert (far.count("local_copy"), far.count("read")) == (0, 0)
    assert far.count("read_part") < 64


def test_a_picture_of_a_page_does_not_fetch_a_whole_zip(far):
    many = contents(2_000, 3_000)
    far.write("x.zip", zip_of(many))
    assert packed(far).read("x.zip#1234.jpg").data == many["1234.jpg"]
    assert (far.count("local_copy"), far.count("read_part")) == (0, 3)


def test_a_tar_of_many_small_members_is_fetched_whole_even_for_one(far):
    many = contents(10_000, 3_000)
    far.write("x.tar", tar_of(many, tarfile.PAX_FORMAT))
    assert packed(far).read("x.tar#1234.jpg").data == many["1234.jpg"]
    assert far.count("local_copy") == 1
    assert far.count("read_part") <= 4


def test_a_tar_that_was_let_go_is_read_on_by_ranges(far, monkeypatch):
    monkeypatch.setattr(shards, "_MOST_DISK_BYTES", 150_000)
    # What is fetched ahead may let go of what is read, so that it would hang on their order.
    monkeypatch.setattr(shards, "_LARGEST_AHEAD_BYTES", 0)
    many = contents(40, 3_000)
    names = [f"{number}.tar" for number in range(3)]
    for name in names:
        far.write(name, tar_of(many))
    images = packed(far)
    images.expect([f"{name}#{member}" for name in names for member in many])
    assert all(images.read(f"{name}#3.jpg").data == many["3.jpg"] for name in names)
    far.calls.clear()
    assert all(images.read(f"{name}#9.jpg").data == many["9.jpg"] for name in names)
    assert (far.count("local_copy"), far.count("read_part")) == (0, 2)


@pytest.mark.parametrize("name", KINDS)
def test_what_would_take_too_many_requests_is_read_whole(far, name, monkeypatch):
    monkeypatch.setattr(opening, "_MOST_REQUESTS", 1)
    many = contents(30, 600_000)
    far.write(name, KINDS[name](many))
    assert packed(far).read(f"{name}#7.jpg").data == many["7.jpg"]
    assert far.count("local_copy") == 1


@pytest.mark.parametrize("name", [*KINDS, "x.tgz"])
def test_copies_have_no_name_so_that_a_kill_leaves_none(far, name, monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    many = contents(40, 3_000)
    far.write(name, {**KINDS, "x.tgz": tgz_of}[name](many))
    images = packed(far)
    wanted = [f"{name}#{member}" for member in many]
    images.expect(wanted)
    assert [one.data for one in images.read_many(wanted)] == list(many.values())
    assert far.count("local_copy") == 1
    assert [one for one in folder.rglob("*") if one.is_file()] == []


def test_a_folder_for_copies_that_is_gone_is_told(far, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    far.write("x.tgz", tgz_of(contents(4, 3_000)))
    with pytest.raises(ObjectError, match=r"could not be opened \(No such file.*TMPDIR"):
        packed(far).read("x.tgz#0.jpg")


def test_the_next_object_is_fetched_while_one_is_read(far):
    many = contents(3, 400)
    names = [f"{number}.tgz" for number in range(4)]
    for name in names:
        far.write(name, tgz_of(many))
    images = packed(far)
    images.expect([f"{name}#{member}" for name in names for member in many])
    for number in range(3):
        assert images.read(f"{number}.tgz#2.jpg").data == many["2.jpg"]
        ended = time.monotonic() + 20
        while far.calls["info", f"{number + 1}.tgz"] < 2 and time.monotonic() < ended:
            time.sleep(0.005)
        assert far.names("local_copy") == set(names[: number + 2])


@pytest.mark.parametrize("name", [one for one in PACKERS if one.startswith("shard")])
def test_what_was_let_go_can_be_read_again(far, name, monkeypatch):
    monkeypatch.setattr(shards, "_MOST_DISK_BYTES", 1)
    many = contents(3, 500)
    names = [f"{number}/{name}" for number in range(3)]
    for one in names:
        far.write(one, PACKERS[name](many))
    images = packed(far)
    images.expect([f"{one}#{member}" for one in names for member in many])
    for member in many:
        for one in names:
            assert images.read(f"{one}#{member}").data == many[member]


@pytest.mark.parametrize("name", KINDS)
def test_an_object_that_is_overwritten_while_it_is_read_by_ranges(far, name):
    many = contents(30, 600_000)
    far.write(name, KINDS[name](many))
    images = packed(far)
    before = images.read(f"{name}#7.jpg")
    newer = dict(zip(many, reversed(many.values()), strict=True))
    far.write(name, KINDS[name](newer))
    after = images.read(f"{name}#8.jpg")
    assert (after.data, after.version != before.version) == (newer["8.jpg"], True)
    assert images.read(f"{name}#7.jpg").data == newer["7.jpg"]


def test_an_object_that_is_overwritten_while_it_is_copied(far):
    far.write("x.tgz", tgz_of({"a.jpg": b"old"}))

    def overwrite(method, name):
        if method == "local_copy" and far.count("local_copy") == 1:
            far.inner.write(name, tgz_of({"a.jpg": b"new"}))

    far.before = overwrite
    found = packed(far).read("x.tgz#a.jpg")
    assert (found.data, found.version) == (b"new", far.inner.info("x.tgz").version)


def test_an_object_that_never_rests_is_given_up(far):
    far.write("x.tgz", tgz_of({"a.jpg": b"old"}))

    def overwrite(method, name):
        if method == "local_copy":
            far.inner.write(name, tgz_of({"a.jpg": b"new"}))

    far.before = overwrite
    with pytest.raises(ObjectChangedError, match="changed again and again"):
        packed(far).read("x.tgz#a.jpg")


@pytest.mark.parametrize("name", KINDS)
def test_a_refusal_while_a_part_is_read_stays_a_refusal(far, name):
    far.write(name, KINDS[name](contents(30, 600_000)))

    def refuse(method, one):
        if method == "read_part":
            raise BucketAccessError(far.url_of(one), "no right.")

    far.before = refuse
    with pytest.raises(BucketAccessError, match="no right"):
        packed(far).read(f"{name}#7.jpg")
