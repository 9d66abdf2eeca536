"""S3 on bad days: every fault is a real answer on a real socket."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from jobs.buckets.retrying import RetrySettings
from jobs.buckets.s3 import S3Bucket, S3Settings
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
    UsageError,
)
from tests.support.faulty_store import Answer, Fault, FaultyStore, Request, relay_to
from tests.support.s3_server import S3Server
from tests.support.server_process import free_port

PassOn = Callable[[], Answer]
Bad = Callable[[PassOn], Answer | None]
CONTENT = bytes(range(256)) * 400
QUICK = S3Settings(
    retry=RetrySettings(
        deadline_s=4.0,
        connect_timeout_s=1.0,
        read_timeout_s=1.0,
        first_pause_s=0.02,
        longest_pause_s=0.1,
    ),
    download_deadline_s=4.0,
)


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


def refusal(status: int, code: str, message: str = "Try again") -> Answer:
    """Return an error in the store's own XML form."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return Answer(status=status, headers={"Content-Type": "application/xml"}, body=body)


def first(times: int, bad: Bad) -> Fault:
    """Return a fault of the first requests only."""

    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        return bad(pass_on) if request.number < times else pass_on()

    return fault


def always(bad: Bad) -> Fault:
    """Return a fault of every request."""
    return lambda _, pass_on: bad(pass_on)


def flipped(pass_on: PassOn) -> Answer:
    """Pass on with one byte of the body changed."""
    answer = pass_on()
    body = bytes([answer.body[0] ^ 1]) + answer.body[1:]
    return dataclasses.replace(answer, body=body)


