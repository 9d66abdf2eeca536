"""What every cloud store's bucket does where answers get to other requests; for each vendor once.

The requests go through a relay on a real socket that keeps its connections open.
"""

from __future__ import annotations

import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import pytest

from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.errors import BucketAccessError, ObjectChangedError, ObjectError
from jobs.testing.clouds.bad_answers import OneBehind, PassOn, always, given_twice
from jobs.testing.clouds.fault_suite import LATE_S, QUICK
from jobs.testing.clouds.relay import Answer, FaultyStore, Request, relay_to
from jobs.testing.clouds.server import Server

NAMES = [f"{number:02}.jpg" for number in range(20)]
# As long as each other, so that no length gives one away.
CONTENTS = {name: (name * 9_000).encode() for name in NAMES}

PATIENT = dataclasses.replace(QUICK, retry=dataclasses.replace(QUICK.retry, deadline_s=20.0))


class CloudLateAnswers(ABC):
    """A subclass supplies the vendor's names and server."""

    host_variable: ClassVar[str]
    scheme: ClassVar[str]

    @staticmethod
    @abstractmethod
    def open(url: str, settings: CloudSettings) -> CloudBucket:
        """Return a bucket of the vendor's."""

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
    def bucket(self, store: FaultyStore, server: Server) -> CloudBucket:
        bucket_name = server.make_bucket()
        for name, content in CONTENTS.items():
            server.put(bucket_name, name, content)
        return self.open(f"{self.scheme}://{bucket_name}", PATIENT)

    @pytest.mark.parametrize("is_listed", [False, True])
    def test_no_image_is_another_ones(
        self, bucket: CloudBucket, store: FaultyStore, is_listed: bool
    ) -> None:
        if is_listed:
            assert [found.name for found in bucket.list()] == NAMES
        store.fault = behind = OneBehind()
        assert {name: bucket.read(name).data for name in NAMES} == CONTENTS
        assert behind.wrong >= len(NAMES) // 2

    def test_no_image_is_another_ones_where_many_threads_read(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = behind = OneBehind()
        asked = NAMES * 4
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda name: bucket.read(name).data, asked))
        assert found == [CONTENTS[name] for name in asked]
        assert behind.wrong >= 8

    def test_no_copy_is_another_ones(
        self, bucket: CloudBucket, store: FaultyStore, tmp_path: Path
    ) -> None:
        store.fault = OneBehind()
        for name in NAMES[:6]:
            assert bucket.local_copy(name, tmp_path).read_bytes() == CONTENTS[name]

    @pytest.mark.parametrize("with_version", [False, True])
    def test_no_part_is_another_one_or_anothers(
        self, bucket: CloudBucket, store: FaultyStore, with_version: bool
    ) -> None:
        versions = {found.name: found.version for found in bucket.list()}
        store.fault = behind = OneBehind()
        for name in NAMES[:6]:
            for start in (3, 1_000, 30_000):
                version = versions[name] if with_version else None
                found = bucket.read_part(name, start, 2_001, version)
                assert found == CONTENTS[name][start : start + 2_001]
        assert behind.wrong >= 6

    def test_no_listing_is_another_one(self, bucket: CloudBucket, store: FaultyStore) -> None:
        store.fault = behind = OneBehind()
        for prefix in ("0", "1", "2", "3", "1", "0", "05", "", "none", "0", "nobody"):
            expected = [name for name in NAMES if name.startswith(prefix)]
            assert [found.name for found in bucket.list(prefix)] == expected
        assert behind.wrong >= 5

    def test_no_page_of_a_listing_is_another_one(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        small = dataclasses.replace(PATIENT, page_size=3)
        store.fault = OneBehind()
        assert [found.name for found in self.open(bucket.url, small).list()] == NAMES

    def test_no_head_is_another_ones(self, bucket: CloudBucket, store: FaultyStore) -> None:
        versions = {found.name: found.version for found in bucket.list()}
        fresh = self.open(bucket.url, PATIENT)
        store.fault = OneBehind()
        assert {name: fresh.info(name).version for name in NAMES} == versions

    def test_what_comes_unasked_is_not_the_next_answer(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        store.fault = always(given_twice)
        assert {name: bucket.read(name).data for name in NAMES} == CONTENTS
        for name in NAMES[:3]:
            assert bucket.read_part(name, 5, 10) == CONTENTS[name][5:15]
        assert [found.name for found in bucket.list("0")] == NAMES[:10]

    def test_an_answer_that_stays_another_ones_is_an_error_that_names_the_object(
        self, store: FaultyStore, bucket: CloudBucket
    ) -> None:
        quick = self.open(bucket.url, QUICK)
        answers: list[Answer] = []

        def first_one_again(request: Request, pass_on: PassOn) -> Answer:
            if "02.jpg" not in request.path or not _is_download(request):
                answers.append(pass_on())
                return answers[-1]
            return answers[0]

        store.fault = first_one_again
        assert quick.read("01.jpg").data == CONTENTS["01.jpg"]
        started = time.monotonic()
        with pytest.raises(BucketAccessError, match=r"02\.jpg: .*something else than was asked"):
            quick.read("02.jpg")
        assert time.monotonic() - started < QUICK.retry.deadline_s + LATE_S

    def test_an_object_that_was_overwritten_since_it_was_listed_is_read(
        self, bucket: CloudBucket, server: Server
    ) -> None:
        listed = next(iter(bucket.list()))
        server.put(bucket.url.rpartition("/")[2], listed.name, b"newer")
        assert bucket.read(listed.name).data == b"newer"
        with pytest.raises(ObjectChangedError):
            bucket.read_part(listed.name, 0, 3, listed.version)

    def test_an_image_that_is_not_there_is_not_another_one(
        self, bucket: CloudBucket, store: FaultyStore
    ) -> None:
        bucket.read(NAMES[0])
        store.fault = OneBehind()
        for number in range(4):
            with pytest.raises(ObjectError):
                bucket.read(f"missing/{number}")
            assert bucket.read(NAMES[number]).data == CONTENTS[NAMES[number]]


def _is_download(request: Request) -> bool:
    return request.method == "GET" and ("alt=media" in request.path or "drift" in request.path)
