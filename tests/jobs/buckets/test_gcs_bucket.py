"""Google Cloud Storage as a bucket: the contract, on a real server process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.buckets.bucket import HTML, ObjectKind
from jobs.buckets.gcs import GCSBucket, GCSSettings
from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectMissingError, UnsafeNameError, UsageError
from tests.support.bucket_contract import BucketContract
from tests.support.gcs_server import GcsServer


class TestGCSBucket(BucketContract):
    """The contract on a whole bucket, with pages as large as the store gives them."""

    folder = ""
    settings = GCSSettings()

    @pytest.fixture
    def bucket_name(self, gcs_server: GcsServer) -> str:
        return gcs_server.make_bucket()

    @pytest.fixture
    def bucket(self, bucket_name: str) -> GCSBucket:
        return GCSBucket(f"gs://{bucket_name}/{self.folder}", self.settings)

    @pytest.fixture
    def look_behind(self, gcs_server: GcsServer, bucket_name: str) -> Callable[[str], bytes]:
        return lambda name: gcs_server.get(bucket_name, self.folder + name)

    @pytest.fixture
    def put_behind(self, gcs_server: GcsServer, bucket_name: str) -> Callable[[str, bytes], None]:
        return lambda name, data: gcs_server.put(bucket_name, self.folder + name, data)


class TestFolderOfGCSBucket(TestGCSBucket):
    """The contract on a folder in a bucket, with very small pages."""

    folder = "team a/drift#1/"
    settings = GCSSettings(page_size=7)


def test_the_registry_opens_a_gs_url(gcs_server: GcsServer) -> None:
    name = gcs_server.make_bucket()
    gcs_server.put(name, "logs/a.csv", b"content")
    assert open_bucket(f"gs://{name}/logs/").read("a.csv").data == b"content"


@pytest.mark.parametrize("url", ["gs://", "gs:///folder", "gs://Upper", "gs://a", "gs://a b c"])
def test_a_url_without_a_valid_bucket_name_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="Expected gs://NAME or gs://NAME/FOLDER"):
        open_bucket(url)


def test_a_url_whose_folder_leaves_the_bucket_is_refused() -> None:
    with pytest.raises(UnsafeNameError):
        open_bucket("gs://some-bucket/../other")


def test_opening_a_bucket_asks_nothing_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")
    started = time.monotonic()
    open_bucket("gs://some-bucket")
    assert time.monotonic() - started < 1


def test_a_folder_shows_nothing_of_its_neighbours(gcs_server: GcsServer) -> None:
    name = gcs_server.make_bucket()
    for path in ("job/a", "job2/b", "jo", "a"):
        gcs_server.put(name, path, b"")
    assert [found.name for found in open_bucket(f"gs://{name}/job").list()] == ["a"]


def test_media_type_and_caching_are_what_the_browser_is_told(gcs_server: GcsServer) -> None:
    name = gcs_server.make_bucket()
    bucket = open_bucket(f"gs://{name}")
    kind = ObjectKind(content_type="application/json", cache_control="no-cache, max-age=0")
    version = bucket.create("latest.json", b"{}", kind)
    described = gcs_server.describe(name, "latest.json")
    assert described["contentType"] == "application/json"
    assert described["cacheControl"] == "no-cache, max-age=0"
    bucket.replace("latest.json", b"{}", version, HTML)
    assert gcs_server.describe(name, "latest.json")["contentType"] == "text/html; charset=utf-8"


def test_a_listing_leaves_out_the_placeholders_of_folders(gcs_server: GcsServer) -> None:
    name = gcs_server.make_bucket()
    for path in ("job/", "job/images/", "job/images/a.jpg"):
        gcs_server.put(name, path, b"")
    assert [found.name for found in open_bucket(f"gs://{name}/job").list()] == ["images/a.jpg"]


def test_a_listing_leaves_out_unsafe_names_with_a_warning(
    gcs_server: GcsServer, caplog: pytest.LogCaptureFixture
) -> None:
    name = gcs_server.make_bucket()
    for path in ("a//b.jpg", "fine.jpg", "x/../y.jpg"):
        gcs_server.put(name, path, b"")
    bucket = open_bucket(f"gs://{name}")
    assert [found.name for found in bucket.list()] == ["fine.jpg"]
    assert "a//b.jpg" in caplog.text
    assert "x/../y.jpg" in caplog.text


def test_a_listing_asks_for_a_page_only_when_it_is_needed(gcs_server: GcsServer) -> None:
    name = gcs_server.make_bucket()
    for number in range(4):
        gcs_server.put(name, f"{number}", b"")
    listing = GCSBucket(f"gs://{name}", GCSSettings(page_size=2)).list()
    assert [next(listing).name, next(listing).name] == ["0", "1"]
    gcs_server.put(name, "2a", b"")
    assert [found.name for found in listing] == ["2", "2a", "3"]


def test_an_object_that_was_deleted_meanwhile_is_missing(gcs_server: GcsServer) -> None:
    bucket = open_bucket(f"gs://{gcs_server.make_bucket()}")
    bucket.write("a", b"content")
    bucket.delete("a")
    with pytest.raises(ObjectMissingError, match="there is no such object"):
        bucket.info("a")


def test_thirty_two_threads_share_one_client(gcs_server: GcsServer) -> None:
    bucket = GCSBucket(f"gs://{gcs_server.make_bucket()}")
    start = threading.Barrier(32)

    def first_use(_: int) -> int:
        start.wait()
        return id(bucket._client())

    with ThreadPoolExecutor(32) as pool:
        assert len(set(pool.map(first_use, range(32)))) == 1


def test_a_local_copy_has_a_name_that_every_file_system_allows(
    gcs_server: GcsServer, tmp_path: Path
) -> None:
    bucket = open_bucket(f"gs://{gcs_server.make_bucket()}")
    name = "犬" * 200 + ".csv"
    bucket.write(name, b"content")
    assert bucket.local_copy(name, tmp_path).suffix == ".csv"
