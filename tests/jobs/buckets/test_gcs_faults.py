"""Google Cloud Storage on bad days: every fault is a real answer on a real socket."""

from __future__ import annotations

import dataclasses
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.buckets.gcs import GCSBucket, GCSSettings
from jobs.buckets.retrying import RetrySettings
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
)
from tests.support.faulty_store import Answer, Fault, FaultyStore, Request, refusal, relay_to
from tests.support.gcs_server import GcsServer
from tests.support.server_process import free_port

PassOn = Callable[[], Answer]
CONTENT = bytes(range(256)) * 400
QUICK = GCSSettings(
    retry=RetrySettings(
        deadline_s=3.0,
        connect_timeout_s=1.0,
        read_timeout_s=1.0,
        first_pause_s=0.02,
        longest_pause_s=0.1,
    ),
    download_deadline_s=3.0,
)


@pytest.fixture
def store(gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    with relay_to(gcs_server.host) as relay:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", relay.host)
        yield relay


@pytest.fixture
def name(gcs_server: GcsServer) -> str:
    bucket_name = gcs_server.make_bucket()
    gcs_server.put(bucket_name, "a.bin", CONTENT)
    return bucket_name


@pytest.fixture
def bucket(store: FaultyStore, name: str) -> GCSBucket:
    return GCSBucket(f"gs://{name}", QUICK)


def first(times: int, bad: Callable[[PassOn], Answer | None]) -> Fault:
    """Return a fault of the first requests only."""

    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        return bad(pass_on) if request.number < times else pass_on()

    return fault


def always(bad: Callable[[PassOn], Answer | None]) -> Fault:
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


def unavailable(_: PassOn) -> Answer:
    return refusal(503, "Try again")


def hung_up(_: PassOn) -> None:
    return None


# --- passing faults ---


@pytest.mark.parametrize("bad", [unavailable, hung_up, flipped, cut_short, quietly_cut_short])
def test_a_read_survives_two_faults(
    bucket: GCSBucket, store: FaultyStore, bad: Callable[[PassOn], Answer | None]
) -> None:
    store.fault = first(2, bad)
    assert bucket.read("a.bin").data == CONTENT
    assert len(store.seen) == 3


@pytest.mark.parametrize("bad", [unavailable, hung_up, flipped, cut_short, quietly_cut_short])
def test_a_local_copy_survives_two_faults(
    bucket: GCSBucket,
    store: FaultyStore,
    bad: Callable[[PassOn], Answer | None],
    tmp_path: Path,
) -> None:
    store.fault = first(2, bad)
    assert bucket.local_copy("a.bin", tmp_path).read_bytes() == CONTENT
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("call", ["info", "list", "write", "create", "delete"])
def test_every_call_survives_every_passing_status(
    bucket: GCSBucket, store: FaultyStore, status: int, call: str
) -> None:
    store.fault = first(2, lambda _: refusal(status, "Try again"))
    calls: dict[str, Callable[[], object]] = {
        "info": lambda: bucket.info("a.bin"),
        "list": lambda: list(bucket.list()),
        "write": lambda: bucket.write("a.bin", b"new"),
        "create": lambda: bucket.create("new.bin", b"new"),
        "delete": lambda: bucket.delete("a.bin"),
    }
    calls[call]()
    assert len(store.seen) == 3


def test_a_fault_between_two_pages_loses_and_repeats_no_object(
    store: FaultyStore, gcs_server: GcsServer
) -> None:
    bucket_name = gcs_server.make_bucket()
    names = [f"{number:02}" for number in range(20)]
    for object_name in names:
        gcs_server.put(bucket_name, object_name, b"")
    settings = dataclasses.replace(QUICK, page_size=3)
    store.fault = lambda request, pass_on: pass_on() if request.number % 2 else hung_up(pass_on)
    bucket = GCSBucket(f"gs://{bucket_name}", settings)
    assert [found.name for found in bucket.list()] == names


# --- content that cannot be trusted ---


def test_a_copy_for_which_there_is_no_room_names_the_object_and_leaves_no_file(
    bucket: GCSBucket, tmp_path: Path
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(BucketAccessError, match=r"a\.bin: it could not be copied.*Make room"):
            bucket.local_copy("a.bin", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_damage_after_other_failures_has_all_its_attempts(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        if request.number < 5:
            return refusal(503, "Try again")
        return flipped(pass_on) if request.number < 8 else pass_on()

    store.fault = fault
    assert bucket.read("a.bin").data == CONTENT


@pytest.mark.parametrize("bad", [flipped, quietly_cut_short, without("x-goog-hash")])
def test_content_whose_checksum_is_never_right_is_never_returned(
    bucket: GCSBucket,
    store: FaultyStore,
    bad: Callable[[PassOn], Answer | None],
    tmp_path: Path,
) -> None:
    store.fault = always(bad)
    with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
        bucket.read("a.bin")
    assert len(store.seen) == QUICK.damaged_attempts
    with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
        bucket.local_copy("a.bin", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_read_cut_short_and_then_damaged_is_not_pieced_together(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        return {0: cut_short, 1: flipped}.get(request.number, lambda go: go())(pass_on)

    store.fault = fault
    assert bucket.read("a.bin").data == CONTENT
    assert len(store.seen) == 3


def test_a_read_has_content_and_version_from_one_response(
    bucket: GCSBucket, store: FaultyStore, gcs_server: GcsServer, name: str
) -> None:
    def change_after(pass_on: PassOn) -> Answer:
        answer = pass_on()
        gcs_server.put(name, "a.bin", b"newer")
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
    bucket: GCSBucket, store: FaultyStore, gcs_server: GcsServer, name: str
) -> None:
    store.fault = first(1, lost_answer)
    version = bucket.create("new", b"content")
    assert version == gcs_server.describe(name, "new")["generation"]
    with pytest.raises(ObjectExistsError):
        bucket.create("new", b"content")


def test_a_replace_that_succeeded_unseen_counts_as_success(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    version = bucket.info("a.bin").version
    store.seen.clear()
    store.fault = first(2, lost_answer)
    new_version = bucket.replace("a.bin", b"new", version)
    assert (bucket.read("a.bin").data, bucket.read("a.bin").version) == (b"new", new_version)


def test_a_create_whose_answer_is_lost_does_not_take_anothers_object_for_its_own(
    bucket: GCSBucket, store: FaultyStore, gcs_server: GcsServer, name: str
) -> None:
    def another_is_quicker(_: PassOn) -> None:
        gcs_server.put(name, "new", b"content")

    store.fault = first(1, another_is_quicker)
    with pytest.raises(ObjectExistsError):
        bucket.create("new", b"content")


# --- faults that stay ---


def test_a_store_that_keeps_failing_is_an_error_soon_after_the_deadline(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    store.fault = always(unavailable)
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match=r"kept failing .*\(503: Try again\)"):
        bucket.read("a.bin")
    assert 1.0 < time.monotonic() - started < 4.5


def test_a_store_that_never_answers_is_an_error_soon_after_the_deadline(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    def hang(_: PassOn) -> None:
        time.sleep(2.5)

    store.fault = always(hang)
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match="could not be reached before the deadline"):
        bucket.info("a.bin")
    assert time.monotonic() - started < 4.5


def test_content_that_trickles_in_is_cut_off_at_the_deadline(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    def trickle(pass_on: PassOn) -> Answer:
        return dataclasses.replace(pass_on(), pause_s=0.5)

    store.fault = always(trickle)
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match="came too slowly"):
        bucket.read("a.bin")
    assert time.monotonic() - started < 5.0


def test_a_refused_connection_is_an_error_within_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{free_port()}")
    started = time.monotonic()
    with pytest.raises(BucketAccessError) as caught:
        GCSBucket("gs://some-bucket/job", QUICK).read("a.bin")
    assert time.monotonic() - started < 4.5
    assert str(caught.value).startswith(
        "gs://some-bucket/job/a.bin: the store could not be reached"
    )
    assert "Check the network" in str(caught.value)


@pytest.mark.parametrize("call", ["read", "list", "write"])
def test_a_refusal_is_not_repeated_and_says_which_role_to_grant(
    bucket: GCSBucket, store: FaultyStore, name: str, call: str
) -> None:
    store.fault = always(lambda _: refusal(403, "job@x does not have storage.objects.get access"))
    calls: dict[str, Callable[[], object]] = {
        "read": lambda: bucket.read("a.bin"),
        "list": lambda: list(bucket.list()),
        "write": lambda: bucket.write("a.bin", b""),
    }
    with pytest.raises(BucketAccessError) as caught:
        calls[call]()
    assert f"Grant the job's account roles/storage.objectUser on gs://{name}" in str(caught.value)
    assert "does not have storage.objects.get access" in str(caught.value)
    assert len(store.seen) == 1


def test_unaccepted_credentials_lead_to_the_login_command(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    store.fault = always(lambda _: refusal(401, "Invalid Credentials"))
    with pytest.raises(BucketAccessError, match="gcloud auth application-default login"):
        bucket.read("a.bin")


def test_a_bucket_that_does_not_exist_is_no_missing_object(store: FaultyStore) -> None:
    bucket = GCSBucket("gs://no-such-bucket", QUICK)
    calls: list[Callable[[], object]] = [
        lambda: bucket.read("a"),
        lambda: bucket.info("a"),
        lambda: list(bucket.list()),
        lambda: bucket.write("a", b""),
        lambda: bucket.create("a", b""),
        lambda: bucket.delete("a"),
    ]
    for call in calls:
        with pytest.raises(BucketAccessError, match="there is no bucket 'no-such-bucket'"):
            call()


def test_whether_the_bucket_exists_is_asked_once_for_many_missing_objects(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    for number in range(5):
        with pytest.raises(ObjectMissingError):
            bucket.read(f"missing/{number}")
    assert len(store.seen) == 6


def test_missing_credentials_lead_to_the_login_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    with pytest.raises(BucketAccessError, match="gcloud auth application-default login"):
        GCSBucket("gs://some-bucket", QUICK).read("a.bin")


def test_a_credentials_file_that_does_not_exist_leads_to_the_login_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/key.json")
    with pytest.raises(BucketAccessError, match="gcloud auth application-default login"):
        GCSBucket("gs://some-bucket", QUICK).read("a.bin")


def test_one_read_is_one_request_and_nothing_else_is_asked(
    bucket: GCSBucket, store: FaultyStore
) -> None:
    bucket.read("a.bin")
    time.sleep(0.3)
    assert [request.method for request in store.seen] == ["GET"]
