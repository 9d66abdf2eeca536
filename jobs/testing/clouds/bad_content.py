"""Answers that cannot be trusted: they are asked for again, and never returned."""

from __future__ import annotations

import dataclasses
import resource
import time
from pathlib import Path

import pytest

from jobs.buckets.cloud import CloudBucket
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectTooLargeError,
)
from jobs.testing.clouds.bad_answers import (
    Bad,
    PassOn,
    always,
    cut_short,
    first,
    flipped,
    quietly_cut_short,
    without,
)
from jobs.testing.clouds.fault_suite import CALLS, CONTENT, QUICK, FaultSuite
from jobs.testing.clouds.relay import Answer, FaultyStore, Request
from jobs.testing.clouds.server import Server


class BadContentSuite(FaultSuite):
    """Content, listings and errors that are damaged, endless or too large."""

    def test_a_copy_for_which_there_is_no_room_names_the_object_and_leaves_no_file(
        self, bucket: CloudBucket, tmp_path: Path
    ) -> None:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        try:
            with pytest.raises(BucketAccessError, match=r"a\.bin: it could not be copied.*room"):
                bucket.local_copy("a.bin", tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list(tmp_path.iterdir()) == []

    def test_damage_after_other_failures_has_all_its_attempts(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        def fault(request: Request, pass_on: PassOn) -> Answer | None:
            if request.number < 5:
                return self.unavailable(pass_on)
            return flipped(pass_on) if request.number < 8 else pass_on()

        store.fault = fault
        assert bucket.read("a.bin").data == CONTENT

    @pytest.mark.parametrize("bad", [flipped, quietly_cut_short])
    def test_content_that_is_never_right_is_never_returned(
        self, bucket: CloudBucket, store: FaultyStore, bad: Bad, tmp_path: Path
    ) -> None:
        store.fault = always(bad)
        self._assert_never_returned(bucket, store, tmp_path)

    def test_content_without_what_it_needs_is_never_returned(
        self, bucket: CloudBucket, store: FaultyStore, tmp_path: Path
    ) -> None:
        for header in self.needed_headers:
            store.seen.clear()
            store.fault = always(without(header))
            self._assert_never_returned(bucket, store, tmp_path)

    def _assert_never_returned(self, bucket: CloudBucket, store: FaultyStore, folder: Path) -> None:
        with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
            bucket.read("a.bin")
        assert len(store.seen) == QUICK.damaged_attempts
        with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
            bucket.local_copy("a.bin", folder)
        assert list(folder.iterdir()) == []

    def test_a_part_that_is_cut_short_is_asked_for_again(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = first(2, cut_short)
        assert bucket.read_part("a.bin", 100, 5000) == CONTENT[100:5100]
        assert len(store.seen) == 3

    def test_a_read_cut_short_and_then_damaged_is_not_pieced_together(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        def fault(request: Request, pass_on: PassOn) -> Answer | None:
            return {0: cut_short, 1: flipped}.get(request.number, lambda go: go())(pass_on)

        store.fault = fault
        assert bucket.read("a.bin").data == CONTENT
        assert len(store.seen) == 3

    def test_a_read_has_content_and_version_from_one_response(
        self, bucket: CloudBucket, store: FaultyStore, server: Server, name: str
    ) -> None:
        def change_after(pass_on: PassOn) -> Answer:
            answer = pass_on()
            server.put(name, "a.bin", b"newer")
            return answer

        store.fault = first(1, change_after)
        found = bucket.read("a.bin")
        assert found.data == CONTENT
        with pytest.raises(ObjectChangedError):
            bucket.replace("a.bin", b"over the newer one", found.version)

    @pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"items": 5}', b"<a", b"\xff\xfe"])
    @pytest.mark.parametrize("call", ["info", "list", "write"])
    def test_an_answer_that_makes_no_sense_is_an_error_of_the_store(
        self, brief_bucket: CloudBucket, store: FaultyStore, body: bytes, call: str
    ) -> None:
        store.fault = lambda _, __: Answer(status=200, body=body)
        with pytest.raises(BucketAccessError):
            CALLS[call](brief_bucket)

    def test_of_a_part_no_more_is_taken_than_was_asked_for(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = lambda _, pass_on: dataclasses.replace(pass_on(), body=CONTENT)
        with pytest.raises(BucketAccessError, match="damaged"):
            bucket.read_part("a.bin", 100, 500)

    def test_of_what_is_said_of_an_error_only_the_beginning_is_taken(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        long = dataclasses.replace(self.refusal(403), body=bytes(200_000_000))
        store.fault = lambda _, __: long
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for call in ("read", "info", "list", "write"):
            with pytest.raises(BucketAccessError):
                CALLS[call](bucket)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000

    # --- objects that are too large ---

    def test_of_an_object_that_is_too_large_only_the_head_is_awaited(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        version = bucket.info("a.bin").version
        store.fault = lambda _, pass_on: dataclasses.replace(pass_on(), pause_s=0.5)
        started = time.monotonic()
        with pytest.raises(ObjectTooLargeError) as caught:
            bucket.read("a.bin", most_bytes=len(CONTENT) - 1)
        assert time.monotonic() - started < 2
        assert (caught.value.size_bytes, caught.value.version) == (len(CONTENT), version)
        assert len(store.seen) == 2

    def test_an_object_that_is_no_larger_than_allowed_is_read(self, bucket: CloudBucket) -> None:
        assert bucket.read("a.bin", most_bytes=len(CONTENT)).data == CONTENT
