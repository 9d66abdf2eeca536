"""S3 as a bucket: the contract, on a real server process."""

from __future__ import annotations

import urllib.request
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.registry import open_bucket
from jobs.buckets.s3.store import S3Bucket
from jobs.errors import (
    BucketAccessError,
    LockedError,
    ObjectChangedError,
    UsageError,
)
from jobs.running.lock import JobLock
from jobs.testing.clouds.server import Server
from tests.support.one_client import OneClientContract
from tests.support.s3_server import S3Server


class TestS3Bucket(OneClientContract):
    """The contract on a whole bucket, with pages as large as the store gives them."""

    every_write_is_a_version = False
    scheme = "s3"
    host_variable = "AWS_ENDPOINT_URL"

    @staticmethod
    def open(url: str, settings: CloudSettings) -> S3Bucket:
        return S3Bucket(url, settings)

    @staticmethod
    def media_type(server: Server, bucket: str, name: str) -> tuple[object, object]:
        assert isinstance(server, S3Server)
        described = server.describe(bucket, name)
        return described["content-type"], described.get("cache-control")

    @pytest.fixture
    def server(self, s3_server: S3Server) -> S3Server:
        return s3_server


class TestFolderOfS3Bucket(TestS3Bucket):
    """The contract on a folder in a bucket, with very small pages."""

    folder = "team a/drift#1/"
    settings = CloudSettings(page_size=7)
    many = 60


def test_a_directory_bucket_whose_listings_have_no_order_is_refused() -> None:
    with pytest.raises(UsageError, match="Expected a general purpose bucket"):
        open_bucket("s3://fast--use1-az5--x-s3")


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
