"""The job's lock, on a folder and on a GCS server, between threads and between processes."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.buckets.bucket import BINARY, Bucket, ObjectKind
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.folder.bucket import FolderBucket
from jobs.buckets.gcs.store import GCSBucket
from jobs.buckets.registry import open_bucket
from jobs.buckets.retrying import RetrySettings
from jobs.errors import BucketAccessError, ExitCode, LockedError, PublishError
from jobs.running.lease_settings import LeaseSettings
from jobs.running.lock import JobLock, release_open_locks
from jobs.testing.clouds.relay import FaultyStore, refusal, relay_to
from tests.support.counting_bucket import CountingBucket
from tests.support.gcs_server import GcsServer

# Leases that end while a test waits, with room for a machine that is busy.
SHORT = LeaseSettings(lease_s=1.5, renew_s=0.2, retry_s=0.1, skew_s=0.2)
# Leases of the usual length, by a clock that a test sets; a dead one is watched only briefly.
USUAL = LeaseSettings(renew_s=0.3, skew_s=0.1)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class HandSetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(params=["folder", "gcs"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    if request.param == "folder":
        return FolderBucket(str(tmp_path))
    server: GcsServer = request.getfixturevalue("gcs_server")
    return open_bucket(f"gs://{server.make_bucket()}/reports")


@pytest.fixture
def clock() -> HandSetClock:
    return HandSetClock()


def recorded(bucket: Bucket) -> dict[str, object]:
    """Return what the lock's object says."""
    content = json.loads(bucket.read("dogs/lock").data)
    assert isinstance(content, dict)
    return content


def wait_until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    gives_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < gives_up_at, "it did not happen in time"
        time.sleep(0.02)


# --- taking and releasing ---


def test_the_object_says_who_holds_the_lock_and_until_when(
    bucket: Bucket, clock: HandSetClock
) -> None:
    with JobLock(bucket, "dogs", clock=clock) as lock:
        content = recorded(bucket)
        lock.check()
    assert content["state"] == "held"
    assert (content["host"], content["pid"]) == (socket.gethostname(), os.getpid())
    assert content["started"] == content["renewed"] == "2026-01-02T12:00:00+00:00"
    assert content["expires"] == "2026-01-02T12:01:00+00:00"
    assert content["lease_s"] == 60


def test_the_lock_is_released_by_a_note_and_not_by_deletion(bucket: Bucket) -> None:
    with JobLock(bucket, "dogs"):
        owner = recorded(bucket)["owner"]
    assert recorded(bucket)["state"] == "released"
    assert recorded(bucket)["owner"] == owner


def test_a_released_lock_is_taken_at_once_and_in_silence(
    bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        with JobLock(bucket, "dogs") as lock:
            lock.check()
    assert caplog.text == ""


def test_the_lock_is_released_when_the_run_fails_and_the_failure_passes(bucket: Bucket) -> None:
    with pytest.raises(ZeroDivisionError), JobLock(bucket, "dogs"):
        _ = 1 / 0
    assert recorded(bucket)["state"] == "released"


def test_two_jobs_have_locks_of_their_own(bucket: Bucket) -> None:
    with JobLock(bucket, "dogs") as dogs, JobLock(bucket, "cats") as cats:
        dogs.check()
        cats.check()


def test_a_held_lock_names_holder_times_and_what_to_do(bucket: Bucket, clock: HandSetClock) -> None:
    with JobLock(bucket, "dogs", clock=clock), pytest.raises(LockedError) as caught:
        JobLock(bucket, "dogs", clock=clock).__enter__()
    said = str(caught.value)
    assert caught.value.exit_code is ExitCode.LOCKED
    assert f"{bucket.url}/dogs/lock" in said
    assert f"process {os.getpid()} on {socket.gethostname()}" in said
    assert "started 2026-01-02T12:00:00+00:00" in said
    assert "until 2026-01-02T12:01:00+00:00" in said
    assert "Wait for it to end" in said


def test_after_the_end_nothing_may_be_published(bucket: Bucket) -> None:
    with JobLock(bucket, "dogs") as lock:
        pass
    with pytest.raises(PublishError, match="no longer holds the job's lock"):
        lock.check()


def _lease(**changes: object) -> bytes:
    """Return a lease of somebody else's, changed."""
    noon = NOON.isoformat()
    usual = {"owner": "x", "host": "h", "pid": 1, "started": noon, "renewed": noon}
    return json.dumps(usual | {"expires": noon, "lease_s": 60, "state": "held"} | changes).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"owner": 1}',
        b"\xff\xfe",
        b"null",
        b"[" * 50_000,
        bytes(1 << 20),
        _lease(lease_s=float("nan")),
        _lease(lease_s=float("inf")),
        _lease(lease_s=1e8),
        _lease(lease_s=-1000),
        _lease(pid=float("inf")),
        _lease(expires="9999-12-31T23:59:59.999999+00:00"),
        _lease(expires="0001-01-01T00:00:00+14:00"),
        _lease(host="a\nb"),
        _lease(host="x" * 1000),
    ],
)
def test_an_object_that_is_no_lock_is_left_alone_and_named(bucket: Bucket, content: bytes) -> None:
    bucket.write("dogs/lock", content)
    with pytest.raises(LockedError, match=r"is no lock of this program.*then delete the object"):
        JobLock(bucket, "dogs").__enter__()
    assert bucket.read("dogs/lock").data == content


