"""S3 on bad days: what all stores do then, and what only this one does."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.s3.store import S3Bucket
from jobs.errors import BucketAccessError, UsageError
from jobs.testing.clouds.bad_answers import PassOn, always, first, hung_up, with_headers
from jobs.testing.clouds.fault_suite import CALLS, CONTENT, QUICK
from jobs.testing.clouds.faults import CloudFaults
from jobs.testing.clouds.relay import Answer, FaultyStore, relay_to
from tests.support.s3_server import S3Server


def refusal(status: int, code: str, message: str = "Try again") -> Answer:
    """Return an error in the store's own XML form."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return Answer(status=status, headers={"Content-Type": "application/xml"}, body=body)


class TestS3Faults(CloudFaults):
    """Every fault that can befall any store."""

    host_variable = "AWS_ENDPOINT_URL"
    scheme = "s3"
    sends_marks_back = True
    says_of_elsewhere = "Check"
    needed_headers = ("etag",)

    @staticmethod
    def open(url: str, settings: CloudSettings) -> S3Bucket:
        return S3Bucket(url, settings)

    @staticmethod
    def refusal(status: int, message: str = "Try again") -> Answer:
        return refusal(status, "SlowDown" if status == 503 else "Error", message)

    @staticmethod
    def emptied(page: Answer) -> Answer:
        head, _, rest = page.body.partition(b"<Contents>")
        body = head + rest.rpartition(b"</Contents>")[2]
        none = re.sub(rb"<KeyCount>\d+", b"<KeyCount>0", body)
        return dataclasses.replace(page, body=none)

    @pytest.fixture
    def server(self, s3_server: S3Server) -> S3Server:
        return s3_server


@pytest.fixture
def store(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    with relay_to(s3_server.host) as relay:
        monkeypatch.setenv("AWS_ENDPOINT_URL", relay.host)
        yield relay


@pytest.fixture
def name(s3_server: S3Server) -> str:
    bucket_name = s3_server.make_bucket()
    s3_server.put(bucket_name, "a.bin", CONTENT)
    return bucket_name


@pytest.fixture
def bucket(store: FaultyStore, name: str) -> S3Bucket:
    return S3Bucket(f"s3://{name}", QUICK)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "RequestTimeout"), (409, "ConditionalRequestConflict")]
)
@pytest.mark.parametrize("call", sorted(CALLS.keys() - {"info"}))
def test_what_the_store_calls_passing_is_tried_again(
    bucket: S3Bucket, store: FaultyStore, status: int, code: str, call: str
) -> None:
    store.fault = first(2, lambda _: refusal(status, code))
    CALLS[call](bucket)
    assert len(store.seen) == 3


