"""Faults that stay: an error that says the cause, soon after the deadline."""

from __future__ import annotations

import dataclasses
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jobs.buckets.bucket import HTML
from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.errors import (
    BucketAccessError,
    ObjectMissingError,
)
from jobs.testing.clouds.bad_answers import (
    PassOn,
    always,
    dripping,
)
from jobs.testing.clouds.fault_suite import CALLS, LATE_S, QUICK, FaultSuite
from jobs.testing.clouds.relay import Answer, FaultyStore, relay_to
from jobs.testing.clouds.server import Server

LOGIN_PAGE = Answer(
    status=200,
    headers={"Content-Type": "text/html; charset=utf-8"},
    body=b"<html><body>Please log in to this network.</body></html>",
)


@contextmanager
def _no_garbage_search() -> Iterator[None]:
    """Search for no garbage: what is found at the end of a recursion cannot be told of."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class LastingFaultsSuite(FaultSuite):
    """The store keeps failing, or something else answers in its place."""

    @pytest.mark.parametrize("call", sorted(CALLS))
    def test_a_web_page_in_place_of_an_answer_is_forgiven_twice(
        self, warm_bucket: CloudBucket, store: FaultyStore, call: str
    ) -> None:
        pages = [LOGIN_PAGE] * 2
        store.fault = lambda _, pass_on: pages.pop() if pages else pass_on()
        CALLS[call](warm_bucket)
        assert pages == []
        if call == "delete":
            assert "a.bin" not in [found.name for found in warm_bucket.list()]

    @pytest.mark.parametrize("call", sorted(CALLS))
    def test_a_web_page_that_stays_is_an_error_that_speaks_of_proxies(
        self, brief_bucket: CloudBucket, store: FaultyStore, call: str
    ) -> None:
        store.fault = always(lambda _: LOGIN_PAGE)
        with pytest.raises(BucketAccessError, match=r"something else answered .*prox.*login"):
            CALLS[call](brief_bucket)
        assert len(store.seen) > 2

    @pytest.mark.parametrize("status", [200, 204])
    def test_an_empty_answer_is_no_web_page_whatever_its_media_type(
        self, warm_bucket: CloudBucket, store: FaultyStore, status: int
    ) -> None:
        def mistyped(pass_on: PassOn) -> Answer:
            pass_on()
            return Answer(status=status, headers={"Content-Type": "text/html; charset=utf-8"})

        store.fault = always(mistyped)
        warm_bucket.delete("a.bin")
        assert [request.method for request in store.seen] == ["DELETE"]
        store.fault = always(lambda pass_on: pass_on())
        assert list(warm_bucket.list()) == []

    def test_a_web_page_that_is_an_object_is_read(
        self, warm_bucket: CloudBucket, store: FaultyStore
    ) -> None:
        warm_bucket.write("report.html", LOGIN_PAGE.body, HTML)
        assert warm_bucket.read("report.html").data == LOGIN_PAGE.body
        assert warm_bucket.read_part("report.html", 1, 4) == LOGIN_PAGE.body[1:5]

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    @pytest.mark.parametrize("call", sorted(CALLS))
    def test_another_server_that_the_store_sends_to_is_asked_nothing(
        self, brief_bucket: CloudBucket, store: FaultyStore, server: Server, call: str, status: int
    ) -> None:
        with relay_to(server.host) as elsewhere:
            store.fault = lambda request, _: Answer(
                status=status, headers={"Location": elsewhere.host + request.path}
            )
            # Amazon's client follows in a circle until the recursion ends.
            with _no_garbage_search(), pytest.raises(BucketAccessError) as caught:
                CALLS[call](brief_bucket)
            assert elsewhere.seen == []
        assert self.says_of_elsewhere in str(caught.value)

    # --- faults that stay ---

    def test_a_store_that_keeps_failing_is_an_error_soon_after_the_deadline(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = always(self.unavailable)
        started = time.monotonic()
        with pytest.raises(BucketAccessError, match=r"kept failing .*\(503: .*Try again\)"):
            bucket.read("a.bin")
        assert 1.0 < time.monotonic() - started < QUICK.retry.deadline_s + LATE_S

    def test_a_store_that_never_answers_is_an_error_soon_after_the_deadline(
        self, store: FaultyStore, name: str
    ) -> None:
        def hang(_: PassOn) -> None:
            time.sleep(4)

        store.fault = always(hang)
        patient = dataclasses.replace(QUICK.retry, deadline_s=2.0, read_timeout_s=30.0)
        bucket = self.open(f"{self.scheme}://{name}", CloudSettings(retry=patient))
        started = time.monotonic()
        with pytest.raises(BucketAccessError, match="did not answer in full, before the deadline"):
            bucket.info("a.bin")
        assert time.monotonic() - started < 2.0 + LATE_S

    @pytest.mark.parametrize("call", ["info", "list", "read", "read_part", "write"])
    def test_an_answer_that_comes_byte_by_byte_is_cut_off_at_the_deadline(
        self, bucket: CloudBucket, store: FaultyStore, call: str
    ) -> None:
        def drip(pass_on: PassOn) -> Answer:
            # The answer to a question for the head, or to a write, may have no body to wait for.
            return dripping(pass_on if pass_on().body else lambda: self.refusal(400, "x" * 50))

        store.fault = always(drip)
        started = time.monotonic()
        with pytest.raises(BucketAccessError):
            CALLS[call](bucket)
        assert time.monotonic() - started < QUICK.retry.deadline_s + LATE_S

    def test_an_error_that_comes_byte_by_byte_is_cut_off_at_the_deadline(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = lambda _, __: dripping(lambda: self.refusal(403, "x" * 50))
        started = time.monotonic()
        with pytest.raises(BucketAccessError, match="did not answer in full"):
            bucket.read("a.bin")
        assert time.monotonic() - started < QUICK.retry.deadline_s + LATE_S

    def test_a_refused_connection_is_an_error_within_bounded_time(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with relay_to(server.host) as closed:
            # Nobody listens there any more once the relay has ended.
            monkeypatch.setenv(self.host_variable, closed.host)
        url = f"{self.scheme}://some-bucket/job"
        started = time.monotonic()
        with pytest.raises(BucketAccessError) as caught:
            self.open(url, QUICK).read("a.bin")
        assert time.monotonic() - started < QUICK.retry.deadline_s + LATE_S
        assert str(caught.value).startswith(f"{url}/a.bin: the store could not be reached")
        assert "(the connection was refused: " in str(caught.value)
        assert "Check host and port" in str(caught.value)

    def test_a_bucket_that_does_not_exist_is_no_missing_object(self, store: FaultyStore) -> None:
        for call in CALLS.values():
            bucket = self.open(f"{self.scheme}://no-such-bucket", QUICK)
            with pytest.raises(BucketAccessError, match="there is no bucket 'no-such-bucket'"):
                call(bucket)

    def test_whether_the_bucket_exists_is_asked_once_for_many_missing_objects(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        for number in range(5):
            with pytest.raises(ObjectMissingError):
                bucket.info(f"missing/{number}")
        # About each object twice, and once about the bucket.
        assert len(store.seen) == 2 * 5 + 1

    def test_one_read_is_one_request_and_nothing_else_is_asked(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        bucket.read("a.bin")
        time.sleep(0.3)
        assert [request.method for request in store.seen] == ["GET"]
