"""A folder as a bucket: the contract, and what is peculiar to file systems."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from jobs.buckets.folder import files as folder_files
from jobs.buckets.folder.bucket import FolderBucket, open_url
from jobs.buckets.folder.files import temporary_file, writers_excluded
from jobs.buckets.registry import open_bucket
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectError,
    ObjectExistsError,
    ObjectMissingError,
    UnsafeNameError,
    UsageError,
)
from jobs.testing.buckets.contract import BucketContract
from tests.support.swapped_folders import swapped_all_the_time


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    folder.mkdir()
    return folder


class TestFolderBucket(BucketContract):
    """The contract on a folder."""

    @pytest.fixture
    def bucket(self, root: Path) -> FolderBucket:
        return FolderBucket(str(root))

    @pytest.fixture
    def look_behind(self, root: Path) -> Callable[[str], bytes]:
        return lambda name: (root / name).read_bytes()

    @pytest.fixture
    def put_behind(self, root: Path) -> Callable[[str, bytes], None]:
        def put(name: str, data: bytes) -> None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)

        return put


# --- URLs ---


@pytest.mark.parametrize("form", ["{}", "{}/", "file://{}", "file://localhost{}"])
def test_a_path_and_a_file_url_lead_to_the_same_folder(root: Path, form: str) -> None:
    (root / "a.txt").write_bytes(b"content")
    assert open_bucket(form.format(root)).read("a.txt").data == b"content"


def test_escapes_in_a_file_url_are_decoded_and_in_a_path_are_not(tmp_path: Path) -> None:
    for name in ("with space", "with%20space"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "name").write_text(name)
    assert open_url(f"file://{tmp_path}/with%20space").read("name").data == b"with space"
    assert open_url(f"{tmp_path}/with%20space").read("name").data == b"with%20space"


@pytest.mark.parametrize("url", ["file://server/share", "", "file://", "a\0b"])
def test_a_url_that_names_no_local_folder_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match=r"bucket\.url is"):
        open_url(url)


def test_a_relative_path_keeps_its_meaning_when_the_working_directory_changes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.txt").write_bytes(b"content")
    monkeypatch.chdir(tmp_path)
    bucket = open_url("bucket")
    monkeypatch.chdir("/")
    assert bucket.read("a.txt").data == b"content"


# --- what is refused, in words ---


def test_a_missing_root_is_an_access_error_for_every_call(tmp_path: Path) -> None:
    bucket = FolderBucket(str(tmp_path / "nowhere"))
    calls: list[Callable[[], object]] = [
        lambda: bucket.read("a"),
        lambda: bucket.info("a"),
        lambda: list(bucket.list()),
        lambda: list(bucket.list("logs/")),
        lambda: bucket.write("a", b""),
        lambda: bucket.create("a", b""),
        lambda: bucket.delete("a"),
    ]
    for call in calls:
        with pytest.raises(BucketAccessError, match=r"there is no folder .*nowhere\. Make it"):
            call()
    assert not (tmp_path / "nowhere").exists()


def test_a_root_that_is_a_file_is_an_access_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BucketAccessError, match="there is no folder"):
        FolderBucket(str(tmp_path / "file")).read("a")


def test_an_object_cannot_be_written_below_another_object(root: Path) -> None:
    bucket = FolderBucket(str(root))
    bucket.write("a", b"content")
    with pytest.raises(BucketAccessError, match="A file stands where a folder is needed"):
        bucket.write("a/b", b"")
    with pytest.raises(BucketAccessError, match="A file stands where a folder is needed"):
        bucket.create("a/b", b"")


def test_an_object_cannot_take_the_name_of_a_folder(root: Path) -> None:
    bucket = FolderBucket(str(root))
    bucket.write("a/b", b"content")
    with pytest.raises(BucketAccessError, match="A folder has that name"):
        bucket.write("a", b"")
    with pytest.raises(ObjectExistsError):
        bucket.create("a", b"")


def test_a_name_too_long_for_the_file_system_is_said_when_writing(root: Path) -> None:
    with pytest.raises(BucketAccessError, match="255 bytes in each part"):
        FolderBucket(str(root)).write("x" * 300, b"")


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """Make a folder, and give up special rights while a test uses it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "secret").write_bytes(b"content")
        (Path(folder) / "secret").chmod(0)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        else:
            Path(folder).chmod(0o555)
        try:
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)
            Path(folder).chmod(0o755)


def test_a_file_without_permission_is_an_access_error_that_says_what_to_grant(
    as_nobody: Path,
) -> None:
    with pytest.raises(BucketAccessError, match=r"Permission denied\. Grant the user"):
        FolderBucket(str(as_nobody)).read("secret")