def test_a_page_that_holds_fewer_objects_than_it_says_is_asked_for_again(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    def emptied(pass_on: PassOn) -> Answer:
        answer = pass_on()
        head, _, rest = answer.body.partition(b"<Contents>")
        return dataclasses.replace(answer, body=head + rest.rpartition(b"</Contents>")[2])

    store.fault = first(2, emptied)
    assert [found.name for found in bucket.list()] == ["a.bin"]
    assert len(store.seen) == 3


def test_the_etag_of_an_object_that_came_in_parts_or_is_encrypted_by_kms_is_not_taken_for_its_md5(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    other = hashlib.md5(b"other").hexdigest()
    for headers in (
        {"etag": f'"{other}-2"'},
        {"etag": f'"{other}"', "x_amz_server_side_encryption": "aws:kms"},
        {"etag": f'"{other}"', "x_amz_server_side_encryption": "aws:kms:dsse"},
        {"etag": f'"{other}"', "x_amz_server_side_encryption_customer_algorithm": "AES256"},
    ):
        store.fault = lambda _, pass_on, headers=headers: with_headers(pass_on, **headers)
        assert bucket.read("a.bin").data == CONTENT
    store.fault = lambda _, pass_on: with_headers(pass_on, etag=f'"{other}"')
    with pytest.raises(BucketAccessError, match="damaged"):
        bucket.read("a.bin")


def test_where_the_etag_is_no_md5_the_objects_own_checksum_is_verified(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    def fault(pass_on: PassOn, content: bytes) -> Answer:
        checksum = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        etag = f'"{hashlib.md5(b"parts").hexdigest()}-2"'
        return with_headers(pass_on, etag=etag, x_amz_checksum_crc32=checksum)

    store.fault = always(lambda pass_on: fault(pass_on, CONTENT))
    assert bucket.read("a.bin").data == CONTENT
    store.fault = always(lambda pass_on: fault(pass_on, b"other"))
    with pytest.raises(BucketAccessError, match="damaged"):
        bucket.read("a.bin")


def test_an_upload_carries_a_checksum(bucket: S3Bucket, store: FaultyStore) -> None:
    bucket.write("b.bin", b"content")
    assert any(key.startswith("x-amz-checksum-") for key in store.seen[0].headers)


def test_a_store_that_knows_no_ranges_is_read_from_the_right_place(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    def whole(pass_on: PassOn) -> Answer:
        return dataclasses.replace(pass_on(), status=200, body=CONTENT)

    store.fault = always(whole)
    assert bucket.read_part("a.bin", 100, 5) == CONTENT[100:105]


@pytest.mark.parametrize(
    ("call", "permission"),
    [
        ("read", "s3:GetObject on arn:aws:s3:::{}/*"),
        ("info", "s3:GetObject on arn:aws:s3:::{}/*"),
        ("list", "s3:ListBucket on arn:aws:s3:::{},"),
        ("write", "s3:PutObject on arn:aws:s3:::{}/*"),
        ("delete", "s3:DeleteObject on arn:aws:s3:::{}/*"),
    ],
)
def test_a_refusal_is_not_repeated_and_says_which_permission_to_grant(
    bucket: S3Bucket, store: FaultyStore, name: str, call: str, permission: str
) -> None:
    store.fault = always(lambda _: refusal(403, "AccessDenied", "User x is not authorized"))
    calls: dict[str, Callable[[], object]] = {
        "read": lambda: bucket.read("a.bin"),
        "info": lambda: bucket.info("a.bin"),
        "list": lambda: list(bucket.list()),
        "write": lambda: bucket.write("a.bin", b""),
        "delete": lambda: bucket.delete("a.bin"),
    }
    with pytest.raises(BucketAccessError) as caught:
        calls[call]()
    assert f"Grant the job's role {permission.format(name)}" in str(caught.value)
    # What a plain download is refused, the client asks for once, to know why.
    assert len(store.seen) == (2 if call == "read" else 1)


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (403, "InvalidAccessKeyId", "aws sso login"),
        (403, "SignatureDoesNotMatch", "aws sso login"),
        (400, "ExpiredToken", "aws sso login"),
        (403, "RequestTimeTooSkewed", "Set this machine's clock"),
        (403, "InvalidObjectState", "Restore it"),
        (501, "NotImplemented", "If-None-Match"),
        (400, "KMS.DisabledException", "Check the bucket's settings"),
    ],
)
def test_an_error_that_stays_says_what_to_do(
    bucket: S3Bucket, store: FaultyStore, status: int, code: str, advice: str
) -> None:
    store.fault = always(lambda _: refusal(status, code, "no"))
    with pytest.raises(BucketAccessError) as caught:
        bucket.create("a.bin", b"")
    assert advice in str(caught.value)
    assert f"({status}: {code}: no)" in str(caught.value)


def test_missing_credentials_say_how_to_get_some(
    store: FaultyStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(BucketAccessError, match=r"no valid AWS credentials .*aws sso login"):
        S3Bucket(f"s3://{name}", QUICK).read("a.bin")
    assert store.seen == []


def test_a_profile_that_does_not_exist_is_named(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(BucketAccessError, match="nobody"):
        S3Bucket("s3://some-bucket", QUICK).read("a.bin")


def test_an_endpoint_that_is_no_url_is_a_usage_error(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "minio 9000")
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL"):
        S3Bucket("s3://some-bucket", QUICK).read("a.bin")


def test_no_secret_is_in_an_error(bucket: S3Bucket, store: FaultyStore) -> None:
    for bad in (hung_up, lambda _: refusal(403, "SignatureDoesNotMatch", "no")):
        store.fault = always(bad)
        with pytest.raises(BucketAccessError) as caught:
            bucket.read("a.bin")
        assert "testing" not in str(caught.value)
