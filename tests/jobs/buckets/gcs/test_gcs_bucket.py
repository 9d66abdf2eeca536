"""Google Cloud Storage as a bucket: the contract, on a real server process."""

from __future__ import annotations

import pytest

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.gcs.store import GCSBucket
from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectChangedError, ObjectMissingError
from jobs.testing.clouds.server import Server
from tests.support.gcs_server import GcsServer
from tests.support.one_client import OneClientContract


class TestGCSBucket(OneClientContract):
    """The contract on a whole bucket, with pages as large as the store gives them."""

    scheme = "gs"
    host_variable = "STORAGE_EMULATOR_HOST"

    @staticmethod
    def open(url: str, settings: CloudSettings) -> GCSBucket:
        return GCSBucket(url, settings)

    @staticmethod
    def media_type(server: Server, bucket: str, name: str) -> tuple[object, object]:
        assert isinstance(server, GcsServer)
        described = server.describe(bucket, name)
        return described["contentType"], described.get("cacheControl")

    @pytest.fixture
    def server(self, gcs_server: GcsServer) -> GcsServer:
        return gcs_server


class TestFolderOfGCSBucket(TestGCSBucket):
    """The contract on a folder in a bucket, with very small pages."""

    folder = "team a/drift#1/"
    settings = CloudSettings(page_size=7)
    many = 60


def test_an_object_that_was_deleted_meanwhile_is_missing(gcs_server: GcsServer) -> None:
    bucket = open_bucket(f"gs://{gcs_server.make_bucket()}")
    bucket.write("a", b"content")
    bucket.delete("a")
    with pytest.raises(ObjectMissingError, match="there is no such object"):
        bucket.info("a")


def test_a_part_of_a_version_that_is_gone_has_changed(gcs_server: GcsServer) -> None:
    bucket = open_bucket(f"gs://{gcs_server.make_bucket()}")
    version = bucket.write("a", b"content")
    bucket.delete("a")
    with pytest.raises(ObjectChangedError):
        bucket.read_part("a", 0, 3, version)
