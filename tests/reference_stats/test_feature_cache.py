"""The feature cache: what it remembers, what it forgets, and what it ignores."""

from __future__ import annotations

import hashlib
import io
import logging
import time
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from jobs.errors import BucketAccessError
from reference_stats.cache import CacheEntry, FeatureCache
from reference_stats.features.registry import FEATURES, feature_names, feature_set_id
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    UnreadableImage,
    UnreadableReason,
)
from tests.support.memory_bucket import MemoryBucket

BROKEN = UnreadableImage(reason=UnreadableReason.BROKEN, detail="JPEG: bad Huffman code")


def _features(seed: int = 0, *, deep: bool = False) -> ImageFeatures:
    numbers = np.random.default_rng(seed).standard_normal(len(FEATURES))
    numbers[-1] = np.nan
    return ImageFeatures(
        values=FeatureValues(feature_names(), numbers),
        deep=deep,
        fingerprint=bytes([seed]) * FINGERPRINT_BYTES,
    )


def _entry(path: str, outcome: ImageFeatures | UnreadableImage, version: str = "1") -> CacheEntry:
    return CacheEntry(path=path, version=version, outcome=outcome)


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


@pytest.fixture
def cache(bucket: MemoryBucket) -> FeatureCache:
    return FeatureCache(bucket=bucket, prefix="reports")


def test_an_empty_cache_knows_nothing(cache: FeatureCache) -> None:
    known = cache.load()
    assert len(known) == 0
    assert known.find("a.jpg") is None


def test_what_was_added_comes_back_bit_by_bit(cache: FeatureCache) -> None:
    outcomes = {
        "a.jpg": _features(1),
        "gs://other/ü b.png": _features(2, deep=True),
        "c.gif": BROKEN,
    }
    cache.add([_entry(path, outcome) for path, outcome in outcomes.items()])
    known = cache.load()
    assert {path: known.find(path) for path in outcomes} == outcomes


def test_parts_lie_below_the_feature_set_and_are_named_by_their_content(
    cache: FeatureCache, bucket: MemoryBucket
) -> None:
    cache.add([_entry("a.jpg", _features(1))])
    cache.add([_entry("a.jpg", _features(1))])
    cache.add([_entry("b.jpg", _features(2))])
    names = sorted(bucket.objects)
    assert len(names) == 2
    folder = f"reports/features/{feature_set_id()}/part-"
    assert all(name.startswith(folder) and name.endswith(".parquet") for name in names)


def test_adding_nothing_writes_nothing(cache: FeatureCache, bucket: MemoryBucket) -> None:
    cache.add([])
    assert bucket.objects == {}


def test_another_feature_set_starts_anew(cache: FeatureCache, bucket: MemoryBucket) -> None:
    cache.add([_entry("a.jpg", _features(1))])
    newer = (replace(FEATURES[0], version=99), *FEATURES[1:])
    assert len(FeatureCache(bucket=bucket, prefix="reports", features=newer).load()) == 0


def test_a_part_from_before_there_were_fingerprints_is_not_read(
    cache: FeatureCache, bucket: MemoryBucket
) -> None:
    cache.add([_entry("a.jpg", _features(1))])
    (name,) = bucket.objects
    table = pq.read_table(io.BytesIO(bucket.objects[name].data)).drop(["fingerprint"])
    target = io.BytesIO()
    pq.write_table(table, target)
    digest = hashlib.sha256(target.getvalue()).hexdigest()[:16]
    bucket.write(f"{cache.folder}part-{digest}.parquet", target.getvalue())
    bucket.delete(name)
    assert cache.load().find("a.jpg") is None
    definitions = "\n".join(sorted(f"{one.name}:{one.version}" for one in FEATURES))
    before = "fs-" + hashlib.sha256(definitions.encode()).hexdigest()[:12]
    assert before not in cache.folder


def test_by_version_an_image_is_only_known_as_it_was_read(cache: FeatureCache) -> None:
    cache.add([_entry("a.jpg", _features(1), "v1"), _entry("a.jpg", _features(2), "v2")])
    known = cache.load(by_version=True)
    assert known.find("a.jpg", "v1") == _features(1)
    assert known.find("a.jpg", "v2") == _features(2)
    assert known.find("a.jpg", "v3") is None
    assert known.has_path("a.jpg")
    assert not known.has_path("b.jpg")


def test_features_win_over_an_older_refusal(cache: FeatureCache) -> None:
    small = UnreadableImage(reason=UnreadableReason.TOO_MANY_PIXELS, limit=10)
    large = replace(small, limit=20)
    for outcome in (large, small):
        cache.add([_entry("a.jpg", outcome)])
    assert cache.load().find("a.jpg") == large
    cache.add([_entry("a.jpg", _features(1))])
    assert cache.load().find("a.jpg") == _features(1)


def test_a_lack_of_memory_is_not_remembered(cache: FeatureCache, bucket: MemoryBucket) -> None:
    cache.add([_entry("a.jpg", UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY))])
    assert bucket.objects == {}


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "refused"])
def test_a_part_that_cannot_be_read_is_ignored_with_a_warning(
    damage: str, cache: FeatureCache, bucket: MemoryBucket, caplog: pytest.LogCaptureFixture
) -> None:
    cache.add([_entry("a.jpg", _features(1))])
    (name,) = bucket.objects
    data = bucket.objects[name].data
    cache.add([_entry("b.jpg", _features(2))])
    if damage == "cut":
        bucket.write(name, data[: len(data) // 2])
    elif damage == "changed":
        bucket.write(name, data[:200] + bytes([data[200] ^ 1]) + data[201:])
    elif damage == "foreign":
        bucket.write(name, b"no Parquet at all")
    else:
        bucket.refused.add(name)
    with caplog.at_level(logging.WARNING):
        known = cache.load()
    assert known.find("a.jpg") is None
    assert known.find("b.jpg") == _features(2)
    assert name in caplog.text


def test_an_unreachable_bucket_is_an_error_of_adding(
    cache: FeatureCache, bucket: MemoryBucket
) -> None:
    bucket.refused.add("reports/")
    with pytest.raises(BucketAccessError):
        cache.add([_entry("a.jpg", _features(1))])


def test_a_hundred_thousand_images_load_in_well_under_a_second(cache: FeatureCache) -> None:
    outcome = _features(1)
    for part in range(20):
        cache.add([_entry(f"images/{part}_{number}.jpg", outcome) for number in range(5_000)])
    begin = time.perf_counter()
    known = cache.load()
    took_s = time.perf_counter() - begin
    assert len(known) == 100_000
    # About 0.2 s; the bound leaves room for a busy machine.
    assert took_s < 2
