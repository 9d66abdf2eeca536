"""What every cloud store's bucket does on bad days; subclassed once for each vendor.

Every fault is a real answer on a real socket.
"""

from __future__ import annotations

import contextlib
import dataclasses
import resource
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from jobs.buckets.bucket import HTML
from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.retrying import RetrySettings
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
    ObjectTooLargeError,
)
from tests.support.bad_answers import (
    Bad,
    PassOn,
    always,
    cut_short,
    dripping,
    first,
    flipped,
    hung_up,
    lost_answer,
    quietly_cut_short,
    without,
)
from tests.support.faulty_store import Answer, FaultyStore, Request, relay_to
from tests.support.server_process import free_port

CONTENT = bytes(range(256)) * 400
QUICK = CloudSettings(
    retry=RetrySettings(
        deadline_s=3.0,
        connect_timeout_s=1.0,
        read_timeout_s=1.0,
        first_pause_s=0.02,
        longest_pause_s=0.1,
    ),
    download_deadline_s=3.0,
)
# What a call may take beyond its deadline on a busy machine.
LATE_S = 1.5
CALLS: dict[str, Callable[[CloudBucket], object]] = {
    "read": lambda bucket: bucket.read("a.bin"),
    "info": lambda bucket: bucket.info("a.bin"),
    "list": lambda bucket: list(bucket.list()),
    "read_part": lambda bucket: bucket.read_part("a.bin", 0, 500),
    "write": lambda bucket: bucket.write("a.bin", b"new"),
    "create": lambda bucket: bucket.create("new.bin", b"new"),
    "delete": lambda bucket: bucket.delete("a.bin"),
}
LOGIN_PAGE = Answer(
    status=200,
    headers={"Content-Type": "text/html; charset=utf-8"},
    body=b"<html><body>Please log in to this network.</body></html>",
)
BAD_CONTENT: dict[str, Bad] = {
    "hung up": hung_up,
    "flipped": flipped,
    "cut short": cut_short,
    "quietly cut short": quietly_cut_short,
}


class Server(Protocol):
    """A store's server, and ways to it that do not pass through the code under test."""

    @property
    def host(self) -> str:
        """Its URL."""

    def make_bucket(self) -> str:
        """Make an empty bucket; return its name."""

    def put(self, bucket: str, name: str, data: bytes) -> object:
        """Store an object."""

    def get(self, bucket: str, name: str) -> bytes:
        """Return an object's content."""


class CloudFaults(ABC):
    """A subclass supplies the vendor's names, errors and server."""

    # The variable that names the store's address, and what a bucket's URL begins with.
    host_variable: ClassVar[str]
    scheme: ClassVar[str]
    # Whether an answer itself says which request it belongs to.
    sends_marks_back: ClassVar[bool]
    # What is said where the store sends to another server.
    says_of_elsewhere: ClassVar[str]
    # The HTTP headers without which a download cannot be used.
    needed_headers: ClassVar[tuple[str, ...]]

    @staticmethod
    @abstractmethod
    def open(url: str, settings: CloudSettings) -> CloudBucket:
        """Return a bucket of the vendor's."""

    @staticmethod
    @abstractmethod
    def refusal(status: int, message: str = "Try again") -> Answer:
        """Return an error in the store's own form."""

    @staticmethod
    @abstractmethod
    def emptied(page: Answer) -> Answer:
        """Return a page of a listing without what is listed in it."""

    @abstractmethod
    @pytest.fixture
    def server(self) -> Server:
        """The vendor's server."""

    @pytest.fixture
    def store(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
        with relay_to(server.host) as relay:
            monkeypatch.setenv(self.host_variable, relay.host)
            yield relay

    @pytest.fixture
    def name(self, server: Server) -> str:
        bucket_name = server.make_bucket()
        server.put(bucket_name, "a.bin", CONTENT)
        return bucket_name

    @pytest.fixture
    def bucket(self, store: FaultyStore, name: str) -> CloudBucket:
        return self.open(f"{self.scheme}://{name}", QUICK)

    @pytest.fixture
    def warm_bucket(self, bucket: CloudBucket, store: FaultyStore) -> CloudBucket:
        """A bucket whose client is open, which can take a second or two of a deadline."""
        for _ in range(5):
            with contextlib.suppress(BucketAccessError):
                bucket.info("a.bin")
                break
        store.seen.clear()
        return bucket

    def unavailable(self, _: PassOn) -> Answer:
        return self.refusal(503)

    # --- passing faults ---

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

    # --- content that cannot be trusted ---

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
        self, bucket: CloudBucket, store: FaultyStore, body: bytes, call: str
    ) -> None:
        store.fault = lambda _, __: Answer(status=200, body=body)
        with pytest.raises(BucketAccessError):
            CALLS[call](bucket)

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

    # --- what is no store ---

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
        self, warm_bucket: CloudBucket, store: FaultyStore, call: str
    ) -> None:
        store.fault = always(lambda _: LOGIN_PAGE)
        with pytest.raises(BucketAccessError, match=r"something else answered .*prox.*login"):
            CALLS[call](warm_bucket)
        assert len(store.seen) > 2

    def test_a_web_page_that_is_an_object_is_read(
        self, warm_bucket: CloudBucket, store: FaultyStore
    ) -> None:
        warm_bucket.write("report.html", LOGIN_PAGE.body, HTML)
        assert warm_bucket.read("report.html").data == LOGIN_PAGE.body
        assert warm_bucket.read_part("report.html", 1, 4) == LOGIN_PAGE.body[1:5]

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    @pytest.mark.parametrize("call", sorted(CALLS))
    def test_another_server_that_the_store_sends_to_is_asked_nothing(
        self, warm_bucket: CloudBucket, store: FaultyStore, server: Server, call: str, status: int
    ) -> None:
        with relay_to(server.host) as elsewhere:
            store.fault = lambda request, _: Answer(
                status=status, headers={"Location": elsewhere.host + request.path}
            )
            with pytest.raises(BucketAccessError) as caught:
                CALLS[call](warm_bucket)
            assert elsewhere.seen == []
        assert self.says_of_elsewhere in str(caught.value)

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
        monkeypatch.setenv(self.host_variable, f"http://127.0.0.1:{free_port()}")
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
