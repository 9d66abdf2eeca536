"""S3 as a bucket: the contract, on a real server process."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from jobs.buckets.bucket import HTML, ObjectKind
from jobs.buckets.registry import open_bucket
from jobs.buckets.s3 import S3Bucket, S3Settings
from jobs.errors import (
    BucketAccessError,
    LockedError,
    ObjectChangedError,
    UnsafeNameError,
    UsageError,
)
from jobs.lock import JobLock
from tests.support.bucket_contract import BucketContract
from tests.support.s3_server import S3Server


class TestS3Bucket(BucketContract):
    """The contract on a whole bucket, with pages as large as the store gives them."""

    every_write_is_a_version = False
    folder = ""
    settings = S3Settings()

    @pytest.fixture
    def bucket_name(self, s3_server: S3Server) -> str:
        return s3_server.make_bucket()

    @pytest.fixture
    def bucket(self, bucket_name: str) -> S3Bucket:
        return S3Bucket(f"s3://{bucket_name}/{self.folder}", self.settings)

    @pytest.fixture
    def look_behind(self, s3_server: S3Server, bucket_name: str) -> Callable[[str], bytes]:
        return lambda name: s3_server.get(bucket_name, self.folder + name)

    @pytest.fixture
    def put_behind(self, s3_server: S3Server, bucket_name: str) -> Callable[[str, bytes], object]:
        return lambda name, data: s3_server.put(bucket_name, self.folder + name, data)


class TestFolderOfS3Bucket(TestS3Bucket):
    """The contract on a folder in a bucket, with very small pages."""

    folder = "team a/drift#1/"
    settings = S3Settings(page_size=7)


def test_the_registry_opens_an_s3_url(s3_server: S3Server) -> None:
    name = s3_server.make_bucket()
    s3_server.put(name, "logs/a.csv", b"content")
    assert open_bucket(f"s3://{name}/logs/").read("a.csv").data == b"content"


@pytest.mark.parametrize("url", ["s3://", "s3:///folder", "s3://Upper", "s3://a", "s3://a b c"])
def test_a_url_without_a_valid_bucket_name_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="Expected s3://NAME or s3://NAME/FOLDER"):
        open_bucket(url)


def test_a_directory_bucket_whose_listings_have_no_order_is_refused() -> None:
    with pytest.raises(UsageError, match="Expected a general purpose bucket"):
        open_bucket("s3://fast--use1-az5--x-s3")


def test_a_url_whose_folder_leaves_the_bucket_is_refused() -> None:
    with pytest.raises(UnsafeNameError):
        open_bucket("s3://some-bucket/../other")


def test_opening_a_bucket_asks_nothing_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    started = time.monotonic()
    open_bucket("s3://some-bucket")
    assert time.monotonic() - started < 1


def test_a_folder_shows_nothing_of_its_neighbours(s3_server: S3Server) -> None:
    name = s3_server.make_bucket()
    for path in ("job/a", "job2/b", "jo", "a"):
        s3_server.put(name, path, b"")
    assert [found.name for found in open_bucket(f"s3://{name}/job").list()] == ["a"]


def test_media_type_and_caching_are_what_the_browser_is_told(s3_server: S3Server) -> None:
    name = s3_server.make_bucket()
    bucket = open_bucket(f"s3://{name}")
    kind = ObjectKind(content_type="application/json", cache_control="no-cache, max-age=0")
    version = bucket.create("latest.json", b"{}", kind)
    described = s3_server.describe(name, "latest.json")
    assert described["content-type"] == "application/json"
    assert described["cache-control"] == "no-cache, max-age=0"
    bucket.replace("latest.json", b"{}", version, HTML)
    assert s3_server.describe(name, "latest.json")["content-type"] == "text/html; charset=utf-8"


def test_a_listing_leaves_out_the_placeholders_of_folders(s3_server: S3Server) -> None:
    name = s3_server.make_bucket()
    for path in ("job/", "job/images/", "job/images/a.jpg"):
        s3_server.put(name, path, b"")
    assert [found.name for found in open_bucket(f"s3://{name}/job").list()] == ["images/a.jpg"]


def test_a_listing_leaves_out_unsafe_names_with_a_warning(
    s3_server: S3Server, caplog: pytest.LogCaptureFixture
) -> None:
    name = s3_server.make_bucket()
    for path in ("a//b.jpg", "fine.jpg", "x\x7fy.jpg", "x/../y.jpg"):
        s3_server.put(name, path, b"")
    bucket = open_bucket(f"s3://{name}")
    assert [found.name for found in bucket.list()] == ["fine.jpg"]
    assert "a//b.jpg" in caplog.text
    assert "x\\x7fy.jpg" in caplog.text
    assert "x/../y.jpg" in caplog.text


def test_a_listing_asks_for_a_page_only_when_it_is_needed(s3_server: S3Server) -> None:
    name = s3_server.make_bucket()
    for number in range(4):
        s3_server.put(name, f"{number}", b"")
    listing = S3Bucket(f"s3://{name}", S3Settings(page_size=2)).list()
    assert [next(listing).name, next(listing).name] == ["0", "1"]
    s3_server.put(name, "2a", b"")
    assert [found.name for found in listing] == ["2", "2a", "3"]


def test_thirty_two_threads_share_one_client(s3_server: S3Server) -> None:
    bucket = S3Bucket(f"s3://{s3_server.make_bucket()}")
    start = threading.Barrier(32)

    def first_use(_: int) -> int:
        start.wait()
        return id(bucket._client())

    with ThreadPoolExecutor(32) as pool:
        assert len(set(pool.map(first_use, range(32)))) == 1


def test_a_local_copy_has_a_name_that_every_file_system_allows(
    s3_server: S3Server, tmp_path: Path
) -> None:
    bucket = open_bucket(f"s3://{s3_server.make_bucket()}")
    name = "犬" * 200 + ".csv"
    bucket.write(name, b"content")
    assert bucket.local_copy(name, tmp_path).suffix == ".csv"


@pytest.mark.parametrize("version", ["a\nb", 'a"b', "a b", "*"])
def test_no_version_becomes_another_condition(s3_server: S3Server, version: str) -> None:
    bucket = open_bucket(f"s3://{s3_server.make_bucket()}")
    bucket.write("a.txt", b"content")
    with pytest.raises(ObjectChangedError):
        bucket.replace("a.txt", b"other", version)
    with pytest.raises(ObjectChangedError):
        bucket.read_part("a.txt", 0, 3, version)
    assert bucket.read("a.txt").data == b"content"


def test_a_store_of_ones_own_is_asked_by_path(s3_server: S3Server) -> None:
    name = s3_server.make_bucket()
    link = open_bucket(f"s3://{name}").signed_url("a.txt", timedelta(hours=1))
    assert link is not None
    assert link.startswith(f"{s3_server.host}/{name}/a.txt?")


def test_amazons_store_is_asked_by_the_buckets_host_name(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    link = open_bucket("s3://dogs").signed_url("a.txt", timedelta(hours=1))
    assert link is not None
    assert link.startswith("https://dogs.s3.eu-central-1.amazonaws.com/a.txt?")


def test_whoever_has_a_signed_link_can_read_the_object(s3_server: S3Server) -> None:
    bucket = open_bucket(f"s3://{s3_server.make_bucket()}/team a")
    bucket.write("page ü.html", b"content")
    link = bucket.signed_url("page ü.html", timedelta(hours=12))
    assert link is not None
    asked = parse_qs(urlsplit(link).query)
    assert asked["X-Amz-Expires"] == ["43200"]
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    with urllib.request.urlopen(link, timeout=30) as answer:
        assert answer.read() == b"content"


def test_without_credentials_no_link_is_signed(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(BucketAccessError, match="no valid AWS credentials"):
        open_bucket("s3://some-bucket").signed_url("a.txt", timedelta(hours=1))


def test_a_lock_in_s3_is_held_by_one_run_at_a_time(s3_server: S3Server) -> None:
    url = f"s3://{s3_server.make_bucket()}/reports"
    with JobLock(open_bucket(url), "dogs") as lock:
        lock.check()
        with pytest.raises(LockedError), JobLock(open_bucket(url), "dogs"):
            pass
    with JobLock(open_bucket(url), "dogs") as lock:
        lock.check()