def test_a_folder_that_cannot_be_written_is_an_access_error(as_nobody: Path) -> None:
    bucket = FolderBucket(str(as_nobody))
    for write in (bucket.write, bucket.create):
        with pytest.raises(BucketAccessError, match=r"Permission denied\. Grant the user"):
            write("reports/a.txt", b"")


# --- versions ---


def test_a_new_version_is_later_than_the_old_one_even_if_the_clock_went_back(root: Path) -> None:
    bucket = FolderBucket(str(root))
    bucket.write("a", b"content")
    in_2100 = 4_102_444_800 * 10**9
    os.utime(root / "a", ns=(in_2100, in_2100))
    bucket.write("a", b"CONTENT")
    assert (root / "a").stat().st_mtime_ns == in_2100 + 1


def test_a_change_in_place_by_another_program_changes_the_version(root: Path) -> None:
    bucket = FolderBucket(str(root))
    bucket.write("log.csv", b"id\n1\n")
    version = bucket.read("log.csv").version
    with (root / "log.csv").open("ab") as log:
        log.write(b"2\n")
    with pytest.raises(ObjectChangedError):
        bucket.replace("log.csv", b"", version)
    assert bucket.read("log.csv").data == b"id\n1\n2\n"


# --- symbolic links and other things that are no plain files ---


def test_a_folder_that_becomes_a_link_while_it_is_read_leads_nowhere(tmp_path: Path) -> None:
    inside, outside = tmp_path / "bucket" / "images", tmp_path / "outside"
    for folder, content in ((inside, "mine"), (outside, "secret")):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(content)
    aside, link = tmp_path / "aside", tmp_path / "bucket" / "link"
    link.symlink_to(outside)
    bucket, found = FolderBucket(str(tmp_path / "bucket")), set()
    ends_at = time.monotonic() + 1.5
    with swapped_all_the_time(inside, link, aside):
        while time.monotonic() < ends_at:
            try:
                found.add(bucket.read("images/a.txt").data)
            except ObjectError as error:
                found.add(type(error).__name__.encode())
    assert b"mine" in found
    assert b"secret" not in found


@pytest.fixture
def linked(root: Path, tmp_path: Path) -> Iterator[FolderBucket]:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_bytes(b"secret")
    (root / "inside.txt").write_bytes(b"inside")
    (root / "file-out").symlink_to(tmp_path / "outside" / "secret.txt")
    (root / "folder-out").symlink_to(tmp_path / "outside")
    (root / "file-in").symlink_to("inside.txt")
    (root / "circle").symlink_to("circle")
    (root / "up").symlink_to(".")
    yield FolderBucket(str(root))
    assert (tmp_path / "outside" / "secret.txt").read_bytes() == b"secret"
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["secret.txt"]


@pytest.mark.parametrize("name", ["file-out", "folder-out/secret.txt", "folder-out/new.txt"])
def test_a_link_that_leads_outside_is_refused_by_every_call(
    linked: FolderBucket, tmp_path: Path, name: str
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: linked.read(name),
        lambda: linked.info(name),
        lambda: linked.local_copy(name, tmp_path),
        lambda: linked.write(name, b"bad"),
        lambda: linked.create(name, b"bad"),
        lambda: linked.replace(name, b"bad", "1"),
        lambda: linked.delete(name),
    ]
    for call in calls:
        with pytest.raises(UnsafeNameError, match="symbolic link leads outside"):
            call()


def test_a_listing_below_a_link_that_leads_outside_is_refused(linked: FolderBucket) -> None:
    with pytest.raises(UnsafeNameError, match="symbolic link leads outside"):
        list(linked.list("folder-out/"))