def cut_short(pass_on: PassOn) -> Answer:
    """Promise the whole body and send half of it."""
    answer = pass_on()
    headers = answer.headers | {"Content-Length": str(len(answer.body))}
    return dataclasses.replace(answer, headers=headers, body=answer.body[: len(answer.body) // 2])


def quietly_cut_short(pass_on: PassOn) -> Answer:
    """Send half of the body as if it were all."""
    answer = pass_on()
    return dataclasses.replace(answer, body=answer.body[: len(answer.body) // 2])


def without(header: str) -> Callable[[PassOn], Answer]:
    """Pass on without one header."""

    def strip(pass_on: PassOn) -> Answer:
        answer = pass_on()
        kept = {k: v for k, v in answer.headers.items() if k.lower() != header}
        return dataclasses.replace(answer, headers=kept)

    return strip


def with_headers(pass_on: PassOn, **headers: str) -> Answer:
    """Pass on with other headers."""
    answer = pass_on()
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    kept = {k: v for k, v in answer.headers.items() if k.lower() not in named}
    return dataclasses.replace(answer, headers=kept | named)


def unavailable(_: PassOn) -> Answer:
    return refusal(503, "SlowDown")


def hung_up(_: PassOn) -> None:
    return None


# --- passing faults ---


@pytest.mark.parametrize("bad", [unavailable, hung_up, flipped, cut_short, quietly_cut_short])
def test_a_read_survives_two_faults(bucket: S3Bucket, store: FaultyStore, bad: Bad) -> None:
    store.fault = first(2, bad)
    assert bucket.read("a.bin").data == CONTENT
    assert len(store.seen) == 3


@pytest.mark.parametrize("bad", [unavailable, hung_up, flipped, cut_short, quietly_cut_short])
def test_a_local_copy_survives_two_faults(
    bucket: S3Bucket, store: FaultyStore, bad: Bad, tmp_path: Path
) -> None:
    store.fault = first(2, bad)
    assert bucket.local_copy("a.bin", tmp_path).read_bytes() == CONTENT
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "RequestTimeout"),
        (408, "RequestTimeout"),
        (409, "ConditionalRequestConflict"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (502, "BadGateway"),
        (503, "SlowDown"),
        (504, "GatewayTimeout"),
    ],
)
def test_every_call_survives_every_passing_error(
    bucket: S3Bucket, store: FaultyStore, status: int, code: str
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: bucket.info("a.bin") if status not in {400, 409} else None,
        lambda: list(bucket.list()),
        lambda: bucket.read_part("a.bin", 0, 5),
        lambda: bucket.write("a.bin", b"new"),
        lambda: bucket.create("new.bin", b"new"),
        lambda: bucket.delete("a.bin"),
    ]
    for call in calls:
        seen = len(store.seen)
        store.fault = lambda request, pass_on, seen=seen: (
            refusal(status, code) if request.number < seen + 2 else pass_on()
        )
        call()
        assert len(store.seen) in {seen, seen + 3}


def test_a_fault_between_two_pages_loses_and_repeats_no_object(
    store: FaultyStore, s3_server: S3Server
) -> None:
    bucket_name = s3_server.make_bucket()
    names = [f"{number:02}" for number in range(20)]
    for object_name in names:
        s3_server.put(bucket_name, object_name, b"")
    bads = [hung_up, unavailable, cut_short, quietly_cut_short]
    store.fault = lambda request, pass_on: (
        pass_on() if request.number % 2 else bads[request.number // 2 % 4](pass_on)
    )
    bucket = S3Bucket(f"s3://{bucket_name}", dataclasses.replace(QUICK, page_size=3))
    assert [found.name for found in bucket.list()] == names


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


# --- content that cannot be trusted ---


@pytest.mark.parametrize("bad", [flipped, quietly_cut_short, without("etag")])
def test_content_that_is_never_right_is_never_returned(
    bucket: S3Bucket, store: FaultyStore, bad: Bad, tmp_path: Path
) -> None:
    store.fault = always(bad)
    with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
        bucket.read("a.bin")
    assert len(store.seen) == QUICK.damaged_attempts
    with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
        bucket.local_copy("a.bin", tmp_path)
    assert list(tmp_path.iterdir()) == []


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


def test_a_part_that_is_cut_short_is_asked_for_again(bucket: S3Bucket, store: FaultyStore) -> None:
    store.fault = first(2, cut_short)
    assert bucket.read_part("a.bin", 100, 5000) == CONTENT[100:5100]
    assert len(store.seen) == 3


def test_a_store_that_knows_no_ranges_is_read_from_the_right_place(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    def whole(pass_on: PassOn) -> Answer:
        return dataclasses.replace(pass_on(), status=200, body=CONTENT)

    store.fault = always(whole)
    assert bucket.read_part("a.bin", 100, 5) == CONTENT[100:105]


def test_a_part_behind_the_end_is_empty(bucket: S3Bucket) -> None:
    assert bucket.read_part("a.bin", len(CONTENT) + 10, 5) == b""


def test_a_read_cut_short_and_then_damaged_is_not_pieced_together(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        return {0: cut_short, 1: flipped}.get(request.number, lambda go: go())(pass_on)

    store.fault = fault
    assert bucket.read("a.bin").data == CONTENT
    assert len(store.seen) == 3


def test_a_read_has_content_and_version_from_one_response(
    bucket: S3Bucket, store: FaultyStore, s3_server: S3Server, name: str
) -> None:
    def change_after(pass_on: PassOn) -> Answer:
        answer = pass_on()
        s3_server.put(name, "a.bin", b"newer")
        return answer

    store.fault = first(1, change_after)
    found = bucket.read("a.bin")
    assert found.data == CONTENT
    with pytest.raises(ObjectChangedError):
        bucket.replace("a.bin", b"over the newer one", found.version)


# --- writes whose answer is lost ---


def lost_answer(pass_on: PassOn) -> None:
    """Let the store do it, and never tell the client."""
    pass_on()


def test_a_create_that_succeeded_unseen_counts_as_success(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    store.fault = first(1, lost_answer)
    version = bucket.create("new", b"content")
    assert version == bucket.info("new").version
    with pytest.raises(ObjectExistsError):
        bucket.create("new", b"content")


def test_a_replace_that_succeeded_unseen_counts_as_success(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    version = bucket.info("a.bin").version
    seen = len(store.seen)
    store.fault = lambda request, pass_on: (
        lost_answer(pass_on) if request.number < seen + 2 else pass_on()
    )
    new_version = bucket.replace("a.bin", b"new", version)
    assert (bucket.read("a.bin").data, bucket.read("a.bin").version) == (b"new", new_version)


def test_a_create_whose_answer_is_lost_does_not_take_anothers_object_for_its_own(
    bucket: S3Bucket, store: FaultyStore, s3_server: S3Server, name: str
) -> None:
    def another_is_quicker(_: PassOn) -> None:
        s3_server.put(name, "new", b"content")

    store.fault = first(1, another_is_quicker)
    with pytest.raises(ObjectExistsError):
        bucket.create("new", b"content")


# --- faults that stay ---


def test_a_store_that_keeps_failing_is_an_error_soon_after_the_deadline(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    store.fault = always(unavailable)
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match=r"kept failing .*\(503: SlowDown: Try again\)"):
        bucket.read("a.bin")
    assert 2.0 < time.monotonic() - started < 6


def test_a_store_that_never_answers_is_an_error_soon_after_the_deadline(
    store: FaultyStore, name: str
) -> None:
    def hang(_: PassOn) -> None:
        time.sleep(5)

    store.fault = always(hang)
    patient = dataclasses.replace(QUICK.retry, deadline_s=2.0, read_timeout_s=30.0)
    bucket = S3Bucket(f"s3://{name}", S3Settings(retry=patient))
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match="could not be reached before the deadline"):
        bucket.info("a.bin")
    assert time.monotonic() - started < 4.5


def test_content_that_trickles_in_is_cut_off_at_the_deadline(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    def trickle(pass_on: PassOn) -> Answer:
        return dataclasses.replace(pass_on(), body=CONTENT, pause_s=0.5)

    store.fault = always(trickle)
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match="could not be reached before the deadline"):
        bucket.read("a.bin")
    assert time.monotonic() - started < 9


def test_a_refused_connection_is_an_error_within_bounded_time(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    started = time.monotonic()
    with pytest.raises(BucketAccessError) as caught:
        S3Bucket("s3://some-bucket/job", QUICK).read("a.bin")
    assert time.monotonic() - started < 7
    said = str(caught.value)
    assert said.startswith("s3://some-bucket/job/a.bin: the store could not be reached")
    assert "Check the network" in said


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


def test_a_bucket_that_does_not_exist_is_no_missing_object(store: FaultyStore) -> None:
    bucket = S3Bucket("s3://no-such-bucket", QUICK)
    calls: list[Callable[[], object]] = [
        lambda: bucket.read("a"),
        lambda: bucket.info("a"),
        lambda: list(bucket.list()),
        lambda: bucket.write("a", b""),
        lambda: bucket.create("a", b""),
        lambda: bucket.replace("a", b"", "1"),
        lambda: bucket.delete("a"),
    ]
    for call in calls:
        with pytest.raises(BucketAccessError, match="there is no bucket 'no-such-bucket'"):
            call()


def test_whether_the_bucket_exists_is_asked_once_for_many_missing_objects(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    for number in range(5):
        with pytest.raises(ObjectMissingError):
            bucket.info(f"missing/{number}")
    assert len(store.seen) == 6


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


def test_one_read_is_one_request_and_nothing_else_is_asked(
    bucket: S3Bucket, store: FaultyStore
) -> None:
    bucket.read("a.bin")
    time.sleep(0.3)
    assert [request.method for request in store.seen] == ["GET"]
