"""Compaction of the feature cache: few parts, nothing lost, whoever is at work and dies at it."""

from __future__ import annotations

import functools
import hashlib
import io
import itertools
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.buckets.bucket import ObjectInfo
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError
from jobs.testing.clouds.relay import refusal, relay_to
from reference_stats.feature_cache import compaction
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.cached_outcomes import CachedOutcomes
from reference_stats.feature_cache.compaction import FULL_BYTES, MOST_SMALL_PARTS, groups_to_merge
from reference_stats.feature_cache.rows import CacheEntry, in_order, rows_of
from reference_stats.features.registry import FEATURES, feature_names
from reference_stats.outcomes import UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits
from tests.support.counting_bucket import CountingBucket
from tests.support.gcs_server import GcsServer
from tests.support.memory_bucket import MemoryBucket
from tests.support.remembered import (
    BROKEN,
    FEW,
    add_parts,
    all_found,
    entry,
    features,
    few,
    parts_of,
    real_bucket,
)

TOO_MANY = MOST_SMALL_PARTS + 1
RUNS = 150
VERSIONS = ("9", "10", "11")
SIZED = tuple(one for one in FEATURES if one.name in {"width", "height", "mean"})


@pytest.fixture(params=["folder", "gcs"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> CountingBucket:
    return CountingBucket(real_bucket(request, tmp_path))


@pytest.fixture
def cache(bucket: CountingBucket) -> FeatureCache:
    return FeatureCache(bucket=bucket, prefix="reports", features=FEW)


# --- what it does ---


def test_too_many_small_parts_become_one_that_holds_the_same(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    cache.compact()
    assert len(parts_of(bucket, cache)) == 1
    assert all_found(cache, held)


def test_all_columns_of_the_full_feature_set_survive(bucket: CountingBucket) -> None:
    cache = FeatureCache(bucket=bucket, prefix="reports")
    held = add_parts(cache, TOO_MANY) | {"deep.tif": features(5, deep=True)}
    cache.add([entry("deep.tif", features(5, deep=True))])
    cache.compact()
    assert len(parts_of(bucket, cache)) == 1
    assert all_found(cache, held)


def test_few_parts_are_left_as_they_are(cache: FeatureCache, bucket: CountingBucket) -> None:
    add_parts(cache, MOST_SMALL_PARTS)
    bucket.calls.clear()
    cache.compact()
    assert {method for method, _ in bucket.calls} == {"list"}


def test_many_full_parts_are_left_as_they_are(
    cache: FeatureCache, bucket: CountingBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_parts(cache, TOO_MANY)
    monkeypatch.setattr(compaction, "FULL_BYTES", 1)
    bucket.calls.clear()
    cache.compact()
    assert {method for method, _ in bucket.calls} == {"list"}


def test_full_parts_are_never_touched_again(
    cache: FeatureCache, bucket: CountingBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = add_parts(cache, TOO_MANY)
    cache.compact()
    (full,) = list(bucket.list(cache.folder))
    monkeypatch.setattr(compaction, "FULL_BYTES", full.size_bytes)
    held |= add_parts(cache, TOO_MANY, first=100)
    bucket.calls.clear()
    cache.compact()
    assert full.name in parts_of(bucket, cache)
    assert full.name not in bucket.names("read", "delete")
    assert all_found(cache, held)


def test_the_parts_of_another_feature_set_are_left_alone(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    other = FeatureCache(bucket=bucket, prefix="reports", features=FEATURES[:4])
    add_parts(other, TOO_MANY)
    before = parts_of(bucket, other)
    add_parts(cache, TOO_MANY)
    cache.compact()
    assert parts_of(bucket, other) == before


def test_compacting_the_same_parts_gives_the_same_part() -> None:
    names = []
    for order in (1, -1):
        cache = FeatureCache(bucket=MemoryBucket(), prefix="reports", features=FEW)
        for number in range(TOO_MANY)[::order]:
            add_parts(cache, 1, first=number)
        cache.compact()
        names.append(parts_of(cache.bucket, cache))
    assert names[0] == names[1]
    assert len(names[0]) == 1


def test_hundreds_of_runs_leave_few_parts_and_few_rewritten_bytes() -> None:
    bucket = CountingBucket(MemoryBucket())
    written, most = 0, 0
    cache = FeatureCache(bucket=bucket, prefix="reports", features=FEW)
    for hour in range(RUNS):
        cache.add([entry(f"{hour}_{number}.jpg", few(number)) for number in range(6)])
        bucket.calls.clear()
        cache.compact()
        parts = {info.name: info.size_bytes for info in bucket.list(cache.folder)}
        written += sum(parts[name] for name in bucket.names("create"))
        most = max(most, len(parts))
    assert most <= MOST_SMALL_PARTS
    assert written / (RUNS) < FULL_BYTES / MOST_SMALL_PARTS
    assert len(cache.load(f"{hour}_3.jpg" for hour in range(RUNS))) == RUNS


@given(sizes=st.lists(st.integers(1, 2 * FULL_BYTES), max_size=60))
def test_every_group_fills_a_part_and_not_much_more(sizes: list[int]) -> None:
    parts = [
        ObjectInfo(name=f"{number:03}", size_bytes=size, version="1")
        for number, size in enumerate(sizes)
    ]
    small = {part.name for part in parts if part.size_bytes < FULL_BYTES}
    groups = groups_to_merge(parts)
    grouped = [part.name for group in groups for part in group]
    assert bool(groups) == (len(small) > MOST_SMALL_PARTS)
    assert all(len(group) >= 2 for group in groups)
    assert len(set(grouped)) == len(grouped)
    assert set(grouped) <= small
    assert not groups or len(small) - len(grouped) <= 1
    totals = [sum(part.size_bytes for part in group) for group in groups]
    assert all(total < 2 * FULL_BYTES for total in totals)
    assert all(total >= FULL_BYTES for total in totals[:-1])


OUTCOMES = st.one_of(
    st.integers(0, 3).map(lambda seed: features(seed, chosen=SIZED, width=seed + 1, height=10)),
    st.just(BROKEN),
    st.integers(1, 50).map(
        lambda limit: UnreadableImage(reason=UnreadableReason.TOO_MANY_PIXELS, limit=limit)
    ),
)
ENTRIES = st.builds(
    entry,
    path=st.sampled_from("abc"),
    outcome=OUTCOMES,
    version=st.sampled_from(VERSIONS),
    used=st.sampled_from([None, 1, 2]),
    written=st.sampled_from([None, 0]),
)


@given(
    parts=st.lists(st.lists(ENTRIES, min_size=1, max_size=4), min_size=2, max_size=8),
    limit=st.sampled_from([None, 10, 25, 60]),
    by_version=st.booleans(),
)
@settings(max_examples=40)
def test_what_is_known_does_not_depend_on_the_parts_it_is_in(
    parts: list[list[CacheEntry]], limit: int | None, by_version: bool
) -> None:
    names = feature_names(SIZED)
    tables = [rows_of(part, names) for part in parts]
    merged = functools.reduce(lambda one, other: in_order(pa.concat_tables([other, one])), tables)
    found = []
    for rows in (pa.concat_tables(tables), merged):
        limits = SizeLimits(max_pixels=limit)
        known = CachedOutcomes(rows, names, by_version=by_version, limits=limits)
        found.append([known.find(path, version) for path in "abc" for version in VERSIONS])
    assert found[0] == found[1]


@given(parts=st.lists(st.lists(ENTRIES, min_size=1, max_size=4), min_size=2, max_size=8))
@settings(max_examples=40)
def test_every_use_of_every_version_is_in_the_merged_part_with_its_time(
    parts: list[list[CacheEntry]],
) -> None:
    names = feature_names(SIZED)
    merged = in_order(pa.concat_tables([rows_of(part, names) for part in parts]))
    told: dict[tuple[str, str, int], set[int | None]] = {}
    for one in itertools.chain.from_iterable(parts):
        if one.used is not None:
            told.setdefault((one.path, one.version, one.used), set()).add(one.written)
    kept: dict[tuple[str, str, int], set[int | None]] = {}
    for row in merged.select(["image", "version", "used", "written"]).to_pylist():
        if row["used"] is not None:
            kept.setdefault((row["image"], row["version"], row["used"]), set()).add(row["written"])
    assert kept.keys() == told.keys()
    assert all(kept[key] <= told[key] for key in told)


# --- others at work at the same time ---


def test_a_reader_that_listed_before_and_reads_after_a_compaction_finds_everything(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    other = replace(cache, bucket=bucket.inner)
    once = iter([other.compact])

    def compact_meanwhile(method: str, name: str) -> None:
        if method in {"read", "read_part"}:
            next(once, lambda: None)()

    bucket.before = compact_meanwhile
    assert all_found(cache, held)
    assert bucket.count("list") == 2


def test_a_reader_gives_up_on_parts_that_are_merged_again_and_again(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    add_parts(cache, 1)

    def take_away(method: str, name: str) -> None:
        if method == "read":
            bucket.inner.delete(name)
            add_parts(replace(cache, bucket=bucket.inner), 1, first=bucket.count("read"))

    bucket.before = take_away
    assert len(cache.load(["images/0_0.jpg"])) == 0
    assert bucket.count("list") == 5


@pytest.mark.parametrize("moment", ["read", "create", "delete"])
def test_two_compactions_that_meet_lose_nothing(
    moment: str, cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    other = replace(cache, bucket=bucket.inner)
    once = iter([other.compact])

    def compact_meanwhile(method: str, name: str) -> None:
        if method == moment:
            next(once, lambda: None)()

    bucket.before = compact_meanwhile
    cache.compact()
    assert len(parts_of(bucket, cache)) == 1
    assert all_found(cache, held)


def test_a_compaction_that_was_overtaken_while_it_read_writes_nothing(
    cache: FeatureCache, bucket: CountingBucket, caplog: pytest.LogCaptureFixture
) -> None:
    add_parts(cache, TOO_MANY)
    other = replace(cache, bucket=bucket.inner)
    once = iter([other.compact])

    def compact_meanwhile(method: str, name: str) -> None:
        if method == "read":
            next(once, lambda: None)()

    bucket.before = compact_meanwhile
    with caplog.at_level(logging.WARNING):
        cache.compact()
    assert bucket.count("create") == TOO_MANY
    assert caplog.text == ""


def test_eight_that_add_and_compact_at_once_keep_everything(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    def run(first: int) -> dict[str, object]:
        held: dict[str, object] = {}
        for number in range(first, first + 6):
            held |= add_parts(cache, 1, first=number)
            cache.compact()
        return held

    with ThreadPoolExecutor(8) as runs:
        results = list(runs.map(run, range(0, 800, 100)))
    for held in results:
        known = cache.load(held)
        assert {path: known.find(path) for path in held} == held
    # Each of them may have stopped because others were at work.
    cache.compact()
    assert len(parts_of(bucket, cache)) <= MOST_SMALL_PARTS


# --- what goes wrong ---


class _KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("changes_made", range(TOO_MANY + 1))
def test_a_compaction_that_dies_at_any_change_leaves_everything_and_is_finished_by_the_next(
    changes_made: int, tmp_path: Path
) -> None:
    bucket = CountingBucket(open_bucket(str(tmp_path)))
    cache = FeatureCache(bucket=bucket, prefix="reports", features=FEW)
    held = add_parts(cache, TOO_MANY)
    bucket.calls.clear()

    def die(method: str, name: str) -> None:
        changes = bucket.count("create") + bucket.count("delete")
        if method in {"create", "delete"} and changes > changes_made:
            raise _KilledError

    bucket.before = die
    with pytest.raises(_KilledError):
        cache.compact()
    bucket.before = lambda method, name: None
    assert all_found(cache, held)
    held |= add_parts(cache, TOO_MANY, first=100)
    bucket.calls.clear()
    cache.compact()
    assert len(parts_of(bucket, cache)) <= 2
    assert all_found(cache, held)


def test_parts_that_were_left_behind_are_deleted_and_not_merged_again(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    copies = {name: bucket.read(name).data for name in parts_of(bucket, cache)}
    cache.compact()
    (merged,) = parts_of(bucket, cache)
    for name, data in copies.items():
        bucket.write(name, data)
    bucket.calls.clear()
    cache.compact()
    assert parts_of(bucket, cache) == [merged]
    assert bucket.count("create") == 0
    assert all_found(cache, held)


def test_parts_stay_where_the_part_they_were_merged_into_is_damaged(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    copies = {name: bucket.read(name).data for name in parts_of(bucket, cache)}
    cache.compact()
    (merged,) = parts_of(bucket, cache)
    data = bucket.read(merged).data
    # Its footer still names them.
    bucket.write(merged, data[:50] + bytes([data[50] ^ 1]) + data[51:])
    for name, content in copies.items():
        bucket.write(name, content)
    assert all_found(cache, held)
    cache.compact()
    assert all_found(cache, held)
    assert len(parts_of(bucket, cache)) == 1


def test_where_deleting_is_refused_there_is_one_warning_and_the_cache_stops_growing(
    cache: FeatureCache, bucket: CountingBucket, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(method: str, name: str) -> None:
        if method == "delete":
            raise BucketAccessError(bucket.url_of(name), "permission denied")

    bucket.before = refuse
    held = add_parts(cache, TOO_MANY)
    with caplog.at_level(logging.WARNING):
        cache.compact()
    assert len(caplog.records) == 1
    assert "could not be compacted" in caplog.text
    assert "permission denied" in caplog.text
    for run in range(1, 4):
        held |= add_parts(cache, TOO_MANY, first=100 * run)
        cache.compact()
    assert len(parts_of(bucket, cache)) == 4 * TOO_MANY + 1
    assert all_found(cache, held)
    bucket.before = lambda method, name: None
    cache.compact()
    assert len(parts_of(bucket, cache)) <= 2
    assert all_found(cache, held)


def test_a_google_account_that_may_not_delete_gets_one_warning(
    gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with relay_to(gcs_server.host) as store:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", store.host)
        store.fault = lambda request, pass_on: (
            refusal(403, "no storage.objects.delete access")
            if request.method == "DELETE"
            else pass_on()
        )
        bucket = open_bucket(f"gs://{gcs_server.make_bucket()}")
        cache = FeatureCache(bucket=bucket, prefix="reports", features=FEW)
        held = add_parts(cache, TOO_MANY)
        with caplog.at_level(logging.WARNING):
            cache.compact()
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert len(parts_of(bucket, cache)) == TOO_MANY + 1
        assert all_found(cache, held)


def test_where_writing_is_refused_nothing_is_deleted(
    cache: FeatureCache, bucket: CountingBucket, caplog: pytest.LogCaptureFixture
) -> None:
    held = add_parts(cache, TOO_MANY)

    def refuse(method: str, name: str) -> None:
        if method == "create":
            raise BucketAccessError(bucket.url_of(name), "no space left")

    bucket.before = refuse
    with caplog.at_level(logging.WARNING):
        cache.compact()
    assert "no space left" in caplog.text
    assert bucket.count("delete") == 0
    assert all_found(cache, held)


def test_a_damaged_part_is_deleted_and_a_foreign_one_is_kept(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    damaged = f"{cache.folder}part-{'0' * 16}.parquet"
    bucket.write(damaged, b"half a part")
    target = io.BytesIO()
    pq.write_table(pa.table({"image": ["a.jpg"], "more": [1.0]}), target)
    digest = hashlib.sha256(target.getvalue()).hexdigest()[:16]
    foreign = f"{cache.folder}part-{digest}.parquet"
    bucket.write(foreign, target.getvalue())
    cache.compact()
    assert damaged not in parts_of(bucket, cache)
    assert foreign in parts_of(bucket, cache)
    assert len(parts_of(bucket, cache)) == 2
    assert all_found(cache, held)


def test_a_damaged_part_of_the_merged_ones_name_is_made_whole_before_anything_is_deleted(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    held = add_parts(cache, TOO_MANY)
    copies = {name: bucket.read(name).data for name in parts_of(bucket, cache)}
    cache.compact()
    (merged,) = parts_of(bucket, cache)
    for name, data in copies.items():
        bucket.write(name, data)
    once = iter([lambda: bucket.inner.write(merged, b"half")])
    bucket.delete(merged)

    def put_half(method: str, name: str) -> None:
        if method == "create":
            next(once, lambda: None)()

    bucket.before = put_half
    cache.compact()
    assert parts_of(bucket, cache) == [merged]
    assert all_found(cache, held)