def test_a_listing_follows_links_to_files_inside_and_warns_of_the_others(
    linked: FolderBucket, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert [found.name for found in linked.list()] == ["file-in", "inside.txt"]
    warned = caplog.text
    assert all(name in warned for name in ("file-out", "folder-out", "circle", "up"))


def test_a_link_to_a_file_inside_is_read(linked: FolderBucket) -> None:
    assert linked.read("file-in").data == b"inside"


def test_a_link_in_a_circle_is_an_access_error(linked: FolderBucket) -> None:
    with pytest.raises((BucketAccessError, ObjectMissingError)):
        linked.read("circle")


def test_a_pipe_is_no_object_and_blocks_nobody(root: Path) -> None:
    os.mkfifo(root / "pipe")
    bucket = FolderBucket(str(root))
    with pytest.raises(ObjectMissingError):
        bucket.read("pipe")
    assert list(bucket.list()) == []


def test_a_root_behind_a_link_is_a_bucket_like_any_other(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    bucket = FolderBucket(str(tmp_path / "link"))
    bucket.write("a/b", b"content")
    assert [found.name for found in bucket.list("a/")] == ["a/b"]
    assert bucket.read("a/b").data == b"content"


def test_a_file_name_that_is_no_unicode_is_left_out_with_a_warning(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff.jpg"))).write_bytes(b"")
    (root / "a.jpg").write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        assert [found.name for found in FolderBucket(str(root)).list()] == ["a.jpg"]
    assert "is left out" in caplog.text


# --- the bucket's own files ---


def test_neither_the_lock_nor_unfinished_files_are_seen_as_objects(root: Path) -> None:
    bucket = FolderBucket(str(root))
    bucket.write("a/b", b"content")
    (root / "a" / ".drift-bucket-unfinished").write_bytes(b"half")
    assert [found.name for found in bucket.list()] == ["a/b"]
    for name in (".drift-bucket-lock", "a/.drift-bucket-unfinished"):
        with pytest.raises(UnsafeNameError, match="the bucket's own"):
            bucket.read(name)
        with pytest.raises(UnsafeNameError, match="the bucket's own"):
            bucket.write(name, b"")


def test_nothing_unfinished_is_left_behind(root: Path) -> None:
    bucket = FolderBucket(str(root))
    version = bucket.create("a", b"1")
    bucket.replace("a", b"2", version)
    with pytest.raises(ObjectExistsError):
        bucket.create("a", b"3")
    with pytest.raises(ObjectChangedError):
        bucket.replace("a", b"4", version)
    assert sorted(path.name for path in root.iterdir()) == [".drift-bucket-lock", "a"]


# --- between processes ---


def test_of_creators_and_replacers_in_many_processes_exactly_one_wins(root: Path) -> None:
    bucket = FolderBucket(str(root))
    versions = [bucket.write(f"replaced/{number}", b"start") for number in range(20)]
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4), context.SimpleQueue()
    arguments = (str(root), versions, start, results)
    processes = [context.Process(target=_race, args=arguments) for _ in range(4)]
    for process in processes:
        process.start()
    won = [results.get() for _ in processes]
    for process in processes:
        process.join()
    for number in range(20):
        assert sum(created for created, _ in (rounds[number] for rounds in won)) == 1
        assert sum(replaced for _, replaced in (rounds[number] for rounds in won)) == 1


def _race(
    root: str,
    versions: list[str],
    start: threading.Barrier,
    results: multiprocessing.SimpleQueue[list[tuple[bool, bool]]],
) -> None:
    bucket = FolderBucket(root)
    content = b"%d" % os.getpid() * 1000
    rounds: list[tuple[bool, bool]] = []
    for number, version in enumerate(versions):
        start.wait()
        created = _succeeds(partial(bucket.create, f"created/{number}", content))
        replaced = _succeeds(partial(bucket.replace, f"replaced/{number}", content, version))
        rounds.append((created, replaced))
    results.put(rounds)


def _succeeds(call: Callable[[], object]) -> bool:
    try:
        call()
    except (ObjectExistsError, ObjectChangedError):
        return False
    return True


# --- writers that were killed ---


def _die_while_writing(root: Path) -> None:
    """Write an object and be killed before it gets its name."""
    sys.addaudithook(lambda event, _: os.kill(os.getpid(), 9) if event == "os.utime" else None)
    FolderBucket(str(root)).write("reports/new", b"complete")


def test_what_a_killed_writer_left_is_deleted_by_the_next_one_in_the_folder(root: Path) -> None:
    killed = multiprocessing.get_context("fork").Process(target=_die_while_writing, args=(root,))
    killed.start()
    killed.join()
    left = list((root / "reports").iterdir())
    assert [path.name[:14] for path in left] == [".drift-bucket-"]
    FolderBucket(str(root)).write("reports/other", b"data")
    assert [path.name for path in (root / "reports").iterdir()] == ["other"]


def test_a_file_that_another_writer_is_at_is_left_alone(root: Path) -> None:
    with temporary_file(root, root, b"half") as unfinished:
        FolderBucket(str(root)).write("other", b"data")
        assert unfinished.read_bytes() == b"half"
    assert not unfinished.exists()


# --- writers that were suspended ---


def _be_suspended_while_writing(root: Path, has_lock: Event) -> None:
    with writers_excluded(root):
        has_lock.set()
        os.kill(os.getpid(), signal.SIGSTOP)


def test_a_writer_that_was_suspended_keeps_nobody_waiting_without_end(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_files, "LOCK_PATIENCE_S", 0.2)
    context = multiprocessing.get_context("fork")
    has_lock = context.Event()
    suspended = context.Process(target=_be_suspended_while_writing, args=(root, has_lock))
    suspended.start()
    try:
        assert has_lock.wait(20)
        bucket = FolderBucket(str(root))
        with pytest.raises(BucketAccessError, match=r"\.drift-bucket-lock has been locked") as met:
            bucket.write("reports/new", b"data")
        assert "was suspended: let it go on, or end it" in met.value.message
    finally:
        os.kill(suspended.pid or 0, signal.SIGCONT)
        suspended.join()
    assert FolderBucket(str(root)).write("reports/new", b"data")
