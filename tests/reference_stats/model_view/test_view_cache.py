"""What a model saw is remembered: by path and picture, whoever writes, whatever is damaged."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError
from reference_stats.feature_cache.compaction import MOST_SMALL_PARTS
from reference_stats.model_view.cache.digests import digest_of, digests_of
from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.cache.view_rows import SeenImages
from reference_stats.model_view.definition import (
    Preprocessing,
    ViewDefinition,
    definition_from,
)
from reference_stats.model_view.views import NO_CLASS, ImageViews
from reference_stats.outcome_columns import OutcomeColumns
from reference_stats.outcomes import FeatureValues, ImageFeatures
from tests.support.counting_bucket import CountingBucket
from tests.support.memory_bucket import MemoryBucket

WIDTH = 5


def definition(**changes: object) -> ViewDefinition:
    how = Preprocessing(height=8, width=8, channels=1, mean=(0.0,), std=(1.0,))
    said: dict[str, object] = {
        "model": "net.onnx",
        "digest": "ab" * 32,
        "kind": "onnx",
        "preprocessing": how,
        "layer": None,
        "runtime": "onnxruntime 1 on cpu",
        "found_layer": "its output",
        "is_output": True,
        "width": WIDTH,
        "classes": 3,
    }
    return ViewDefinition(**{**said, **changes})  # type: ignore[arg-type]


def views_of(numbers: range, width: int = WIDTH) -> ImageViews:
    random = np.random.default_rng(numbers.start)
    return ImageViews(
        embeddings=random.normal(size=(len(numbers), width)).astype(np.float16),
        answers=np.array([[number, np.nan, 0.5] for number in numbers], np.float32),
        classes=np.array([number % 3 if number % 4 else NO_CLASS for number in numbers], np.int32),
        known=np.ones(len(numbers), np.bool_),
    )


def seen(numbers: range, suffix: str = "") -> SeenImages:
    digests = [f"{number:08}{suffix or 'first':>8}".encode() for number in numbers]
    paths = [f"a/{number}.jpg" for number in numbers]
    return SeenImages(paths=paths, digests=digests, views=views_of(numbers))


def same(found: ImageViews, expected: ImageViews) -> None:
    np.testing.assert_array_equal(found.embeddings, expected.embeddings)
    np.testing.assert_array_equal(found.answers, expected.answers)
    np.testing.assert_array_equal(found.classes, expected.classes)
    assert found.known.all()
    assert found.embeddings.dtype == np.float16
    assert (found.answers.dtype, found.classes.dtype) == (np.float32, np.int32)


def loaded(cache: ViewCache, some: SeenImages) -> ImageViews:
    found = cache.load(some.paths)
    places = [found.place(*key) for key in zip(some.paths, some.digests, strict=True)]
    assert None not in places
    return found.take([place for place in places if place is not None])


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


@pytest.fixture
def cache(bucket: MemoryBucket) -> ViewCache:
    return ViewCache(bucket=bucket, prefix="reports", definition=definition())


def test_what_was_seen_is_remembered_to_the_last_bit(cache: ViewCache) -> None:
    every = seen(range(40))
    cache.add(every)
    same(loaded(cache, every), every.views)
    assert len(cache.load(["a/3.jpg", "b.jpg"])) == 1
    assert len(cache.load([])) == 0


def test_parts_lie_below_the_id_of_the_view(bucket: MemoryBucket, cache: ViewCache) -> None:
    cache.add(seen(range(3)))
    (name,) = bucket.objects
    assert name.startswith(f"reports/views/{definition().id}/part-")
    other = ViewCache(bucket=bucket, prefix="reports", definition=definition(digest="cd" * 32))
    assert len(other.load(["a/1.jpg"])) == 0


def test_two_pictures_of_one_name_have_a_view_each(cache: ViewCache) -> None:
    first, second = seen(range(4)), seen(range(100, 104), "second")
    again = SeenImages(paths=first.paths, digests=second.digests, views=second.views)
    cache.add(first)
    cache.add(again)
    same(loaded(cache, first), first.views)
    same(loaded(cache, again), second.views)
    assert not cache.load(first.paths).has(first.paths[0], b"0" * 16)


def test_many_parts_become_few_and_nothing_is_lost(bucket: MemoryBucket, cache: ViewCache) -> None:
    parts = [seen(range(5 * number, 5 * number + 7)) for number in range(MOST_SMALL_PARTS + 2)]
    for one in parts:
        cache.add(one)
        cache.compact()
    assert len(bucket.objects) <= MOST_SMALL_PARTS
    # Where two parts tell of one picture they may differ in the last digit: one of them stays.
    for one in parts:
        assert len(loaded(cache, one)) == 7


def test_the_same_rows_make_the_same_part_in_whatever_order(
    bucket: MemoryBucket, cache: ViewCache
) -> None:
    every = seen(range(9))
    places = np.arange(9)[::-1]
    turned = SeenImages(
        paths=every.paths[::-1], digests=every.digests[::-1], views=every.views.take(places)
    )
    cache.add(every)
    cache.add(turned)
    assert len(bucket.objects) == 1


def test_a_damaged_part_is_ignored_with_a_warning_and_deleted_by_a_merger(
    bucket: MemoryBucket, cache: ViewCache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.add(seen(range(3)))
    (name,) = bucket.objects
    data = bytearray(bucket.read(name).data)
    data[30] ^= 1
    bucket.write(name, bytes(data))
    cache.add(seen(range(10, 13)))
    with caplog.at_level(logging.WARNING):
        found = cache.load(["a/1.jpg", "a/11.jpg"])
    assert len(found) == 1
    assert "ignored this part of the cache of the model's views" in caplog.text
    for number in range(20, 20 + MOST_SMALL_PARTS):
        cache.add(seen(range(number, number + 1)))
    cache.compact()
    assert name not in bucket.objects


def test_a_part_of_another_width_or_with_numbers_that_are_none_is_not_believed(
    bucket: MemoryBucket, cache: ViewCache
) -> None:
    wide = ViewCache(bucket=bucket, prefix="reports", definition=definition(width=WIDTH + 1))
    assert wide.folder == cache.folder
    wide.add(
        SeenImages(paths=["a/0.jpg"], digests=[b"0" * 16], views=views_of(range(1), WIDTH + 1))
    )
    assert len(cache.load(["a/0.jpg"])) == 0
    odd = seen(range(2))
    odd.views.embeddings[0, 2] = np.inf
    cache.add(odd)
    assert len(cache.load(odd.paths)) == 1


def test_a_store_that_cannot_be_listed_is_said(bucket: MemoryBucket, tmp_path: Path) -> None:
    real = CountingBucket(open_bucket(str(tmp_path)))
    cache = ViewCache(bucket=real, prefix="reports", definition=definition())

    def refuse(method: str, name: str) -> None:
        if method == "list":
            raise BucketAccessError(name, "denied")

    real.before = refuse
    with pytest.raises(BucketAccessError):
        cache.load(["a/1.jpg"])


def test_the_digest_of_an_outcome_is_that_of_its_columns() -> None:
    random = np.random.default_rng(1)
    names = ("one", "two", "three")
    outcomes = [
        ImageFeatures(
            values=FeatureValues(names, np.array([place, np.nan, 0.5])),
            deep=False,
            fingerprint=random.bytes(32),
        )
        for place in range(5)
    ]
    columns = OutcomeColumns.of(outcomes, names)
    digests = [digest_of(one) for one in outcomes]
    assert digests_of(columns.fingerprints, columns.numbers) == digests
    assert len(set(digests)) == 5


def test_a_definition_survives_json() -> None:
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    one = definition(class_names=("a", "b", "c"), layer="fc")
    assert definition_from(json.loads(json.dumps(asdict(one)))) == one
    with pytest.raises(ValueError, match="no definition"):
        definition_from({"model": "m"})
