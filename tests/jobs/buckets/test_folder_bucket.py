"""A folder as a bucket: the contract, and what is peculiar to file systems."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket
from jobs.buckets.folder import FolderBucket, open_url
from jobs.buckets.registry import open_bucket
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
    UnsafeNameError,
    UsageError,
)
from tests.support.bucket_contract import BucketContract


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


def test_a_file_without_permission_is_an_access_error_that_says_what_to_grant(root: Path) -> None:
    (root / "secret").write_bytes(b"content")
    (root / "secret").chmod(0)
    outcome = _as_nobody(root, _read_secret)
    assert outcome.startswith("BucketAccessError")
    assert "Permission denied. Grant the user" in outcome


def _read_secret(root: str) -> str:
    try:
        FolderBucket(root).read("secret")
    except BucketAccessError as error:
        return f"BucketAccessError {error}"
    return "was read"


def _as_nobody(root: Path, call: Callable[[str], str]) -> str:
    """Run a call in a process of its own that has no special rights."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def child() -> None:
        if os.geteuid() == 0:
            for folder in (root, *root.parents):
                if folder.owner() == "root" and folder != Path("/") and folder != Path("/tmp"):
                    folder.chmod(folder.stat().st_mode | 0o055)
            os.setuid(65534)
        sender.send(call(str(root)))

    process = context.Process(target=child)
    process.start()
    assert receiver.poll(20)
    outcome: str = receiver.recv()
    process.join()
    return outcome


# --- symbolic links and other things that are no plain files ---


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
    context = multiprocessing.get_context("fork")
    for round_number in range(10):
        version = bucket.write(f"replaced/{round_number}", b"start")
        start = context.Barrier(8)
        results = context.SimpleQueue()
        arguments = (str(root), round_number, version, start, results)
        processes = [context.Process(target=_race, args=arguments) for _ in range(8)]
        for process in processes:
            process.start()
        won = [results.get() for _ in processes]
        for process in processes:
            process.join()
        assert sum(created for created, _ in won) == 1
        assert sum(replaced for _, replaced in won) == 1


def _race(root: str, round_number: int, version: str, start: object, results: object) -> None:
    bucket: Bucket = FolderBucket(root)
    content = b"%d" % os.getpid() * 1000
    start.wait()
    results.put(
        (
            _succeeds(lambda: bucket.create(f"created/{round_number}", content)),
            _succeeds(lambda: bucket.replace(f"replaced/{round_number}", content, version)),
        )
    )


def _succeeds(call: Callable[[], object]) -> bool:
    try:
        call()
    except (ObjectExistsError, ObjectChangedError):
        return False
    return True
