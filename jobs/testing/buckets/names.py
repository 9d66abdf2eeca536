"""Names: kept exactly or refused, listed in order, or missing."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectMissingError, UnsafeNameError
from jobs.testing.buckets.suite import BucketSuite

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


class NamesSuite(BucketSuite):
    """The names of objects, their listings, and objects that are not there."""

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
