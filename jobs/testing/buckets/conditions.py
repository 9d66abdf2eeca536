"""Conditional writes: of those who write at the same time exactly one succeeds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectChangedError, ObjectExistsError
from jobs.testing.buckets.suite import BucketSuite

RACERS = 16


class ConditionsSuite(BucketSuite):
    """Objects that are created or replaced under a condition."""

    def test_create_refuses_an_existing_object_and_leaves_it_alone(self, bucket: Bucket) -> None:
        version = bucket.create("a.txt", b"first")
        with pytest.raises(ObjectExistsError):
            bucket.create("a.txt", b"second")
        found = bucket.read("a.txt")
        assert (found.data, found.version) == (b"first", version)

    def test_create_works_again_after_a_deletion(self, bucket: Bucket) -> None:
        first = bucket.create("a.txt", b"same")
        bucket.delete("a.txt")
        assert (bucket.create("a.txt", b"same") != first) is self.every_write_is_a_version

    def test_replace_writes_only_over_the_version_it_names(self, bucket: Bucket) -> None:
        first = bucket.write("a.txt", b"first")
        second = bucket.replace("a.txt", b"second", first)
        assert bucket.read("a.txt").version == second
        with pytest.raises(ObjectChangedError):
            bucket.replace("a.txt", b"third", first)
        assert bucket.read("a.txt").data == b"second"

    @pytest.mark.parametrize("version", ["0", "1", "no version", "", "-1"])
    def test_replace_of_a_missing_object_counts_as_changed(
        self, bucket: Bucket, version: str
    ) -> None:
        with pytest.raises(ObjectChangedError):
            bucket.replace("missing.txt", b"content", version)
        assert list(bucket.list()) == []

    def test_of_sixteen_racing_creators_exactly_one_wins(self, bucket: Bucket) -> None:
        for round_number in range(5):
            name = f"race/{round_number}"
            winners = _race(partial(_create, bucket, name))
            assert len(winners) == 1
            assert bucket.read(name).data == b"%d" % winners[0]

    def test_of_sixteen_racing_replacers_exactly_one_wins(self, bucket: Bucket) -> None:
        for round_number in range(5):
            name = f"race/{round_number}"
            version = bucket.write(name, b"start")
            winners = _race(partial(_replace, bucket, name, version))
            assert len(winners) == 1
            assert bucket.read(name).data == b"%d" % winners[0]


def _create(bucket: Bucket, name: str, racer: int) -> None:
    bucket.create(name, b"%d" % racer)


def _replace(bucket: Bucket, name: str, version: str, racer: int) -> None:
    bucket.replace(name, b"%d" % racer, version)


def _race(attempt: Callable[[int], object]) -> list[int]:
    """Let `RACERS` threads attempt the same at once; return those that succeeded."""
    start = Barrier(RACERS)

    def racer(number: int) -> bool:
        start.wait()
        try:
            attempt(number)
        except (ObjectExistsError, ObjectChangedError):
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        results = list(pool.map(racer, range(RACERS)))
    return [number for number, won in enumerate(results) if won]
