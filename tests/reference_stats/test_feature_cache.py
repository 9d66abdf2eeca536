"""The feature cache: what it remembers, what it forgets, what it ignores, and what it reads."""

from __future__ import annotations

import hashlib
import io
import logging
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.buckets.bucket import Bucket
from jobs.buckets.folder.bucket import FolderBucket
from jobs.errors import BucketAccessError
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.cached_outcomes import CachedOutcomes
from reference_stats.feature_cache.rows import believed, completed, in_order, row_schema, rows_of
from reference_stats.features.registry import FEATURES, feature_names, feature_set_id
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits
from tests.support.counting_bucket import CountingBucket
from tests.support.memory_bucket import MemoryBucket
from tests.support.remembered import BROKEN, FEW, entry, features, few, parts_of, real_bucket

TOO_MANY = UnreadableImage(reason=UnreadableReason.TOO_MANY_PIXELS, limit=10)
TOO_LARGE = UnreadableImage(reason=UnreadableReason.TOO_LARGE, limit=10)


@pytest.fixture(params=["folder", "gcs"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> CountingBucket:
    return CountingBucket(real_bucket(request, tmp_path))


@pytest.fixture
def cache(bucket: CountingBucket) -> FeatureCache:
    return FeatureCache(bucket=bucket, prefix="reports")


@pytest.fixture
def memory() -> FeatureCache:
    return FeatureCache(bucket=MemoryBucket(), prefix="reports")


# --- what is remembered ---


def test_an_empty_cache_knows_nothing(cache: FeatureCache) -> None:
    known = cache.load(["a.jpg"])
    assert len(known) == 0
    assert known.find("a.jpg") is None


def test_columns_hold_what_each_image_is_found_as(memory: FeatureCache) -> None:
    paths = ["b.jpg", "a.jpg", "gone.jpg", "broken.jpg", "c.jpg"]
    kept = {"a.jpg": features(1), "b.jpg": features(2), "c.jpg": features(3), "broken.jpg": BROKEN}
    memory.add(entry(path, outcome) for path, outcome in kept.items())
    for by_version in (False, True):
        known = memory.load(paths, by_version=by_version)
        version = entry("a.jpg", kept["a.jpg"]).version
        rows = known.rows_of([(path, version) for path in paths] if by_version else paths)
        assert [row < 0 for row in rows.tolist()] == [False, False, True, True, False]
        found = known.columns(rows[rows >= 0])
        assert list(found) == [kept["b.jpg"], kept["a.jpg"], kept["c.jpg"]]
        assert list(found) == [known.find(one, version) for one in ("b.jpg", "a.jpg", "c.jpg")]


def test_what_was_added_comes_back_bit_by_bit(cache: FeatureCache) -> None:
    outcomes = {
        "a.jpg": features(1),
        "gs://other/ü b.png": features(2, deep=True),
        "c.gif": BROKEN,
    }
    cache.add([entry(path, outcome) for path, outcome in outcomes.items()])
    known = cache.load(outcomes)
    assert {path: known.find(path) for path in outcomes} == outcomes


def test_only_what_is_asked_for_is_loaded(cache: FeatureCache) -> None:
    cache.add([entry("a.jpg", features(1)), entry("b.jpg", BROKEN)])
    known = cache.load(["b.jpg", "c.jpg", "b.jpg"])
    assert len(known) == 1
    assert known.find("a.jpg") is None
    assert known.find("b.jpg") == BROKEN


def test_asking_for_nothing_is_answered(cache: FeatureCache) -> None:
    cache.add([entry("a.jpg", features(1))])
    assert len(cache.load([])) == 0


def test_parts_lie_below_the_feature_set_and_are_named_by_their_content(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    cache.add([entry("a.jpg", features(1)), entry("b.jpg", features(2))])
    cache.add([entry("b.jpg", features(2)), entry("a.jpg", features(1))])
    cache.add([entry("b.jpg", features(2))])
    names = parts_of(bucket, cache)
    assert len(names) == 2
    for name in names:
        digest = hashlib.sha256(bucket.read(name).data).hexdigest()[:16]
        assert name == f"reports/features/{feature_set_id()}/part-{digest}.parquet"


def test_a_part_opens_as_a_plain_table(cache: FeatureCache, bucket: CountingBucket) -> None:
    cache.add([entry("a.jpg", features(1, width=640))])
    (name,) = parts_of(bucket, cache)
    frame = pq.read_table(io.BytesIO(bucket.read(name).data)).to_pandas()
    assert frame.loc[0, ["image", "width"]].tolist() == ["a.jpg", 640]


def test_adding_nothing_writes_nothing(cache: FeatureCache, bucket: CountingBucket) -> None:
    cache.add([])
    assert parts_of(bucket, cache) == []


def test_two_feature_sets_over_one_bucket_are_kept_apart(bucket: CountingBucket) -> None:
    newer = (replace(FEATURES[0], version=99), *FEATURES[1:])
    caches = [
        FeatureCache(bucket=bucket, prefix="reports", features=one)
        for one in (FEATURES, newer, FEW)
    ]
    outcomes = [features(1), features(2), few(3)]
    for cache, outcome in zip(caches, outcomes, strict=True):
        assert cache.load(["a.jpg"]).find("a.jpg") is None
        cache.add([entry("a.jpg", outcome)])
    assert [cache.load(["a.jpg"]).find("a.jpg") for cache in caches] == outcomes


def test_a_part_without_hashes_in_its_footer_is_read(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    cache.add([entry(f"{number}.jpg", features(number)) for number in range(3_000)])
    (name,) = parts_of(bucket, cache)
    table = pq.read_table(io.BytesIO(bucket.read(name).data)).replace_schema_metadata(None)
    bucket.delete(name)
    _put_part(bucket, cache, table)
    assert cache.load(["7.jpg"]).find("7.jpg") == features(7)


@pytest.mark.parametrize(
    "reason",
    [UnreadableReason.OUT_OF_MEMORY, UnreadableReason.TOO_SLOW, UnreadableReason.MACHINE],
)
def test_an_accident_of_the_machine_is_not_remembered(
    cache: FeatureCache, bucket: CountingBucket, reason: UnreadableReason
) -> None:
    cache.add([entry("a.jpg", UnreadableImage(reason=reason))])
    assert parts_of(bucket, cache) == []


def test_an_unreachable_bucket_is_an_error_of_adding(cache: FeatureCache) -> None:
    bucket = MemoryBucket()
    bucket.refused.add("reports/")
    with pytest.raises(BucketAccessError):
        replace(cache, bucket=bucket).add([entry("a.jpg", features(1))])


# --- versions and limits ---


def test_by_version_an_image_is_only_known_as_it_was_read(cache: FeatureCache) -> None:
    cache.add([entry("a.jpg", features(1), "v1"), entry("a.jpg", features(2), "v2")])
    known = cache.load(["a.jpg", "b.jpg"], by_version=True)
    assert known.find("a.jpg", "v1") == features(1)
    assert known.find("a.jpg", "v2") == features(2)
    assert known.find("a.jpg", "v3") is None
    assert known.has_path("a.jpg")
    assert not known.has_path("b.jpg")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_versions_of_an_immutable_image_the_newer_generation_is_taken(
    order: tuple[int, int], memory: FeatureCache
) -> None:
    generations = ["999", "1000"]
    for number in order:
        memory.add([entry("a.jpg", features(number), generations[number])])
    assert memory.load(["a.jpg"]).find("a.jpg") == features(1)


def test_features_win_over_an_older_refusal(memory: FeatureCache) -> None:
    memory.add([entry("a.jpg", TOO_MANY)])
    memory.add([entry("a.jpg", features(1))])
    limits = SizeLimits(max_pixels=20)
    assert memory.load(["a.jpg"], limits=limits).find("a.jpg") == features(1)


@pytest.mark.parametrize(
    ("refusal", "limits"),
    [
        (TOO_MANY, SizeLimits(max_pixels=11, max_bytes=1)),
        (TOO_LARGE, SizeLimits(max_pixels=1, max_bytes=11)),
    ],
)
def test_a_refusal_is_forgotten_under_a_larger_limit_of_its_own(
    refusal: UnreadableImage, limits: SizeLimits, memory: FeatureCache
) -> None:
    for limit in (10, 5):
        memory.add([entry("a.jpg", replace(refusal, limit=limit))])
    same = SizeLimits(max_pixels=10, max_bytes=10)
    assert memory.load(["a.jpg"], limits=same).find("a.jpg") == refusal
    assert memory.load(["a.jpg"], limits=limits).find("a.jpg") is None


def test_what_was_broken_under_a_larger_limit_is_not_looked_at_again(memory: FeatureCache) -> None:
    memory.add([entry("a.jpg", TOO_MANY)])
    memory.add([entry("a.jpg", BROKEN)])
    limits = SizeLimits(max_pixels=100)
    assert memory.load(["a.jpg"], limits=limits).find("a.jpg") == BROKEN


@pytest.mark.parametrize(
    "limits", [SizeLimits(max_pixels=640 * 480 - 1), SizeLimits(max_bytes=59_999)]
)
def test_an_image_that_this_run_would_refuse_is_not_taken_from_one_that_did_not(
    limits: SizeLimits, memory: FeatureCache
) -> None:
    known = features(1, width=640, height=480, size_bytes=60_000)
    memory.add([entry("a.jpg", known)])
    assert memory.load(["a.jpg"], limits=limits).find("a.jpg") is None
    enough = SizeLimits(max_pixels=640 * 480, max_bytes=60_000)
    assert memory.load(["a.jpg"], limits=enough).find("a.jpg") == known


# --- damaged and foreign parts ---


@pytest.mark.parametrize(
    "damage", ["cut", "end cut", "changed", "foreign", "empty", "other columns"]
)
def test_a_part_that_cannot_be_used_is_ignored_with_a_warning(
    damage: str, cache: FeatureCache, bucket: CountingBucket, caplog: pytest.LogCaptureFixture
) -> None:
    # Large enough that its end alone is looked at first.
    cache.add([entry(f"{number}.jpg", features(number)) for number in range(3_000)])
    (name,) = parts_of(bucket, cache)
    data = bucket.read(name).data
    cache.add([entry("b.jpg", features(2))])
    damaged = {
        "cut": data[: len(data) // 2],
        "end cut": data[:-100],
        "changed": data[:200] + bytes([data[200] ^ 1]) + data[201:],
        "foreign": b"no Parquet at all",
        "empty": b"",
        "other columns": data,
    }
    if damage == "other columns":
        bucket.delete(name)
        name = _put_part(bucket, cache, pa.table({"path": ["7.jpg"], "mean": [1.0]}))
    else:
        bucket.write(name, damaged[damage])
    with caplog.at_level(logging.WARNING):
        known = cache.load(["7.jpg", "b.jpg"])
    assert known.find("7.jpg") is None
    assert known.find("b.jpg") == features(2)
    assert name in caplog.text


def test_a_part_that_the_store_refuses_is_ignored_with_a_warning(
    memory: FeatureCache, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(memory.bucket, MemoryBucket)
    memory.add([entry("a.jpg", features(1))])
    (name,) = memory.bucket.objects
    memory.add([entry("b.jpg", features(2))])
    memory.bucket.refused.add(name)
    with caplog.at_level(logging.WARNING):
        known = memory.load(["a.jpg", "b.jpg"])
    assert known.find("a.jpg") is None
    assert known.find("b.jpg") == features(2)
    assert f"{name}: ignored" in caplog.text
    assert "permission denied" in caplog.text


def test_what_is_computed_again_makes_a_damaged_part_whole(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    cache.add([entry("a.jpg", features(1))])
    (name,) = parts_of(bucket, cache)
    bucket.write(name, b"half")
    cache.add([entry("a.jpg", features(1))])
    assert cache.load(["a.jpg"]).find("a.jpg") == features(1)


def test_other_files_in_the_folder_are_left_alone(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    cache.add([entry("a.jpg", features(1))])
    bucket.write(f"{cache.folder}notes.txt", b"mine")
    bucket.write(f"{cache.folder}old/part-0123456789abcdef.parquet", b"mine")
    bucket.calls.clear()
    assert cache.load(["a.jpg"]).find("a.jpg") == features(1)
    assert bucket.count("read") == 1


# --- how much is read ---


def test_of_a_large_part_without_wanted_images_only_the_end_is_read(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    cache.add([entry(f"old/{number}.jpg", features(number)) for number in range(3_000)])
    (old,) = parts_of(bucket, cache)
    cache.add([entry(f"new/{number}.jpg", features(number)) for number in range(3_000)])
    bucket.calls.clear()
    known = cache.load([f"new/{number}.jpg" for number in range(1_000)])
    assert len(known) == 1_000
    assert bucket.count("list") == 1
    assert bucket.count("read_part") == 2
    assert len(bucket.names("read")) == 1
    assert old not in bucket.names("read")


@pytest.mark.parametrize("images", [1, 30_000, 70_000])
def test_every_image_of_a_part_of_any_size_is_found(images: int) -> None:
    cache = FeatureCache(bucket=MemoryBucket(), prefix="reports", features=FEW)
    outcome = few(1)
    paths = [f"images/{number}.jpg" for number in range(images)]
    cache.add([entry(path, outcome) for path in paths])
    assert len(cache.load(paths)) == images
    assert len(cache.load(paths[-1:])) == 1


def test_the_end_of_a_part_is_read_as_far_as_it_tells_of_paths() -> None:
    bucket = CountingBucket(MemoryBucket())
    cache = FeatureCache(bucket=bucket, prefix="reports", features=FEW)
    outcome = few(1)
    cache.add([entry(f"images/{number}.jpg", outcome) for number in range(70_000)])
    assert len(cache.load(["another.jpg"])) == 0
    assert bucket.count("read_part") == 2
    assert bucket.count("read") == 0


def test_two_paths_with_one_hash_are_told_apart(memory: FeatureCache) -> None:
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    filling = [entry(f"{number}.jpg", features(1)) for number in range(3_000)]
    memory.add([entry("plumless", features(1)), *filling])
    assert len(memory.load(["buckeroo"])) == 0
    memory.add([entry("buckeroo", features(2))])
    known = memory.load(["buckeroo", "plumless"])
    assert known.find("plumless") == features(1)
    assert known.find("buckeroo") == features(2)


def test_a_history_of_a_hundred_thousand_images_adds_little_to_a_run(tmp_path: Path) -> None:
    cache = FeatureCache(bucket=FolderBucket(str(tmp_path)), prefix="reports")
    outcome = features(1)
    for part in range(20):
        cache.add([entry(f"images/{part}_{number}.jpg", outcome) for number in range(5_000)])
    window = [f"images/19_{number}.jpg" for number in range(1_000)]
    took_s = []
    for _ in range(3):
        begin = time.perf_counter()
        known = cache.load(window)
        outcomes = [known.find(path) for path in window]
        took_s.append(time.perf_counter() - begin)
    assert all(isinstance(one, ImageFeatures) for one in outcomes)
    # About 0.04 s; reading all of it takes ten times as long. The bound is for a busy machine.
    assert min(took_s) < 0.5


def _put_part(bucket: Bucket, cache: FeatureCache, table: pa.Table) -> str:
    target = io.BytesIO()
    pq.write_table(table, target)
    digest = hashlib.sha256(target.getvalue()).hexdigest()[:16]
    name = f"{cache.folder}part-{digest}.parquet"
    bucket.write(name, target.getvalue())
    return name


# --- parts of versions that did not look at files ---


def _without_files(bucket: CountingBucket, cache: FeatureCache) -> str:
    """Write the only part anew as a version wrote it that did not look at files."""
    (name,) = parts_of(bucket, cache)
    table = pq.read_table(io.BytesIO(bucket.read(name).data))
    bucket.delete(name)
    return _put_part(bucket, cache, table.drop_columns(["file"]))


def test_an_older_part_is_read_without_a_warning_and_its_images_are_computed_anew(
    cache: FeatureCache, bucket: CountingBucket, caplog: pytest.LogCaptureFixture
) -> None:
    cache.add([entry("a.jpg", features(1)), entry("c.jpg", BROKEN)])
    _without_files(bucket, cache)
    with caplog.at_level(logging.WARNING):
        known = cache.load(["a.jpg", "c.jpg"])
        assert (known.find("a.jpg"), known.find("c.jpg")) == (None, None)
        cache.add([entry("a.jpg", features(1)), entry("c.jpg", BROKEN)])
        known = cache.load(["a.jpg", "c.jpg"])
    assert (known.find("a.jpg"), known.find("c.jpg")) == (features(1), BROKEN)
    assert caplog.text == ""


def test_what_was_computed_anew_outlives_the_older_row() -> None:
    schema = row_schema(feature_names())
    rows = rows_of([entry("a.jpg", features(1)), entry("b.jpg", TOO_MANY)], feature_names())
    larger = replace(TOO_MANY, limit=99)
    older = rows_of([entry("a.jpg", features(2)), entry("b.jpg", larger)], feature_names())
    both = pa.concat_tables([completed(older.drop_columns(["file"]), schema), rows])
    kept = CachedOutcomes(in_order(both), feature_names())
    assert kept.find("a.jpg") == features(1)
    assert kept.find("b.jpg") == TOO_MANY


def test_a_row_whose_file_a_later_version_describes_is_computed_anew() -> None:
    rows = rows_of([entry("a.jpg", features(1))], feature_names())
    place = rows.schema.get_field_index("file")
    later = rows.set_column(place, "file", pa.array(['{"kind":"PNG","depth":"deep"}']))
    assert believed(later).num_rows == 0
