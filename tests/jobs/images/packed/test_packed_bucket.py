"""Members of packed objects, read like objects of their own."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)
from jobs.images.packed import shards
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from tests.support.counting_bucket import CountingBucket
from tests.support.packed_images import PACKERS, tar_of, zip_of

ROOT = Path(__file__).resolve().parents[4]
CONTENTS = {"a/1.jpg": b"one" * 300, "a/2.jpg": b"", "b ü#3.jpg": b"three", "4.jpg": b"4" * 5000}


@pytest.fixture
def counted(tmp_path):
    return CountingBucket(open_bucket(str(tmp_path)))


@pytest.fixture
def images(counted):
    return PackedImages(counted, PackedRules(most_bytes=10_000))


def names_in(shard, members=CONTENTS):
    return [f"{shard}#{member}" for member in members]


@pytest.mark.parametrize("name", PACKERS)
class TestEveryKindOfPackedObject:
    """What holds whatever an image is packed in."""

    @pytest.fixture(autouse=True)
    def shard(self, name, counted):
        counted.write(f"days/{name}", PACKERS[name](CONTENTS))
        return f"days/{name}"

    def test_members_are_read_by_their_names(self, shard, images):
        assert [images.read(one).data for one in names_in(shard)] == list(CONTENTS.values())

    def test_one_call_reads_many_and_says_what_failed(self, shard, images, counted):
        counted.write("plain.jpg", b"plain")
        wanted = [
            f"{shard}#4.jpg",
            "plain.jpg",
            f"{shard}#none.jpg",
            "none.jpg",
            f"{shard}#a/1.jpg",
        ]
        images.expect(wanted)
        found = images.read_many(wanted, 4000)
        large, plain, missing, gone, first = found
        assert isinstance(large, ObjectTooLargeError)
        assert (plain.data, first.data) == (b"plain", CONTENTS["a/1.jpg"])
        assert isinstance(missing, ObjectMissingError)
        assert isinstance(gone, ObjectMissingError)
        assert f"{shard} has no member of that name" in str(missing)

    def test_size_and_version_are_told(self, shard, images, counted):
        told = images.info(f"{shard}#a/1.jpg")
        version = counted.inner.info(shard).version
        assert (told.size_bytes, told.version) == (900, version)
        assert images.read(f"{shard}#a/1.jpg").version == version
        with pytest.raises(ObjectMissingError):
            images.info(f"{shard}#none.jpg")

    def test_members_are_listed(self, shard, images):
        assert images.members(shard) == names_in(shard)

    def test_threads_read_it_once_together(self, shard, images, counted):
        wanted = names_in(shard) * 50
        images.expect(wanted)
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda one: images.read(one).data, wanted))
        assert found == list(CONTENTS.values()) * 50
        assert counted.count("local_copy") == 1

    def test_what_overwrote_it_is_read_in_the_next_round(self, shard, images, counted, name):
        images.expect(names_in(shard))
        before = images.read(f"{shard}#4.jpg")
        counted.write(shard, PACKERS[name]({"4.jpg": b"new"}))
        assert images.read(f"{shard}#4.jpg") == before
        images.expect(names_in(shard))
        after = images.read(f"{shard}#4.jpg")
        assert (after.data, after.version != before.version) == (b"new", True)
        with pytest.raises(ObjectMissingError):
            images.read(f"{shard}#a/1.jpg")

    def test_of_one_name_the_last_member_counts(self, shard, images, counted, name):
        twice = [("a.jpg", b"first"), ("b.jpg", b"other"), ("./a.jpg", b"second")]
        counted.write(shard, PACKERS[name](twice))
        assert images.read(f"{shard}#a.jpg").data == b"second"
        assert images.read(f"{shard}#./a.jpg").data == b"second"

    def test_any_end_that_is_cut_off_is_one_clear_error(self, shard, images, counted, name):
        whole = PACKERS[name](CONTENTS)
        for length in (0, 1, 100, 700, len(whole) // 2, len(whole) - 1):
            counted.write(shard, whole[:length])
            images.expect(names_in(shard))
            for found in images.read_many(names_in(shard)):
                if isinstance(found, ObjectError):
                    assert "packed object" in str(found) or "no member" in str(found)
                else:
                    assert found.data in CONTENTS.values()

    def test_something_else_under_that_name_is_one_clear_error(self, shard, images, counted):
        counted.write(shard, b"no archive at all, but text\n" * 100)
        images.expect(names_in(shard))
        found = images.read_many(names_in(shard))
        assert all(type(one) is ObjectError for one in found)
        assert len({str(one) for one in found}) == 1
        assert found[0].url == counted.url_of(shard)
        assert "packed object" in found[0].problem


def test_an_unsafe_member_is_refused_and_nothing_is_unpacked(images, counted, tmp_path):
    contents = {"../up.jpg": b"x", "/etc/root.jpg": b"x", "good.jpg": b"good"}
    counted.write("a.tar", tar_of(contents))
    counted.write("b.zip", zip_of(contents))
    for shard in ("a.tar", "b.zip"):
        assert images.read(f"{shard}#good.jpg").data == b"good"
        for member in ("../up.jpg", "/etc/root.jpg", "./../up.jpg", "a/../b", "."):
            with pytest.raises(UnsafeNameError):
                images.read(f"{shard}#{member}")
    assert images.members("a.tar") == ["a.tar#good.jpg"]
    assert not (tmp_path.parent / "up.jpg").exists()


def test_names_with_a_hash_stay_those_of_objects(images, counted):
    counted.write("photo#1.jpg", b"hash")
    counted.write("old.tar#a.jpg", b"called like a member")
    assert images.read("photo#1.jpg").data == b"hash"
    assert images.read("old.tar#a.jpg").data == b"called like a member"
    assert images.info("old.tar#a.jpg").size_bytes == 20
    assert [one.name for one in images.list("old.tar#")] == ["old.tar#a.jpg"]
    with pytest.raises(ObjectMissingError):
        images.read("old.tar#b.jpg")


def test_where_both_are_there_the_member_counts(images, counted):
    counted.write("old.tar#a.jpg", b"object")
    counted.write("old.tar", tar_of({"a.jpg": b"member"}))
    assert images.read("old.tar#a.jpg").data == b"member"
    with pytest.raises(ObjectMissingError):
        images.read("old.tar#b.jpg")


def test_a_missing_shard_is_asked_for_once(images, counted):
    wanted = [f"gone.tar#{number}.jpg" for number in range(100)]
    images.expect(wanted)
    assert all(isinstance(one, ObjectMissingError) for one in images.read_many(wanted))
    assert (counted.count("info"), counted.count("list"), counted.count("read")) == (1, 1, 0)


def test_a_refused_shard_is_a_refusal_for_each_image(images, counted):
    counted.write("a.tar", tar_of(CONTENTS))

    def refuse(method, name):
        raise BucketAccessError(counted.url_of(name), "no right.")

    counted.before = refuse
    found = images.read_many(names_in("a.tar"))
    assert all(isinstance(one, BucketAccessError) for one in found)
    assert [counted.count(one) for one in ("info", "list", "local_copy")] == [1, 0, 0]


def test_a_member_is_never_written(images, counted):
    counted.write("a.tar", tar_of(CONTENTS))
    name = "a.tar#a/1.jpg"
    for act in (
        lambda: images.write(name, b""),
        lambda: images.create(name, b""),
        lambda: images.replace(name, b"", "1"),
        lambda: images.delete(name),
    ):
        with pytest.raises(BucketAccessError, match="only ever read"):
            act()


def test_the_holder_of_a_member_is_told_without_its_being_read(images, counted):
    counted.write("a.tar", tar_of(CONTENTS))
    images.expect(names_in("a.tar"))
    told = {images.holder_info(one).version for one in names_in("a.tar")}
    assert told == {counted.inner.info("a.tar").version}
    assert (counted.count("info"), counted.count("local_copy")) == (1, 0)
    assert images.holder_info("a.tar#4.jpg").name == "a.tar"


def test_a_member_as_a_local_copy_and_in_parts(images, counted, tmp_path):
    counted.write("a.zip", zip_of(CONTENTS))
    copies = tmp_path / "copies"
    copies.mkdir()
    assert images.local_copy("a.zip#4.jpg", copies).read_bytes() == CONTENTS["4.jpg"]
    assert images.read_part("a.zip#a/1.jpg", 3, 3) == b"one"


def test_few_packed_objects_stay_open(images, counted, monkeypatch):
    monkeypatch.setattr(shards, "_MOST_OPEN", 3)
    wanted = []
    for number in range(10):
        counted.write(f"{number}.tar", tar_of({"a.jpg": b"%d" % number}))
        wanted.append(f"{number}.tar#a.jpg")
    images.expect(wanted)
    for _ in range(2):
        assert [images.read(one).data for one in wanted] == [b"%d" % one for one in range(10)]


def test_nothing_is_left_in_the_temporary_folder(tmp_path):
    (tmp_path / "bucket").mkdir()
    (tmp_path / "temporary").mkdir()
    for name, pack in PACKERS.items():
        (tmp_path / "bucket" / name).write_bytes(pack(CONTENTS))
    program = f"""
import sys
from jobs.buckets.registry import open_bucket
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
images = PackedImages(open_bucket({str(tmp_path / "bucket")!r}), PackedRules())
found = [images.read(name + "#4.jpg").data for name in {list(PACKERS)!r}]
assert found == [b"4" * 5000] * len(found)
import os
assert os.listdir({str(tmp_path / "temporary")!r})
"""
    environment = {"TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, env=environment)
    assert list((tmp_path / "temporary").iterdir()) == []
