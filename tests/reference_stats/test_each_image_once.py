"""A run over a window reads and computes only what no run has before, in real buckets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.buckets.bucket import ObjectInfo
from jobs.buckets.folder.bucket import FolderBucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.compaction import MOST_SMALL_PARTS
from reference_stats.outcomes import ImageFeatures, MissingImage, Outcome, UnreadableImage
from tests.support.counting_bucket import CountingBucket
from tests.support.images import numbered_photographs
from tests.support.remembered import parts_of, real_bucket

PHOTOGRAPHS = numbered_photographs(24)
NAMES = [f"images/{number}.jpg" for number in range(len(PHOTOGRAPHS))]


@pytest.fixture(params=["folder", "gcs"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> CountingBucket:
    filled = CountingBucket(real_bucket(request, tmp_path))
    for name, data in zip(NAMES, PHOTOGRAPHS, strict=True):
        filled.write(name, data)
    filled.calls.clear()
    return filled


@pytest.fixture
def cache(bucket: CountingBucket) -> FeatureCache:
    return FeatureCache(bucket=bucket, prefix="reports")


def _run(cache: FeatureCache, names: Sequence[str], **settings: object) -> ExtractionResult:
    bucket = cache.bucket
    return extract(
        [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in names],
        ImageSettings.model_validate({"path": "unused", "fetch_workers": 4, **settings}),
        open_bucket=lambda _: bucket,
        cache=cache,
    )


def _outcomes(result: ExtractionResult) -> dict[str, Outcome]:
    return {location.name: outcome for location, outcome in result.outcomes.items()}


def _looked_at(bucket: CountingBucket) -> set[str]:
    """Return the images that the store was asked about in any way."""
    return {name for _, name in bucket.calls if name.startswith(("images/", "odd/"))}


def test_a_window_that_moves_on_reads_only_its_new_images(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    _run(cache, NAMES[:16])
    bucket.calls.clear()
    result = _run(cache, NAMES[4:20])
    assert _looked_at(bucket) == set(NAMES[16:20])
    assert result.computed == 4


def test_a_second_run_asks_the_store_nothing_about_images(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    first = _run(cache, NAMES)
    bucket.calls.clear()
    second = _run(cache, NAMES)
    assert _looked_at(bucket) == set()
    assert {method for method, _ in bucket.calls} == {"list", "read"}
    assert second.outcomes == first.outcomes


def test_an_unreadable_image_is_not_fetched_again_and_a_missing_one_is(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    bucket.write("odd/broken.jpg", PHOTOGRAPHS[0][:300])
    names = ["odd/broken.jpg", "odd/missing.jpg"]
    _run(cache, names)
    bucket.calls.clear()
    found = _outcomes(_run(cache, names))
    assert isinstance(found["odd/broken.jpg"], UnreadableImage)
    assert found["odd/missing.jpg"] == MissingImage()
    assert _looked_at(bucket) == {"odd/missing.jpg"}


@pytest.mark.parametrize("setting", ["max_pixels", "max_bytes"])
def test_jobs_with_other_limits_share_the_cache_and_find_what_they_would_alone(
    setting: str, cache: FeatureCache, bucket: CountingBucket
) -> None:
    alone = FeatureCache(bucket=bucket, prefix="alone")
    for limit in (10**6, 1, 10**6, 1):
        shared = _run(cache, NAMES[:2], **{setting: limit})
        own = _run(replace(alone, prefix=f"alone/{limit}"), NAMES[:2], **{setting: limit})
        assert shared.outcomes == own.outcomes
    bucket.calls.clear()
    for limit in (10**6, 1):
        assert _run(cache, NAMES[:2], **{setting: limit}).computed == 0
    assert _looked_at(bucket) == set()


def test_many_runs_leave_few_parts_and_the_numbers_of_the_first(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    results = [_run(cache, [name]) for name in NAMES]
    assert len(parts_of(bucket, cache)) < len(NAMES) - MOST_SMALL_PARTS + 2
    bucket.calls.clear()
    together = _run(cache, NAMES)
    assert _looked_at(bucket) == set()
    for result in results:
        assert result.outcomes.items() <= together.outcomes.items()


def test_a_run_without_new_images_writes_nothing(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    for name in NAMES:
        _run(replace(cache, bucket=_OnlyAdds(bucket)), [name])
    assert len(parts_of(bucket, cache)) == len(NAMES)
    bucket.calls.clear()
    _run(cache, NAMES)
    assert {method for method, _ in bucket.calls} == {"list", "read"}


class _OnlyAdds(CountingBucket):
    """Compaction sees no parts."""

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return iter(())


# --- images that may change ---


def test_a_changeable_image_is_asked_about_and_read_only_if_it_changed(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    first = _outcomes(_run(cache, NAMES[:3], immutable=False))
    assert bucket.count("info") == 0
    bucket.write(NAMES[1], PHOTOGRAPHS[7])
    bucket.calls.clear()
    second = _outcomes(_run(cache, NAMES[:3], immutable=False))
    assert bucket.names("info") == set(NAMES[:3])
    assert bucket.names("read") & set(NAMES) == {NAMES[1]}
    assert second[NAMES[1]] != first[NAMES[1]]
    assert {name: second[name] for name in (NAMES[0], NAMES[2])} == {
        name: first[name] for name in (NAMES[0], NAMES[2])
    }


def test_equal_content_written_again_is_another_version(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    _run(cache, NAMES[:1], immutable=False)
    bucket.write(NAMES[0], PHOTOGRAPHS[0])
    assert _run(cache, NAMES[:1], immutable=False).computed == 1
    assert _run(cache, NAMES[:1], immutable=False).computed == 0


def test_the_version_that_is_remembered_is_the_one_that_was_read(
    cache: FeatureCache, bucket: CountingBucket
) -> None:
    _run(cache, NAMES[:1], immutable=False)
    bucket.write(NAMES[0], PHOTOGRAPHS[5])

    def overwrite_once_looked_up(method: str, name: str) -> None:
        if (method, name) == ("read", NAMES[0]):
            bucket.inner.write(NAMES[0], PHOTOGRAPHS[9])

    bucket.before = overwrite_once_looked_up
    found = _outcomes(_run(cache, NAMES[:1], immutable=False))[NAMES[0]]
    bucket.before = lambda method, name: None
    again = _run(cache, [NAMES[0], NAMES[9]], immutable=False)
    assert again.computed == 1
    assert _outcomes(again)[NAMES[0]] == found == _outcomes(again)[NAMES[9]]


def _grow(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes() + b"\0")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _touch(path: Path) -> None:
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


def _put_another_in_its_place(path: Path) -> None:
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(PHOTOGRAPHS[7][: before.st_size].ljust(before.st_size, b"\0"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [_grow, _touch, _put_another_in_its_place])
def test_a_file_is_another_version_by_size_by_time_and_by_inode_alone(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    bucket = FolderBucket(str(tmp_path))
    bucket.write(NAMES[0], PHOTOGRAPHS[0])
    cache = FeatureCache(bucket=bucket, prefix="reports")
    _run(cache, NAMES[:1], immutable=False)
    assert _run(cache, NAMES[:1], immutable=False).computed == 0
    change(tmp_path / NAMES[0])
    result = _run(cache, NAMES[:1], immutable=False)
    assert result.computed == 1
    assert isinstance(_outcomes(result)[NAMES[0]], ImageFeatures | UnreadableImage)