# --- expiry ---


def test_a_lock_that_ran_out_is_taken_over_with_a_warning(
    bucket: Bucket, clock: HandSetClock, caplog: pytest.LogCaptureFixture
) -> None:
    dead = JobLock(bucket, "dogs", settings=USUAL, clock=clock)
    dead.__enter__()
    dead._ended.set()
    clock.move(60 + 0.1)
    with (
        caplog.at_level(logging.WARNING),
        JobLock(bucket, "dogs", settings=USUAL, clock=clock) as successor,
    ):
        successor.check()
        assert "taken over from process" in caplog.text
        assert "not renewed it since 2026-01-02T12:00:00+00:00" in caplog.text
        dead.__exit__(None, None, None)
        assert recorded(bucket)["state"] == "held"
        successor.check()


def test_a_lock_is_not_taken_over_within_the_tolerance_for_other_clocks(
    bucket: Bucket, clock: HandSetClock
) -> None:
    with JobLock(bucket, "dogs", clock=clock):
        clock.move(60 + 14.9)
        with pytest.raises(LockedError):
            JobLock(bucket, "dogs", clock=clock).__enter__()


def test_the_holder_publishes_nothing_from_the_moment_its_lease_runs_out(
    bucket: Bucket, clock: HandSetClock
) -> None:
    with JobLock(bucket, "dogs", clock=clock) as lock:
        clock.move(59.9)
        lock.check()
        clock.move(0.1)
        with pytest.raises(PublishError, match="Run the job again") as caught:
            lock.check()
        assert caught.value.exit_code is ExitCode.PUBLISH


def test_a_clock_that_is_set_back_lengthens_no_lease(bucket: Bucket, clock: HandSetClock) -> None:
    seldom = LeaseSettings(lease_s=0.5, renew_s=0.5, skew_s=0.2)
    with JobLock(bucket, "dogs", settings=seldom, clock=clock) as lock:
        clock.move(-3600)
        lock.check()
        with lock._writing:
            time.sleep(0.6)
            assert not _holds(lock)


def test_a_dead_runs_lock_from_another_time_is_taken_over_after_a_lease(
    bucket: Bucket, clock: HandSetClock, caplog: pytest.LogCaptureFixture
) -> None:
    dead = JobLock(bucket, "dogs", settings=SHORT, clock=clock)
    dead.__enter__()
    dead._ended.set()
    clock.move(-7200)
    started = time.monotonic()
    with (
        caplog.at_level(logging.WARNING),
        JobLock(bucket, "dogs", settings=SHORT, clock=clock) as successor,
    ):
        successor.check()
        assert recorded(bucket)["expires"] == "2026-01-02T10:00:01.500000+00:00"
    assert time.monotonic() - started >= SHORT.lease_s + SHORT.skew_s
    assert "to see whether it still renews the lock" in caplog.text
    dead._held = None


def test_a_living_runs_lock_from_another_time_is_left_alone(
    bucket: Bucket, clock: HandSetClock
) -> None:
    for hours in (2, -2):
        other = HandSetClock()
        other.move(hours * 3600)
        with JobLock(bucket, "dogs", settings=SHORT, clock=other) as lock:
            with pytest.raises(LockedError, match="clock and this machine's differ"):
                JobLock(bucket, "dogs", settings=SHORT, clock=clock).__enter__()
            lock.check()


