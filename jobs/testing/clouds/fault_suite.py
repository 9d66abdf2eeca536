"""What every suite of tests with faults needs: a store that can be broken, and its bucket."""

from __future__ import annotations

import contextlib
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.retrying import RetrySettings
from jobs.errors import (
    BucketAccessError,
)
from jobs.testing.clouds.bad_answers import (
    PassOn,
)
from jobs.testing.clouds.relay import Answer, FaultyStore, relay_to
from jobs.testing.clouds.server import Server

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
# For failures that last, of which a call is to say what it says when it gives up; that it gives up
# in time is shown with the deadlines above.
BRIEF = dataclasses.replace(
    QUICK,
    retry=dataclasses.replace(QUICK.retry, deadline_s=1.5),
    download_deadline_s=1.5,
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


class FaultSuite(ABC):
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
        """Return the vendor's server."""

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
        """Return a bucket whose client is open: opening can take a second or two of a deadline."""
        return _warmed(bucket, store)

    @pytest.fixture
    def brief_bucket(self, store: FaultyStore, name: str) -> CloudBucket:
        """Return a bucket whose client is open and that soon gives up."""
        return _warmed(self.open(f"{self.scheme}://{name}", BRIEF), store)

    def unavailable(self, _: PassOn) -> Answer:
        return self.refusal(503)


def _warmed(bucket: CloudBucket, store: FaultyStore) -> CloudBucket:
    for _ in range(5):
        with contextlib.suppress(BucketAccessError):
            bucket.info("a.bin")
            break
    store.seen.clear()
    return bucket
