"""The contract of buckets as far as only cloud stores have it; subclassed once for each vendor."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from jobs.buckets.bucket import HTML, ObjectKind
from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.registry import open_bucket
from jobs.errors import UnsafeNameError, UsageError
from jobs.testing.buckets.contract import BucketContract
from jobs.testing.clouds.server import Server


class CloudContract(BucketContract):
    """A subclass supplies the vendor's names and server."""

    scheme: ClassVar[str]
    host_variable: ClassVar[str]
    # The folder of the bucket that is opened: empty or with a slash at its end.
    folder: ClassVar[str] = ""
    settings: ClassVar[CloudSettings] = CloudSettings()

    @staticmethod
    @abstractmethod
    def open(url: str, settings: CloudSettings) -> CloudBucket:
        """Return a bucket of the vendor's."""

    @staticmethod
    @abstractmethod
    def media_type(server: Server, bucket: str, name: str) -> tuple[object, object]:
        """Return media type and caching that browsers are told."""

    @abstractmethod
    @pytest.fixture
    def server(self) -> Server:
        """Return the vendor's server."""

    @pytest.fixture
    def bucket_name(self, server: Server) -> str:
        return server.make_bucket()

    @pytest.fixture
    def bucket(self, bucket_name: str) -> CloudBucket:
        return self.open(f"{self.scheme}://{bucket_name}/{self.folder}", self.settings)

    @pytest.fixture
    def look_behind(self, server: Server, bucket_name: str) -> Callable[[str], bytes]:
        return lambda name: server.get(bucket_name, self.folder + name)

    @pytest.fixture
    def put_behind(self, server: Server, bucket_name: str) -> Callable[[str, bytes], object]:
        return lambda name, data: server.put(bucket_name, self.folder + name, data)

    # --- opening ---

    def test_the_registry_opens_a_url(self, server: Server, bucket_name: str) -> None:
        server.put(bucket_name, "logs/a.csv", b"content")
        opened = open_bucket(f"{self.scheme}://{bucket_name}/logs/")
        assert opened.read("a.csv").data == b"content"

    @pytest.mark.parametrize("rest", ["", "/folder", "Upper", "a", "a b c"])
    def test_a_url_without_a_valid_bucket_name_is_a_usage_error(self, rest: str) -> None:
        expected = f"Expected {self.scheme}://NAME or {self.scheme}://NAME/FOLDER"
        with pytest.raises(UsageError, match=expected):
            open_bucket(f"{self.scheme}://{rest}")

    def test_a_url_whose_folder_leaves_the_bucket_is_refused(self) -> None:
        with pytest.raises(UnsafeNameError):
            open_bucket(f"{self.scheme}://some-bucket/../other")

    def test_opening_a_bucket_asks_nothing_of_the_network(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(self.host_variable, "http://127.0.0.1:1")
        started = time.monotonic()
        open_bucket(f"{self.scheme}://some-bucket")
        assert time.monotonic() - started < 1

    # --- what others have put there ---

    def test_a_folder_shows_nothing_of_its_neighbours(
        self, server: Server, bucket_name: str
    ) -> None:
        for path in ("job/a", "job2/b", "jo", "a"):
            server.put(bucket_name, path, b"")
        found = open_bucket(f"{self.scheme}://{bucket_name}/job").list()
        assert [info.name for info in found] == ["a"]

    def test_a_listing_leaves_out_the_placeholders_of_folders(
        self, server: Server, bucket_name: str
    ) -> None:
        for path in ("job/", "job/images/", "job/images/a.jpg"):
            server.put(bucket_name, path, b"")
        found = open_bucket(f"{self.scheme}://{bucket_name}/job").list()
        assert [info.name for info in found] == ["images/a.jpg"]

    def test_a_listing_leaves_out_unsafe_names_with_a_warning(
        self, server: Server, bucket_name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for path in ("a//b.jpg", "fine.jpg", "x/../y.jpg"):
            server.put(bucket_name, path, b"")
        found = open_bucket(f"{self.scheme}://{bucket_name}").list()
        assert [info.name for info in found] == ["fine.jpg"]
        assert "a//b.jpg" in caplog.text
        assert "x/../y.jpg" in caplog.text

    def test_a_listing_asks_for_a_page_only_when_it_is_needed(
        self, server: Server, bucket_name: str
    ) -> None:
        for number in range(4):
            server.put(bucket_name, f"{number}", b"")
        listing = self.open(f"{self.scheme}://{bucket_name}", CloudSettings(page_size=2)).list()
        assert [next(listing).name, next(listing).name] == ["0", "1"]
        server.put(bucket_name, "2a", b"")
        assert [found.name for found in listing] == ["2", "2a", "3"]

    # --- what others get of it ---

    def test_media_type_and_caching_are_what_the_browser_is_told(
        self, server: Server, bucket_name: str
    ) -> None:
        bucket = open_bucket(f"{self.scheme}://{bucket_name}")
        kind = ObjectKind(content_type="application/json", cache_control="no-cache, max-age=0")
        version = bucket.create("latest.json", b"{}", kind)
        told = self.media_type(server, bucket_name, "latest.json")
        assert told == ("application/json", "no-cache, max-age=0")
        bucket.replace("latest.json", b"{}", version, HTML)
        told = self.media_type(server, bucket_name, "latest.json")
        assert told[0] == "text/html; charset=utf-8"

    def test_a_local_copy_has_a_name_that_every_file_system_allows(
        self, bucket: CloudBucket, tmp_path: Path
    ) -> None:
        name = "犬" * 200 + ".csv"
        bucket.write(name, b"content")
        assert bucket.local_copy(name, tmp_path).suffix == ".csv"
