"""What every kind of bucket does in the same way; subclassed once for each kind."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from jobs.buckets.bucket import HTML, Bucket
from jobs.errors import (
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)

AWKWARD_NAMES = [
    "images/2026-01-02 Hund im Schnee.PNG",
    "images/Größe ﬁ 犬 🐕.jpg",
    "images/a#b?c%d+e&f=g;h@i!j$k'l(m),n.jpg",
    "images/%2e%2e%2fescaped.jpg",
    "images/100%.jpg",
    "images/..hidden",
    "images/back\\slash",
    'images/~tilde*star|pipe"quote<angle>',
    "images/ leading and trailing ",
]
UNSAFE_NAMES = [
    "",
    "/",
    "/etc/passwd",
    "..",
    "../beside.txt",
    "images/../../beside.txt",
    "images/./a.jpg",
    "images//a.jpg",
    "images/",
    "a\0b",
    "a\nb",
    "a\x7fb",
    "lone \ud800 surrogate",
    "x" * 1025,
]
RACERS = 16


class BucketContract(ABC):
    """A subclass supplies the fixtures `bucket`, `look_behind` and `put_behind`."""

    # More than one page of a listing holds.
    many = 1100
    # Whether a version stands for one write; otherwise for content, as an ETag does.
    every_write_is_a_version = True

    @abstractmethod
    @pytest.fixture
    def bucket(self) -> Bucket:
        """An empty bucket."""

    @abstractmethod
    @pytest.fixture
    def look_behind(self, bucket: Bucket) -> Callable[[str], bytes]:
        """A way to read an object that does not pass through the bucket."""

    @abstractmethod
    @pytest.fixture
    def put_behind(self, bucket: Bucket) -> Callable[[str, bytes], None]:
        """A way to store an object that does not pass through the bucket."""

    # --- reading and writing ---

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

    def test_a_local_copy_has_the_content_and_the_ending_of_the_name(
        self, bucket: Bucket, tmp_path: Path
    ) -> None:
        bucket.write("logs/ü 1.csv.gz", b"content")
        copy = bucket.local_copy("logs/ü 1.csv.gz", tmp_path)
        assert copy.read_bytes() == b"content"
        assert copy.name.endswith(".csv.gz")

    # --- names ---

    @pytest.mark.parametrize("name", AWKWARD_NAMES)
    def test_an_awkward_but_safe_name_is_kept_exactly(
        self, bucket: Bucket, look_behind: Callable[[str], bytes], name: str
    ) -> None:
        bucket.write(name, name.encode())
        assert look_behind(name) == name.encode()
        assert bucket.read(name).data == name.encode()
        assert [found.name for found in bucket.list()] == [name]
        assert [found.name for found in bucket.list(name)] == [name]
        bucket.delete(name)
        assert list(bucket.list()) == []

    @pytest.mark.parametrize("name", UNSAFE_NAMES)
    def test_an_unsafe_name_is_refused_by_every_call(
        self, bucket: Bucket, tmp_path: Path, name: str
    ) -> None:
        calls: list[Callable[[], object]] = [
            lambda: bucket.read(name),
            lambda: bucket.info(name),
            lambda: bucket.local_copy(name, tmp_path),
            lambda: bucket.write(name, b""),
            lambda: bucket.create(name, b""),
            lambda: bucket.replace(name, b"", "1"),
            lambda: bucket.delete(name),
        ]
        for call in calls:
            with pytest.raises(UnsafeNameError):
                call()
        assert list(bucket.list()) == []

    def test_the_longest_name_that_no_store_has_is_simply_missing(self, bucket: Bucket) -> None:
        with pytest.raises(ObjectMissingError):
            bucket.read("x" * 1024)

    # --- listing ---

    def test_a_listing_is_sorted_by_whole_names(self, bucket: Bucket) -> None:
        names = ["a-b", "a.txt", "a/b", "a/b-c", "a/c/d", "aa", "b", "B", "ä", "z/1", "z/10", "z/2"]
        shuffled = random.Random(2).sample(names, len(names))
        for name in shuffled:
            bucket.write(name, b"")
        assert [found.name for found in bucket.list()] == sorted(names)

    @pytest.mark.parametrize(
        ("prefix", "expected"),
        [
            ("", ["logs/1.csv", "logs/2.csv", "logs2/3.csv", "other"]),
            ("logs", ["logs/1.csv", "logs/2.csv", "logs2/3.csv"]),
            ("logs/", ["logs/1.csv", "logs/2.csv"]),
            ("logs/1", ["logs/1.csv"]),
            ("logs/1.csv", ["logs/1.csv"]),
            ("logs/1.csv/", []),
            ("nothing/here/", []),
            ("LOGS", []),
        ],
    )
    def test_a_prefix_selects_names_that_start_with_it(
        self, bucket: Bucket, prefix: str, expected: list[str]
    ) -> None:
        for name in ("logs/1.csv", "logs/2.csv", "logs2/3.csv", "other"):
            bucket.write(name, b"")
        assert [found.name for found in bucket.list(prefix)] == expected

    @pytest.mark.parametrize("prefix", ["../", "..", "/", "a/../", "a//", "a\0"])
    def test_a_prefix_that_leaves_the_bucket_is_refused(self, bucket: Bucket, prefix: str) -> None:
        with pytest.raises(UnsafeNameError):
            list(bucket.list(prefix))

    def test_a_listing_of_more_than_one_page_is_complete(
        self, bucket: Bucket, put_behind: Callable[[str, bytes], None]
    ) -> None:
        names = [f"many/{number:05}" for number in range(self.many)]
        for name in names:
            put_behind(name, b"x")
        assert [found.name for found in bucket.list("many/")] == names

    # --- conditional writes ---

    def test_a_level_holds_a_folders_own_objects_and_the_folders_in_it(
        self, bucket: Bucket
    ) -> None:
        for name in ("a/b/c.txt", "a/b/d.txt", "a/b.txt", "a-b.txt", "a/e.txt", "f/g/h.txt"):
            bucket.write(name, b"x")
        levels = {
            folder: [one if isinstance(one, str) else one.name for one in bucket.level(folder)]
            for folder in ("", "a/", "a/b/", "nothing/")
        }
        assert levels == {
            "": ["a-b.txt", "a/", "f/"],
            "a/": ["a/b.txt", "a/b/", "a/e.txt"],
            "a/b/": ["a/b/c.txt", "a/b/d.txt"],
            "nothing/": [],
        }

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

    def test_create_refuses_an_existing_object_and_leaves_it_alone(self, bucket: Bucket) -> None:
        version = bucket.create("a.txt", b"first")
        with pytest.raises(ObjectExistsError):
            bucket.create("a.txt", b"second")
        found = bucket.read("a.txt")
        assert (found.data, found.version) == (b"first", version)

    def test_create_works_again_after_a_deletion(self, bucket: Bucket) -> None:
        first = bucket.create("a.txt", b"same")
        bucket.delete("a.txt")
        assert (bucket.create("a.txt", b"same") != first) is self.every_write_is_a_version

    def test_replace_writes_only_over_the_version_it_names(self, bucket: Bucket) -> None:
        first = bucket.write("a.txt", b"first")
        second = bucket.replace("a.txt", b"second", first)
        assert bucket.read("a.txt").version == second
        with pytest.raises(ObjectChangedError):
            bucket.replace("a.txt", b"third", first)
        assert bucket.read("a.txt").data == b"second"

    @pytest.mark.parametrize("version", ["0", "1", "no version", "", "-1"])
    def test_replace_of_a_missing_object_counts_as_changed(
        self, bucket: Bucket, version: str
    ) -> None:
        with pytest.raises(ObjectChangedError):
            bucket.replace("missing.txt", b"content", version)
        assert list(bucket.list()) == []

    def test_of_sixteen_racing_creators_exactly_one_wins(self, bucket: Bucket) -> None:
        for round_number in range(5):
            name = f"race/{round_number}"
            winners = _race(lambda racer, name=name: bucket.create(name, b"%d" % racer))
            assert len(winners) == 1
            assert bucket.read(name).data == b"%d" % winners[0]

    def test_of_sixteen_racing_replacers_exactly_one_wins(self, bucket: Bucket) -> None:
        for round_number in range(5):
            name = f"race/{round_number}"
            version = bucket.write(name, b"start")
            winners = _race(
                lambda racer, name=name, version=version: bucket.replace(
                    name, b"%d" % racer, version
                )
            )
            assert len(winners) == 1
            assert bucket.read(name).data == b"%d" % winners[0]

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

    # --- missing objects and deletion ---

    def test_a_missing_object_is_named_by_its_full_url(
        self, bucket: Bucket, tmp_path: Path
    ) -> None:
        copies = tmp_path / "copies"
        copies.mkdir()
        calls: list[Callable[[], object]] = [
            lambda: bucket.read("a/missing.txt"),
            lambda: bucket.info("a/missing.txt"),
            lambda: bucket.local_copy("a/missing.txt", copies),
        ]
        for call in calls:
            with pytest.raises(ObjectMissingError) as caught:
                call()
            assert caught.value.url == f"{bucket.url}/a/missing.txt"
        assert list(copies.iterdir()) == []

    def test_a_folder_is_no_object(self, bucket: Bucket) -> None:
        bucket.write("folder/a.txt", b"content")
        with pytest.raises(ObjectMissingError):
            bucket.read("folder")
        with pytest.raises(ObjectMissingError):
            bucket.info("folder")
        bucket.delete("folder")
        assert bucket.read("folder/a.txt").data == b"content"

    def test_an_object_has_nothing_below_it(self, bucket: Bucket) -> None:
        bucket.write("a.txt", b"content")
        with pytest.raises(ObjectMissingError):
            bucket.read("a.txt/b")
        bucket.delete("a.txt/b")
        assert bucket.read("a.txt").data == b"content"

    def test_delete_removes_and_a_second_delete_is_no_error(self, bucket: Bucket) -> None:
        bucket.write("a.txt", b"content")
        bucket.delete("a.txt")
        bucket.delete("a.txt")
        with pytest.raises(ObjectMissingError):
            bucket.read("a.txt")


def _race(attempt: Callable[[int], object]) -> list[int]:
    """Let `RACERS` threads attempt the same at once; return those that succeeded."""
    start = Barrier(RACERS)

    def racer(number: int) -> bool:
        start.wait()
        try:
            attempt(number)
        except (ObjectExistsError, ObjectChangedError):
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        results = list(pool.map(racer, range(RACERS)))
    return [number for number, won in enumerate(results) if won]