def test_a_lock_that_is_released_while_it_is_watched_is_taken(
    bucket: Bucket, clock: HandSetClock
) -> None:
    ahead = HandSetClock()
    ahead.move(7200)
    holder = JobLock(bucket, "dogs", settings=SHORT, clock=ahead)
    holder.__enter__()
    threading.Timer(0.5, holder.__exit__, (None, None, None)).start()
    with JobLock(bucket, "dogs", settings=SHORT, clock=clock) as lock:
        lock.check()


def test_a_run_that_died_more_than_a_day_ago_is_not_waited_for(
    bucket: Bucket, clock: HandSetClock
) -> None:
    dead = JobLock(bucket, "dogs", clock=clock)
    dead.__enter__()
    dead._ended.set()
    clock.move(2 * 86_400)
    started = time.monotonic()
    with JobLock(bucket, "dogs", clock=clock) as lock:
        lock.check()
    assert time.monotonic() - started < 10


def test_a_holder_notices_that_another_run_took_the_lock(bucket: Bucket) -> None:
    with JobLock(bucket, "dogs", settings=SHORT) as lock:
        taken = recorded(bucket) | {"owner": "somebody else"}
        bucket.write("dogs/lock", json.dumps(taken).encode())
        wait_until(lambda: not _holds(lock), within_s=SHORT.lease_s / 2)
    assert recorded(bucket) == taken


def test_a_holder_notices_that_the_object_was_deleted(bucket: Bucket) -> None:
    with JobLock(bucket, "dogs", settings=SHORT) as lock:
        bucket.delete("dogs/lock")
        wait_until(lambda: not _holds(lock), within_s=SHORT.lease_s / 2)
    assert list(bucket.list("dogs/")) == []


def _holds(lock: JobLock) -> bool:
    try:
        lock.check()
    except PublishError:
        return False
    return True


# --- renewal ---


def test_the_lease_is_renewed_for_longer_than_it_lasts(bucket: Bucket) -> None:
    with JobLock(bucket, "dogs", settings=SHORT) as lock:
        first = recorded(bucket)
        ends_at = time.monotonic() + 2 * SHORT.lease_s
        while time.monotonic() < ends_at:
            lock.check()
            time.sleep(0.05)
        with pytest.raises(LockedError):
            JobLock(bucket, "dogs", settings=SHORT).__enter__()
        last = recorded(bucket)
    assert last["started"] == first["started"]
    assert str(last["expires"]) > str(first["expires"])


def test_no_thread_goes_on_renewing_after_the_end(bucket: Bucket) -> None:
    before = threading.active_count()
    with JobLock(bucket, "dogs", settings=SHORT):
        assert threading.active_count() > before
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lock")]


