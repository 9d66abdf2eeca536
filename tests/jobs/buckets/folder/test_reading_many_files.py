"""Several files of a folder at once: as safe against links and swapped folders as one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.buckets.folder import plain_files as folder_plain_files
from jobs.buckets.folder.bucket import FolderBucket
from jobs.buckets.folder.plain_files import PlainFiles
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)
from tests.support.swapped_folders import swapped_all_the_time


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    for name in ("a/1.txt", "a/2.txt", "a/b/3.txt", "4.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (tmp_path / "outside").mkdir()
    for name in ("1.txt", "2.txt"):
        (tmp_path / "outside" / name).write_text("secret")
    return folder


def contents(found: list[StoredObject | ObjectError]) -> list[str]:
    """Return the texts that were read, and the classes of the errors in place of others."""
    return [
        one.data.decode() if isinstance(one, StoredObject) else type(one).__name__ for one in found
    ]


def test_many_files_are_the_files_one_by_one(root: Path) -> None:
    bucket = FolderBucket(str(root))
    names = ["a/1.txt", "4.txt", "a/b/3.txt", "a/2.txt"]
    assert bucket.read_many(names) == [bucket.read(name) for name in names]
    assert contents(bucket.read_many(names)) == names


def test_a_link_to_a_file_inside_is_read_and_one_that_leads_outside_is_refused(
    root: Path, tmp_path: Path
) -> None:
    (root / "a" / "in").symlink_to("b/3.txt")
    (root / "folder-in").symlink_to("a")
    (root / "a" / "out").symlink_to(tmp_path / "outside" / "1.txt")
    (root / "folder-out").symlink_to(tmp_path / "outside")
    (root / "circle").symlink_to("circle")
    names = ["a/1.txt", "a/in", "folder-in/2.txt", "a/out", "folder-out/1.txt", "a/2.txt"]
    found = FolderBucket(str(root)).read_many([*names, "circle", "a/1.txt"])
    assert contents(found[:6]) == [
        "a/1.txt",
        "a/b/3.txt",
        "a/2.txt",
        "UnsafeNameError",
        "UnsafeNameError",
        "a/2.txt",
    ]
    assert isinstance(found[6], BucketAccessError | ObjectMissingError)
    assert contents(found[7:]) == ["a/1.txt"]
    assert "symbolic link leads outside" in str(found[3])


def test_what_is_no_object_is_none_among_many(root: Path) -> None:
    os.mkfifo(root / "a" / "pipe")
    (root / "a" / ".drift-bucket-unfinished").write_bytes(b"half")
    bucket = FolderBucket(str(root))
    names = ["a/1.txt", "a/pipe", "a/b", "a/.drift-bucket-unfinished", "a/../4.txt", "a/no"]
    found = bucket.read_many([*names, "a/1.txt/below", "none/1.txt", "a/2.txt"])
    assert contents(found) == [
        "a/1.txt",
        "ObjectMissingError",
        "ObjectMissingError",
        "UnsafeNameError",
        "UnsafeNameError",
        "ObjectMissingError",
        "ObjectMissingError",
        "ObjectMissingError",
        "a/2.txt",
    ]
    for name, one in zip(names[1:], found[1:], strict=False):
        with pytest.raises(type(one)) as alone:  # type: ignore[arg-type]
            bucket.read(name)
        assert str(alone.value) == str(one)


def test_files_of_more_bytes_than_allowed_are_refused_with_their_versions(root: Path) -> None:
    (root / "a" / "long.txt").write_bytes(b"x" * 100)
    bucket = FolderBucket(str(root))
    first, long, last = bucket.read_many(["a/1.txt", "a/long.txt", "a/2.txt"], most_bytes=99)
    assert contents([first, last]) == ["a/1.txt", "a/2.txt"]
    assert isinstance(long, ObjectTooLargeError)
    assert (long.size_bytes, long.most_bytes) == (100, 99)
    assert long.version == bucket.info("a/long.txt").version


def test_a_missing_root_is_said_for_each_of_many_files(tmp_path: Path) -> None:
    found = FolderBucket(str(tmp_path / "nowhere")).read_many(["a", "b", ".."])
    assert [type(one) for one in found] == [BucketAccessError, BucketAccessError, UnsafeNameError]
    assert "there is no folder" in str(found[0])


def test_a_folder_that_is_swapped_for_a_link_between_two_files_leads_nowhere(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    open_file = PlainFiles.open

    def swap_after_the_first(files: PlainFiles, name: str) -> tuple[int, os.stat_result]:
        if len(opened) == 1:
            (root / "a").rename(root / "aside")
            (root / "a").symlink_to(tmp_path / "outside")
        opened.append(name)
        return open_file(files, name)

    monkeypatch.setattr(PlainFiles, "open", swap_after_the_first)
    bucket = FolderBucket(str(root))
    # The folder is open already: it is read, whatever has its name now.
    assert contents(bucket.read_many(["a/1.txt", "a/2.txt"])) == ["a/1.txt", "a/2.txt"]
    assert contents(bucket.read_many(["a/1.txt", "a/2.txt"])) == ["UnsafeNameError"] * 2


def test_folders_that_are_swapped_for_links_all_the_time_lead_nowhere(
    root: Path, tmp_path: Path
) -> None:
    inside, aside, link = root / "a", tmp_path / "aside", root / "link"
    link.symlink_to(tmp_path / "outside")
    bucket, found = FolderBucket(str(root)), set()
    ends_at = time.monotonic() + 1.5
    with swapped_all_the_time(inside, link, aside):
        while time.monotonic() < ends_at:
            found |= set(contents(bucket.read_many(["a/1.txt", "4.txt", "a/2.txt"])))
    assert {"a/1.txt", "a/2.txt"} <= found
    assert "secret" not in found


@pytest.fixture
def open_files() -> Callable[[], int]:
    return lambda: len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers, no paths


def test_no_folder_stays_open_and_few_are_at_once(
    tmp_path: Path, open_files: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number}/deep/{number}.txt" for number in range(100)]
    bucket = FolderBucket(str(tmp_path))
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)
    most = [open_files()]
    read_all = folder_plain_files.read_all

    def counted(descriptor: int, size_bytes: int, most_bytes: int | None = None) -> bytes:
        most.append(open_files())
        return read_all(descriptor, size_bytes, most_bytes)

    monkeypatch.setattr("jobs.buckets.folder.bucket.read_all", counted)
    assert contents(bucket.read_many([*names, "missing", ".."]))[:100] == names
    assert max(most) - most[0] <= 12
    assert open_files() == most[0]


def test_a_file_that_grows_or_shrinks_while_it_is_read_is_read_to_its_end(root: Path) -> None:
    descriptor = os.open(root / "4.txt", os.O_RDONLY)
    try:
        for believed, most, expected in (
            (1, None, b"4.txt"),
            (1, 3, b"4.tx"),
            (100, None, b"4.txt"),
            (0, 5, b"4.txt"),
        ):
            os.lseek(descriptor, 0, os.SEEK_SET)
            assert folder_plain_files.read_all(descriptor, believed, most) == expected
    finally:
        os.close(descriptor)


class OneByOne(FolderBucket):
    """A bucket that says nothing of many objects: the contract's own way."""

    read_many = Bucket.read_many


def test_a_bucket_without_a_way_of_its_own_reads_one_by_one(root: Path) -> None:
    names = ["a/1.txt", "a/no", "../x", "4.txt"]
    one_by_one = OneByOne(str(root)).read_many(names)
    assert contents(one_by_one) == contents(FolderBucket(str(root)).read_many(names))
    assert isinstance(one_by_one[2], UnsafeNameError)
