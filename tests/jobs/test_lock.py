"""The lock of a job: one holder at a time, a lease that runs out, and nothing deleted."""

import json
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket
from jobs.buckets.gcs import GCSBucket, GCSSettings
from jobs.buckets.registry import open_bucket
from jobs.buckets.retrying import RetrySettings
from jobs.errors import ExitCode, LockedError, PublishError
from jobs.lock import JobLock, LeaseSettings
from tests.support.faulty_proxy import lose_the_answer, proxy_before, status

NOW = datetime(2025, 3, 4, 12, tzinfo=UTC)
SHORT = LeaseSettings(lease_s=0.6, renew_s=0.1, retry_s=0.05, skew_s=0.1)


@pytest.fixture(params=["folder", "gcs"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    if request.param == "folder":
        return open_bucket(str(tmp_path))
    return open_bucket(f"gs://{request.getfixturevalue('gcs_server').make_bucket()}")


def lease(bucket: Bucket) -> dict[str, object]:
    found = json.loads(bucket.read("dogs/lock").data)
    assert isinstance(found, dict)
    return found


def fixed(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_a_held_lock_says_who_holds_it_and_a_released_one_stays_as_an_object(bucket):
    with JobLock(bucket, "dogs", clock=fixed(NOW)) as lock:
        lock.check()
        held = lease(bucket)
        assert held["state"] == "held"
        assert held["expires"] == (NOW + timedelta(seconds=60)).isoformat()
        assert {"owner", "host", "pid", "started"} <= held.keys()
    assert lease(bucket)["state"] == "released"


def test_a_second_run_is_told_who_holds_the_lock(bucket):
    with (
        JobLock(bucket, "dogs", clock=fixed(NOW)),
        pytest.raises(LockedError, match="another run of the job holds the lock: ") as caught,
    ):
        JobLock(bucket, "dogs", clock=fixed(NOW + timedelta(seconds=59))).__enter__()
    assert caught.value.exit_code is ExitCode.LOCKED


def test_a_released_lock_is_taken_at_once(bucket):
    for _ in range(3):
        with JobLock(bucket, "dogs", clock=fixed(NOW)) as lock:
            lock.check()


def test_another_job_has_a_lock_of_its_own(bucket):
    with JobLock(bucket, "dogs"), JobLock(bucket, "cats") as lock:
        lock.check()


def test_a_lease_that_ran_out_is_taken_over_and_said_so(bucket, caplog):
    dead = JobLock(bucket, "dogs", clock=fixed(NOW))
    dead.__enter__()
    later = fixed(NOW + timedelta(seconds=90))
    with caplog.at_level(logging.WARNING), JobLock(bucket, "dogs", clock=later) as lock:
        assert "taken over from process" in caplog.text
        lock.check()
        dead.__exit__(None, None, None)
        assert lease(bucket)["state"] == "held"
    with pytest.raises(PublishError):
        dead.check()


def test_a_run_that_lost_its_lease_publishes_nothing(bucket):
    moment = [NOW]
    with JobLock(bucket, "dogs", clock=lambda: moment[0]) as lock:
        lock.check()
        moment[0] += timedelta(seconds=61)
        with pytest.raises(PublishError, match="no longer holds the job's lock") as caught:
            lock.check()
    assert caught.value.exit_code is ExitCode.PUBLISH


def test_a_lease_is_renewed_while_the_run_lives(bucket):
    with JobLock(bucket, "dogs", settings=SHORT) as lock:
        first = lease(bucket)["renewed"]
        time.sleep(1.5)
        lock.check()
        assert lease(bucket)["renewed"] != first
        with pytest.raises(LockedError):
            JobLock(bucket, "dogs", settings=SHORT).__enter__()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff"])
def test_an_object_that_is_no_lock_is_left_alone(bucket, content):
    bucket.write("dogs/lock", content)
    with pytest.raises(LockedError, match="no lock of this program"):
        JobLock(bucket, "dogs").__enter__()
    assert bucket.read("dogs/lock").data == content


def test_of_sixteen_threads_one_gets_the_lock(bucket):
    won: list[JobLock] = []
    start = threading.Barrier(16)

    def race() -> None:
        lock = JobLock(bucket, "dogs")
        start.wait()
        try:
            lock.__enter__()
        except LockedError:
            return
        won.append(lock)

    threads = [threading.Thread(target=race) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    won[0].__exit__(None, None, None)


def _try_to_lock(url: str, start: object, results: object) -> None:
    lock = JobLock(open_bucket(url), "dogs")
    start.wait()
    try:
        lock.__enter__()
    except LockedError:
        results.put(False)
    else:
        results.put(True)
        time.sleep(1)


def test_of_four_processes_one_gets_the_lock(bucket):
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=_try_to_lock, args=(bucket.url, start, results)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert sorted(results.get(timeout=5) for _ in range(4)) == [False, False, False, True]


def test_a_renewal_that_fails_for_a_moment_is_tried_again(gcs_server, monkeypatch):
    with proxy_before(gcs_server.host) as proxy:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.host)
        quick = RetrySettings(deadline_s=0.3, first_pause_s=0.01, longest_pause_s=0.05)
        bucket = GCSBucket(f"gs://{gcs_server.make_bucket()}", GCSSettings(retry=quick))
        settings = LeaseSettings(lease_s=3, renew_s=0.2, retry_s=0.05, skew_s=0.1)
        with JobLock(bucket, "dogs", settings=settings) as lock:
            first = lease(bucket)["renewed"]
            proxy.fail("POST", *[status(503)] * 8, lose_the_answer)
            time.sleep(2)
            lock.check()
            assert lease(bucket)["renewed"] != first