@pytest.fixture
def store(gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    with relay_to(gcs_server.host) as relay:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", relay.host)
        yield relay


@pytest.fixture
def impatient(store: FaultyStore, gcs_server: GcsServer) -> GCSBucket:
    retry = RetrySettings(deadline_s=0.2, read_timeout_s=0.2, first_pause_s=0.05)
    return GCSBucket(f"gs://{gcs_server.make_bucket()}", CloudSettings(retry=retry))


def test_renewal_outlasts_a_store_that_fails_for_less_than_the_lease(
    impatient: GCSBucket, store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    sound = store.fault
    with JobLock(impatient, "dogs", settings=SHORT) as lock:
        store.fault = lambda _, __: refusal(503, "Try again")
        wait_until(lambda: "could not be renewed, trying again" in caplog.text)
        lock.check()
        store.fault = sound
        time.sleep(2 * SHORT.lease_s)
        lock.check()
    assert recorded(impatient)["state"] == "released"


def test_renewals_that_succeed_unseen_do_not_lose_the_lock(
    impatient: GCSBucket, store: FaultyStore
) -> None:
    sound = store.fault

    def lose_the_answer(_: object, pass_on: Callable[[], object]) -> None:
        pass_on()

    with JobLock(impatient, "dogs", settings=SHORT) as lock:
        version = impatient.info("dogs/lock").version
        store.seen.clear()
        store.fault = lose_the_answer
        wait_until(lambda: len(store.seen) > 3)
        store.fault = sound
        time.sleep(1.5 * SHORT.lease_s)
        lock.check()
        assert impatient.info("dogs/lock").version != version
    assert recorded(impatient)["state"] == "released"


def test_a_store_that_fails_for_longer_than_the_lease_ends_the_right_to_publish(
    impatient: GCSBucket, store: FaultyStore
) -> None:
    with JobLock(impatient, "dogs", settings=SHORT) as lock:
        store.fault = lambda _, __: refusal(503, "Try again")
        wait_until(lambda: not _holds(lock), within_s=3 * SHORT.lease_s)


def test_a_store_that_cannot_be_reached_is_not_taken_for_a_held_lock(
    impatient: GCSBucket, store: FaultyStore
) -> None:
    store.fault = lambda _, __: refusal(403, "no access")
    with pytest.raises(BucketAccessError, match="Grant the job's account"):
        JobLock(impatient, "dogs").__enter__()


def test_a_failing_release_hides_no_error_of_the_run(
    impatient: GCSBucket, store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_while_the_store_fails() -> None:
        store.fault = lambda _, __: refusal(503, "Try again")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), JobLock(impatient, "dogs"):
        fail_while_the_store_fails()
    assert "is not released, it runs out by itself" in caplog.text


# --- a program that ends by a signal ---


class Interruption(BaseException):
    """Comes at any line, as the end by a signal does."""


class InterruptedBucket(CountingBucket):
    """A bucket whose next write is done, and the caller never learns of it."""

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        super().create(name, data, kind)
        raise Interruption


def test_a_lock_whose_taking_was_interrupted_is_released(bucket: Bucket) -> None:
    with pytest.raises(Interruption):
        JobLock(InterruptedBucket(bucket), "dogs").__enter__()
    assert recorded(bucket)["state"] == "held"
    release_open_locks()
    assert recorded(bucket)["state"] == "released"


def test_a_lock_that_nobody_was_told_of_is_released(bucket: Bucket) -> None:
    lock = JobLock(bucket, "dogs")
    lock.__enter__()
    release_open_locks()
    assert recorded(bucket)["state"] == "released"
    with pytest.raises(PublishError):
        lock.check()
    lock.__exit__(None, None, None)


def test_only_ones_own_lock_is_released(bucket: Bucket) -> None:
    context = multiprocessing.get_context("spawn")
    start, results, done = context.Barrier(1), context.SimpleQueue(), context.Event()
    other = context.Process(target=_hold_until, args=(bucket.url, start, results, done))
    other.start()
    assert results.get() == "held"
    with pytest.raises(LockedError):
        JobLock(bucket, "dogs").__enter__()
    release_open_locks()
    assert recorded(bucket)["state"] == "held"
    done.set()
    other.join()


# --- races ---


@pytest.mark.parametrize("present", ["nothing", "released", "expired"])
def test_of_sixteen_racing_threads_exactly_one_gets_the_lock(
    bucket: Bucket, clock: HandSetClock, present: str
) -> None:
    if present != "nothing":
        earlier = JobLock(bucket, "dogs", settings=USUAL, clock=clock)
        earlier.__enter__()
        earlier._ended.set()
        if present == "released":
            earlier.__exit__(None, None, None)
        clock.move(100)
    start = threading.Barrier(16)

    def racer(_: int) -> JobLock | None:
        lock = JobLock(bucket, "dogs", settings=USUAL, clock=clock)
        start.wait()
        try:
            return lock.__enter__()
        except LockedError:
            return None

    with ThreadPoolExecutor(16) as pool:
        winners = [lock for lock in pool.map(racer, range(16)) if lock is not None]
    assert len(winners) == 1
    winners[0].check()
    winners[0].__exit__(None, None, None)


def test_of_racing_processes_exactly_one_gets_the_lock(bucket: Bucket) -> None:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4), context.SimpleQueue()
    done = context.Event()
    processes = [
        context.Process(target=_hold_until, args=(bucket.url, start, results, done))
        for _ in range(4)
    ]
    for process in processes:
        process.start()
    outcomes = sorted(results.get() for _ in processes)
    done.set()
    for process in processes:
        process.join()
    assert outcomes == ["held", "locked", "locked", "locked"]
    assert recorded(bucket)["state"] == "released"


def _hold_until(
    url: str,
    start: threading.Barrier,
    results: multiprocessing.SimpleQueue[str],
    done: threading.Event,
) -> None:
    lock = JobLock(open_bucket(url), "dogs")
    start.wait()
    try:
        with lock:
            results.put("held")
            done.wait(30)
    except LockedError:
        results.put("locked")
