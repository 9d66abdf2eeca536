"""Faults that pass: the bucket tries again, and nothing is lost or written twice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from jobs.buckets.cloud import CloudBucket
from jobs.errors import (
    BucketAccessError,
    ObjectExistsError,
)
from jobs.testing.clouds.bad_answers import (
    Bad,
    PassOn,
    cut_short,
    first,
    flipped,
    hung_up,
    lost_answer,
    quietly_cut_short,
)
from jobs.testing.clouds.fault_suite import CALLS, CONTENT, QUICK, FaultSuite
from jobs.testing.clouds.relay import Answer, FaultyStore, Request
from jobs.testing.clouds.server import Server

BAD_CONTENT: dict[str, Bad] = {
    "hung up": hung_up,
    "flipped": flipped,
    "cut short": cut_short,
    "quietly cut short": quietly_cut_short,
}


class PassingFaultsSuite(FaultSuite):
    """The store fails for some requests and works again."""

    @pytest.mark.parametrize("bad", ["unavailable", *BAD_CONTENT])
    @pytest.mark.parametrize("copied", [False, True])
    def test_content_survives_two_faults(
        self, bucket: CloudBucket, store: FaultyStore, bad: str, copied: bool, tmp_path: Path
    ) -> None:
        store.fault = first(2, BAD_CONTENT.get(bad, self.unavailable))
        if copied:
            assert bucket.local_copy("a.bin", tmp_path).read_bytes() == CONTENT
            assert len(list(tmp_path.iterdir())) == 1
        else:
            assert bucket.read("a.bin").data == CONTENT
        # After requests without an answer the object's metadata says whose the next one is.
        asked_more = bad == "hung up" and not self.sends_marks_back
        assert len(store.seen) == 3 + asked_more

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    @pytest.mark.parametrize("call", sorted(CALLS))
    def test_every_call_survives_every_passing_status(
        self, bucket: CloudBucket, store: FaultyStore, status: int, call: str
    ) -> None:
        store.fault = first(2, lambda _: self.refusal(status))
        CALLS[call](bucket)
        assert len(store.seen) == 3

    def test_a_fault_between_two_pages_loses_and_repeats_no_object(
        self, store: FaultyStore, server: Server
    ) -> None:
        bucket_name = server.make_bucket()
        names = [f"{number:02}" for number in range(20)]
        for object_name in names:
            server.put(bucket_name, object_name, b"")
        bads = [hung_up, self.unavailable, cut_short]
        store.fault = lambda request, pass_on: (
            pass_on() if request.number % 2 else bads[request.number // 2 % 3](pass_on)
        )
        settings = dataclasses.replace(QUICK, page_size=3)
        bucket = self.open(f"{self.scheme}://{bucket_name}", settings)
        assert [found.name for found in bucket.list()] == names

    def test_a_listing_that_goes_in_a_circle_is_an_error(
        self, store: FaultyStore, server: Server
    ) -> None:
        bucket_name = server.make_bucket()
        for number in range(20):
            server.put(bucket_name, f"{number:02}", b"")
        pages: list[Answer] = []

        def circling(_: Request, pass_on: PassOn) -> Answer:
            pages.append(pass_on())
            return pages[1] if len(pages) > 3 else pages[-1]

        store.fault = circling
        settings = dataclasses.replace(QUICK, page_size=3)
        with pytest.raises(BucketAccessError, match="does not come in order"):
            list(self.open(f"{self.scheme}://{bucket_name}", settings).list())

    def test_a_listing_without_end_is_an_error(self, store: FaultyStore, server: Server) -> None:
        bucket_name = server.make_bucket()
        for number in range(9):
            server.put(bucket_name, f"{number:02}", b"")
        first_page: list[Answer] = []

        def endless(_: Request, pass_on: PassOn) -> Answer:
            first_page.append(pass_on())
            return self.emptied(first_page[0])

        store.fault = endless
        settings = dataclasses.replace(QUICK, page_size=3)
        with pytest.raises(BucketAccessError, match="empty pages in a row"):
            list(self.open(f"{self.scheme}://{bucket_name}", settings).list())

    # --- writes whose answer is lost ---

    def test_a_create_that_succeeded_unseen_counts_as_success(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = first(1, lost_answer)
        version = bucket.create("new", b"content")
        assert version == bucket.info("new").version
        with pytest.raises(ObjectExistsError):
            bucket.create("new", b"content")

    def test_a_replace_that_succeeded_unseen_counts_as_success(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        version = bucket.info("a.bin").version
        seen = len(store.seen)
        store.fault = lambda request, pass_on: (
            lost_answer(pass_on) if request.number < seen + 2 else pass_on()
        )
        new_version = bucket.replace("a.bin", b"new", version)
        assert (bucket.read("a.bin").data, bucket.read("a.bin").version) == (b"new", new_version)

    def test_a_create_whose_answer_is_lost_does_not_take_anothers_object_for_its_own(
        self, bucket: CloudBucket, store: FaultyStore, server: Server, name: str
    ) -> None:
        def another_is_quicker(_: PassOn) -> None:
            server.put(name, "new", b"content")

        store.fault = first(1, another_is_quicker)
        with pytest.raises(ObjectExistsError):
            bucket.create("new", b"content")

    @pytest.mark.parametrize("call", ["read", "info", "read_part"])
    def test_that_an_object_is_missing_is_not_believed_at_once(
        self, bucket: CloudBucket, store: FaultyStore, call: str
    ) -> None:
        CALLS[call](bucket)
        seen = len(store.seen)
        store.fault = lambda request, pass_on: (
            self.refusal(404) if request.number == seen else pass_on()
        )
        CALLS[call](bucket)
        assert len(store.seen) > seen + 1

    def test_a_write_that_something_on_the_way_sends_twice_counts_as_success(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        def twice(pass_on: PassOn) -> Answer:
            pass_on()
            return pass_on()

        store.fault = lambda request, pass_on: (
            pass_on() if request.method in {"GET", "HEAD"} else twice(pass_on)
        )
        version = bucket.create("new", b"content")
        assert version == bucket.info("new").version
        version = bucket.replace("new", b"other", version)
        assert version == bucket.info("new").version
        with pytest.raises(ObjectExistsError):
            bucket.create("new", b"content")
