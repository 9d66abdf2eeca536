"""Objects: what is written is read again, whole or in part."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.buckets.bucket import HTML, Bucket, StoredObject
from jobs.errors import (
    ObjectChangedError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)
from jobs.testing.buckets.suite import BucketSuite


class ObjectsSuite(BucketSuite):
    """Reading and writing objects, and parts of them."""

    def test_what_is_written_is_read_with_the_version_that_write_returned(
        self, bucket: Bucket
    ) -> None:
        version = bucket.write("a/b.txt", b"content")
        found = bucket.read("a/b.txt")
        assert (found.data, found.version) == (b"content", version)

    def test_a_write_arrives_in_the_store_itself(
        self, bucket: Bucket, look_behind: Callable[[str], bytes]
    ) -> None:
        bucket.write("a/b.txt", b"content", HTML)
        assert look_behind("a/b.txt") == b"content"

    def test_what_others_stored_is_read_listed_and_described(
        self, bucket: Bucket, put_behind: Callable[[str, bytes], None]
    ) -> None:
        put_behind("logs/day.csv", b"id\n1\n")
        assert bucket.read("logs/day.csv").data == b"id\n1\n"
        assert bucket.info("logs/day.csv").size_bytes == 5
        assert [found.name for found in bucket.list()] == ["logs/day.csv"]

    def test_a_second_write_replaces_the_first(self, bucket: Bucket) -> None:
        bucket.write("a.txt", b"a longer first content")
        bucket.write("a.txt", b"second")
        assert bucket.read("a.txt").data == b"second"

    def test_read_info_and_list_agree_on_size_and_version(self, bucket: Bucket) -> None:
        version = bucket.write("a.txt", b"12345")
        info = bucket.info("a.txt")
        assert (info.name, info.size_bytes, info.version) == ("a.txt", 5, version)
        assert list(bucket.list()) == [info]
        assert bucket.read("a.txt").version == version

    def test_info_tells_when_the_present_version_was_written(self, bucket: Bucket) -> None:
        # A store may tell whole seconds.
        before = datetime.now(UTC) - timedelta(seconds=2)
        bucket.write("a.txt", b"first")
        first = bucket.info("a.txt").written
        bucket.write("a.txt", b"second")
        second = bucket.info("a.txt").written
        assert first is not None
        assert second is not None
        assert before <= first <= second <= datetime.now(UTC) + timedelta(seconds=2)

    def test_a_listing_tells_when_objects_were_written(self, bucket: Bucket) -> None:
        bucket.write("a/b.txt", b"first")
        told = bucket.info("a/b.txt").written
        (listed,) = bucket.list()
        (beside,) = (one for one in bucket.level("a/") if not isinstance(one, str))
        assert told is not None
        for found in (listed, beside):
            assert found.written is not None
            # S3 tells fractions of a second in listings alone.
            assert abs(found.written - told) < timedelta(seconds=1)

    def test_every_quick_write_has_a_version_of_its_own(self, bucket: Bucket) -> None:
        versions = [bucket.write("a.txt", b"equally long %02d" % number) for number in range(20)]
        assert len(set(versions)) == 20

    def test_equal_content_written_again_has_a_version_of_its_own_where_writes_have(
        self, bucket: Bucket
    ) -> None:
        versions = {bucket.write("a.txt", b"same") for _ in range(2)}
        assert len(versions) == (2 if self.every_write_is_a_version else 1)

    def test_an_empty_object_is_read_and_listed(self, bucket: Bucket) -> None:
        bucket.write("empty", b"")
        assert bucket.read("empty").data == b""
        assert [found.size_bytes for found in bucket.list()] == [0]

    def test_a_large_object_survives_the_round_trip(
        self, bucket: Bucket, look_behind: Callable[[str], bytes], tmp_path: Path
    ) -> None:
        content = random.Random(1).randbytes(20_000_000)
        bucket.write("large.bin", content)
        assert look_behind("large.bin") == content
        assert bucket.read("large.bin").data == content
        assert bucket.local_copy("large.bin", tmp_path).read_bytes() == content

    def test_thirty_two_threads_read_and_write_side_by_side(self, bucket: Bucket) -> None:
        def round_trip(number: int) -> bool:
            content = b"%d" % number * 1000
            bucket.write(f"many/{number}", content)
            return bucket.read(f"many/{number}").data == content

        with ThreadPoolExecutor(32) as pool:
            assert all(pool.map(round_trip, range(200)))
        assert len(list(bucket.list("many/"))) == 200

    @pytest.mark.parametrize("content", [b"", b"12345"])
    def test_an_object_of_more_bytes_than_allowed_is_refused_with_its_version(
        self, bucket: Bucket, content: bytes
    ) -> None:
        version = bucket.write("a.bin", content + b"6")
        assert bucket.read("a.bin", most_bytes=len(content) + 1).data == content + b"6"
        with pytest.raises(ObjectTooLargeError, match=r"a\.bin: it has") as caught:
            bucket.read("a.bin", most_bytes=len(content))
        assert (caught.value.size_bytes, caught.value.version) == (len(content) + 1, version)

    def test_several_objects_are_read_in_the_order_of_their_names(self, bucket: Bucket) -> None:
        names = ["b/2.txt", "a/1.txt", "c.txt", "a/3.txt", "a/1.txt"]
        versions = {name: bucket.write(name, name.encode()) for name in names}
        assert bucket.read_many(names) == [
            StoredObject(data=name.encode(), version=versions[name]) for name in names
        ]
        assert bucket.read_many(names[:1]) == [bucket.read(names[0])]
        assert bucket.read_many([]) == []

    def test_of_several_objects_those_that_cannot_be_read_say_why_and_the_others_are_read(
        self, bucket: Bucket
    ) -> None:
        for name, content in (("a/1.txt", b"1"), ("a/long.txt", b"12345"), ("a/2.txt", b"2")):
            bucket.write(name, content)
        names = ["a/1.txt", "a/missing", "../a/1.txt", "a/long.txt", "a", "", "a/2.txt"]
        found = bucket.read_many(names, most_bytes=4)
        assert [one.data for one in found if isinstance(one, StoredObject)] == [b"1", b"2"]
        assert [type(one) for one in found] == [
            StoredObject,
            ObjectMissingError,
            UnsafeNameError,
            ObjectTooLargeError,
            ObjectMissingError,
            UnsafeNameError,
            StoredObject,
        ]
        missing, too_large = found[1], found[3]
        assert isinstance(missing, ObjectMissingError)
        assert missing.url == bucket.url_of("a/missing")
        assert isinstance(too_large, ObjectTooLargeError)
        assert (too_large.size_bytes, too_large.most_bytes) == (5, 4)
        assert too_large.version == bucket.info("a/long.txt").version

    def test_a_local_copy_has_the_content_and_the_ending_of_the_name(
        self, bucket: Bucket, tmp_path: Path
    ) -> None:
        bucket.write("logs/ü 1.csv.gz", b"content")
        copy = bucket.local_copy("logs/ü 1.csv.gz", tmp_path)
        assert copy.read_bytes() == b"content"
        assert copy.name.endswith(".csv.gz")

    def test_no_reader_sees_anything_but_whole_objects_while_they_are_replaced(
        self, bucket: Bucket
    ) -> None:
        size = 300_000
        bucket.write("a.bin", b"0" * size)
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(
                lambda: [bucket.write("a.bin", b"%d" % (n % 10) * size) for n in range(30)]
            )
            while not writing.done():
                data = bucket.read("a.bin").data
                assert len(data) == size
                assert data == data[:1] * size
            writing.result()

    def test_a_part_of_an_object_is_read_from_its_place(self, bucket: Bucket) -> None:
        bucket.write("a.bin", bytes(range(200)))
        assert bucket.read_part("a.bin", 0, 3) == bytes([0, 1, 2])
        assert bucket.read_part("a.bin", 190, 50) == bytes(range(190, 200))
        with pytest.raises(ObjectMissingError):
            bucket.read_part("b.bin", 0, 3)

    @pytest.mark.parametrize("content", [b"", b"abc"])
    def test_a_part_beyond_the_end_is_empty(self, bucket: Bucket, content: bytes) -> None:
        version = bucket.write("part", content)
        assert bucket.read_part("part", len(content), 5) == b""
        assert bucket.read_part("part", 100, 5, version) == b""

    def test_a_part_of_a_version_is_never_one_of_another_version(self, bucket: Bucket) -> None:
        old = bucket.write("a.bin", b"old content")
        assert bucket.read_part("a.bin", 0, 3, old) == b"old"
        new = bucket.write("a.bin", b"new content")
        assert bucket.read_part("a.bin", 4, 100, new) == b"content"
        with pytest.raises(ObjectChangedError):
            bucket.read_part("a.bin", 0, 3, old)

    def test_asking_for_the_right_to_write_writes_nothing(self, bucket: Bucket) -> None:
        assert bucket.may_write("reports/of/dogs") in {True, None}
        assert list(bucket.list()) == []
