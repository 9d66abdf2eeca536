"""Downloads past botocore's client: their signatures, and what is left to the client."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.retrying import RetrySettings
from jobs.buckets.s3.store import S3Bucket
from jobs.errors import BucketAccessError
from jobs.testing.buckets.names import AWKWARD_NAMES
from jobs.testing.clouds.bad_answers import with_headers
from jobs.testing.clouds.relay import Answer, FaultyStore, Request, relay_to
from tests.support.s3_server import S3Server

CONTENT = bytes(range(256)) * 400
QUICK = CloudSettings(retry=RetrySettings(deadline_s=4.0, first_pause_s=0.02, longest_pause_s=0.1))


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


def by_client(request: Request) -> bool:
    """Tell whether a request was made by botocore's client."""
    return request.headers["user-agent"] != "image-drift"


def expected_signature(request: Request, secret: str) -> str:
    """Return the signature, version 4, that a request should have."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=[^/]+/(\S+), SignedHeaders=(\S+), Signature=\S+",
        request.headers["authorization"],
    )
    assert found is not None
    scope, signed = found[1], found[2].split(";")
    lines = [f"{key}:{request.headers[key].strip()}" for key in signed]
    body = request.headers["x-amz-content-sha256"]
    asked = urlsplit(request.path)
    query = "&".join(sorted(asked.query.split("&")))
    canonical = "\n".join(["GET", asked.path, query, *lines, "", ";".join(signed), body])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, digest])
    return hmac.digest(key, text.encode(), "sha256").hex()


def test_a_plain_download_makes_no_use_of_the_client(
    store: FaultyStore, name: str, tmp_path: Path
) -> None:
    bucket = S3Bucket(f"s3://{name}", QUICK)
    assert bucket.read("a.bin").data == CONTENT
    assert bucket.local_copy("a.bin", tmp_path).read_bytes() == CONTENT
    assert [by_client(request) for request in store.seen] == [False, False]


@pytest.mark.parametrize("awkward", [*AWKWARD_NAMES, "plain.jpg"])
def test_a_download_is_signed_as_the_standard_asks(
    store: FaultyStore, name: str, s3_server: S3Server, awkward: str
) -> None:
    s3_server.put(name, f"team a/{awkward}", CONTENT)
    assert S3Bucket(f"s3://{name}/team a", QUICK).read(awkward).data == CONTENT
    signature = expected_signature(store.seen[0], "testing")
    assert store.seen[0].headers["authorization"].endswith(f"Signature={signature}")


def test_the_token_of_temporary_credentials_is_sent_and_signed(
    store: FaultyStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    S3Bucket(f"s3://{name}", QUICK).read("a.bin")
    assert store.seen[0].headers["x-amz-security-token"] == "a-token"
    assert "x-amz-security-token" in store.seen[0].headers["authorization"]
    signature = expected_signature(store.seen[0], "testing")
    assert store.seen[0].headers["authorization"].endswith(f"Signature={signature}")


def test_a_hundred_reads_of_eight_threads_take_eight_connections(
    store: FaultyStore, name: str
) -> None:
    bucket = S3Bucket(f"s3://{name}", QUICK)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: bucket.read("a.bin").data == CONTENT, range(100)))
    assert all(found)
    assert 1 <= len({request.port for request in store.seen if not by_client(request)}) <= 8


def test_an_object_that_came_in_parts_is_left_to_the_client_with_its_checksum(
    store: FaultyStore, name: str
) -> None:
    bucket = S3Bucket(f"s3://{name}", QUICK)
    etag = f'"{hashlib.md5(b"").hexdigest()}-3"'
    store.fault = lambda _, pass_on: with_headers(pass_on, etag=etag)
    assert bucket.read("a.bin").data == CONTENT
    assert [by_client(request) for request in store.seen] == [False, True]
    assert store.seen[1].headers["x-amz-checksum-mode"] == "ENABLED"
    store.fault = lambda _, pass_on: pass_on()
    bucket.read("a.bin")
    assert [by_client(request) for request in store.seen[2:]] == [False]


def test_a_bucket_that_is_encrypted_by_kms_is_left_to_the_client_from_then_on(
    store: FaultyStore, name: str
) -> None:
    bucket = S3Bucket(f"s3://{name}", QUICK)
    store.fault = lambda _, pass_on: with_headers(pass_on, x_amz_server_side_encryption="aws:kms")
    assert [bucket.read("a.bin").data == CONTENT for _ in range(3)] == [True] * 3
    assert [by_client(request) for request in store.seen] == [False, True, True, True]


def test_an_answer_that_nobody_read_to_its_end_does_not_become_the_next_one(
    store: FaultyStore, name: str
) -> None:
    def long_refusal(request: Request, pass_on: Callable[[], Answer]) -> Answer:
        return Answer(status=503, body=CONTENT * 10) if request.number == 0 else pass_on()

    store.fault = long_refusal
    bucket = S3Bucket(f"s3://{name}", QUICK)
    assert [bucket.read("a.bin").data == CONTENT for _ in range(3)] == [True] * 3


def test_a_proxy_gets_every_request(
    s3_server: S3Server, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.invalid")
    with relay_to(s3_server.host) as proxy:
        monkeypatch.setenv("http_proxy", proxy.host)
        proxy.fault = lambda _, __: Answer(status=503, body=b"")
        with pytest.raises(BucketAccessError):
            S3Bucket(f"s3://{name}", QUICK).read("a.bin")
        assert all(request.path.startswith("http://store.invalid/") for request in proxy.seen)
        assert proxy.seen
