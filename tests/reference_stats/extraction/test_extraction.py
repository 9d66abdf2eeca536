"""From locations to features: every outcome, each image once, whatever the workers do."""

from __future__ import annotations

import logging
import resource
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError, TerminatedError
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.features.registry import FEATURES, feature_set
from reference_stats.outcomes import (
    ImageFeatures,
    MissingImage,
    UnfetchedImage,
    UnreadableImage,
    UnreadableReason,
)
from tests.support.images import SEVEN, encode, noise, numbered_photographs, reopen, seven_of
from tests.support.memory_bucket import MemoryBucket

FILES = {f"images/{number}.jpg": data for number, data in enumerate(numbered_photographs(30))}


def _settings(**changes: object) -> ImageSettings:
    return ImageSettings.model_validate({"path": "unused", "fetch_workers": 4, **changes})


def _locations(bucket: Bucket, names: Sequence[str]) -> list[ImageLocation]:
    return [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in names]


def _opener(*buckets: Bucket) -> Callable[[str], Bucket]:
    return {bucket.url: bucket for bucket in buckets}.__getitem__


def _extract(
    bucket: Bucket,
    names: Sequence[str],
    cache: FeatureCache | None = None,
    **settings: object,
) -> ExtractionResult:
    return extract(
        _locations(bucket, names), _settings(**settings), open_bucket=_opener(bucket), cache=cache
    )


@pytest.fixture
def bucket() -> MemoryBucket:
    filled = MemoryBucket()
    filled.put_all(FILES)
    return filled


@pytest.fixture
def cache(bucket: MemoryBucket) -> FeatureCache:
    return FeatureCache(bucket=bucket, prefix="reports")


def test_every_image_of_a_folder_becomes_its_numbers(tmp_path: Path) -> None:
    folder = open_bucket(str(tmp_path))
    for name, data in FILES.items():
        folder.write(name, data)
    result = _extract(folder, list(FILES))
    for location, outcome in result.outcomes.items():
        assert isinstance(outcome, ImageFeatures)
        expected = seven_of(np.asarray(reopen(FILES[location.name]).convert("L")))
        for name in SEVEN:
            assert outcome.values[name] == pytest.approx(expected[name], abs=1e-9)
    assert result.table().names == tuple(feature.name for feature in FEATURES)
    assert list(result.table().frame.index) == list(FILES)


def test_every_kind_of_trouble_has_its_outcome(bucket: MemoryBucket) -> None:
    bucket.put_all({"empty": b"", "cut": FILES["images/1.jpg"][:500], "page": b"<html>"})
    bucket.put_all({"refused": FILES["images/2.jpg"]})
    bucket.refused.add("refused")
    names = ["images/0.jpg", "gone", "empty", "cut", "page", "refused", "../outside"]
    outcomes = _extract(bucket, names).outcomes
    found = {location.name: outcome for location, outcome in outcomes.items()}
    assert isinstance(found["images/0.jpg"], ImageFeatures)
    assert found["gone"] == MissingImage()
    reasons = {name: found[name].reason for name in ("empty", "cut", "page")}
    assert reasons == {
        "empty": UnreadableReason.EMPTY,
        "cut": UnreadableReason.TRUNCATED,
        "page": UnreadableReason.NOT_AN_IMAGE,
    }
    assert isinstance(found["refused"], UnfetchedImage)
    assert found["refused"].detail == "permission denied"
    assert isinstance(found["../outside"], UnfetchedImage)
    assert found["../outside"].summary == "unsafe image path"


def test_too_many_bytes_are_refused(bucket: MemoryBucket) -> None:
    size = len(FILES["images/0.jpg"])
    (outcome,) = _extract(bucket, ["images/0.jpg"], max_bytes=size - 1).outcomes.values()
    assert isinstance(outcome, UnreadableImage)
    assert outcome.reason is UnreadableReason.TOO_LARGE
    (outcome,) = _extract(bucket, ["images/0.jpg"], max_bytes=size).outcomes.values()
    assert isinstance(outcome, ImageFeatures)


def test_a_file_of_a_gigabyte_is_refused_unread_and_once(
    tmp_path: Path, cache: FeatureCache
) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(1 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results = [_extract(open_bucket(str(tmp_path)), ["huge.jpg"], cache) for _ in range(2)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    (outcome,) = results[0].outcomes.values()
    assert isinstance(outcome, UnreadableImage)
    assert outcome.reason is UnreadableReason.TOO_LARGE
    assert outcome.detail == "at least 1073741824 bytes; images.max_bytes is 100000000"
    assert [result.computed for result in results] == [1, 0]


def test_many_large_files_are_not_in_memory_at_once(tmp_path: Path) -> None:
    for number in range(24):
        with (tmp_path / f"{number}.jpg").open("wb") as file:
            file.write(FILES["images/0.jpg"])
            file.truncate(40_000_000 + number)
    names = [f"{number}.jpg" for number in range(24)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = _extract(open_bucket(str(tmp_path)), names, fetch_workers=24, decode_workers=2)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 350_000
    assert all(isinstance(one, ImageFeatures) for one in result.outcomes.values())
    assert len(result.outcomes) == 24


def test_a_location_named_twice_is_read_once(bucket: MemoryBucket) -> None:
    result = _extract(bucket, ["images/0.jpg", "images/1.jpg", "images/0.jpg"])
    assert len(result) == 2
    assert set(bucket.reads.values()) == {1}


def test_images_of_two_buckets_are_read_through_their_own(bucket: MemoryBucket) -> None:
    uploads = MemoryBucket("memory://uploads")
    uploads.put_all({"images/0.jpg": b"not the same"})
    locations = [
        ImageLocation(bucket_url=bucket.url, name="images/0.jpg", path="images/0.jpg"),
        ImageLocation(bucket_url=uploads.url, name="images/0.jpg", path="memory://uploads/x"),
    ]
    result = extract(locations, _settings(), open_bucket=_opener(bucket, uploads))
    assert isinstance(result[locations[0]], ImageFeatures)
    assert isinstance(result[locations[1]], UnreadableImage)


@pytest.mark.parametrize("workers", [(1, 1), (2, 2), (8, 8), (32, 2), (1, 8)])
def test_the_numbers_of_workers_and_the_order_change_nothing(
    workers: tuple[int, int], bucket: MemoryBucket
) -> None:
    expected = _extract(bucket, list(FILES), fetch_workers=1, decode_workers=1)
    found = _extract(bucket, list(FILES)[::-1], fetch_workers=workers[0], decode_workers=workers[1])
    assert dict(found.outcomes) == dict(expected.outcomes)


def test_no_images_are_no_work(bucket: MemoryBucket) -> None:
    result = _extract(bucket, [])
    assert len(result) == 0
    assert len(result.table()) == 0


def test_progress_counts_from_the_callers_thread(bucket: MemoryBucket) -> None:
    calls: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        calls.append((done, total))
        threads.add(threading.current_thread())

    extract(
        _locations(bucket, [*FILES, *FILES]),
        _settings(),
        open_bucket=_opener(bucket),
        progress=progress,
    )
    assert calls == [(done, 30) for done in range(31)]
    assert threads == {threading.current_thread()}


def test_a_second_run_reads_nothing_even_if_the_images_are_gone(
    bucket: MemoryBucket, cache: FeatureCache
) -> None:
    bucket.put_all({"broken": b"<html>"})
    names = [*FILES, "broken"]
    first = _extract(bucket, names, cache)
    for name in names:
        bucket.delete(name)
    bucket.reads.clear()
    second = _extract(bucket, names, cache)
    assert second.outcomes == first.outcomes
    assert (first.computed, second.computed) == (31, 0)
    assert not set(bucket.reads) & set(names)


def test_an_image_that_was_missing_is_asked_for_again(
    bucket: MemoryBucket, cache: FeatureCache
) -> None:
    data = FILES["images/0.jpg"]
    assert _extract(bucket, ["late"], cache).outcomes[_locations(bucket, ["late"])[0]] == (
        MissingImage()
    )
    bucket.write("late", data)
    (outcome,) = _extract(bucket, ["late"], cache).outcomes.values()
    assert isinstance(outcome, ImageFeatures)


def test_mutable_images_are_read_again_only_when_they_changed(
    bucket: MemoryBucket, cache: FeatureCache
) -> None:
    names = ["images/0.jpg", "images/1.jpg"]
    first = _extract(bucket, names, cache, immutable=False)
    assert bucket.infos.total() == 0
    bucket.write(names[1], FILES["images/7.jpg"])
    bucket.reads.clear()
    second = _extract(bucket, names, cache, immutable=False)
    kept, changed = _locations(bucket, names)
    assert second[kept] == first[kept]
    assert second[changed] != first[changed]
    assert bucket.reads[names[0]] == 0
    assert bucket.reads[names[1]] == 1


def test_a_larger_limit_gives_a_refused_image_another_chance(
    bucket: MemoryBucket, cache: FeatureCache
) -> None:
    for limit in (100, 50):
        (outcome,) = _extract(bucket, ["images/0.jpg"], cache, max_pixels=limit).outcomes.values()
        assert isinstance(outcome, UnreadableImage)
    assert bucket.reads["images/0.jpg"] == 1
    (outcome,) = _extract(bucket, ["images/0.jpg"], cache, max_pixels=10_000).outcomes.values()
    assert isinstance(outcome, ImageFeatures)


def test_a_cache_that_cannot_be_written_costs_only_a_warning(
    bucket: MemoryBucket, cache: FeatureCache, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.refused.add("reports/")
    with caplog.at_level(logging.WARNING):
        result = _extract(bucket, list(FILES), cache)
    assert len(result.table()) == 30
    assert "could not be remembered" in caplog.text


def test_a_cache_of_other_features_is_refused(bucket: MemoryBucket) -> None:
    other = FeatureCache(bucket=bucket, prefix="reports", features=FEATURES[:3])
    with pytest.raises(ValueError, match="other features"):
        _extract(bucket, list(FILES), other)


def test_a_cache_of_the_same_features_made_anew_is_taken(bucket: MemoryBucket) -> None:
    cache = FeatureCache(bucket=bucket, prefix="reports", features=feature_set(16))
    first, second = (
        extract(
            _locations(bucket, ["images/0.jpg"]),
            _settings(),
            open_bucket=_opener(bucket),
            cache=cache,
            features=feature_set(16),
        )
        for _ in range(2)
    )
    assert (first.computed, second.computed) == (1, 0)
    assert second.outcomes == first.outcomes


def test_fewer_features_can_be_asked_for(bucket: MemoryBucket) -> None:
    result = extract(
        _locations(bucket, ["images/0.jpg"]),
        _settings(),
        open_bucket=_opener(bucket),
        features=FEATURES[:3],
    )
    assert result.table().names == ("mean", "std_dev", "median")


def test_a_bucket_that_refuses_everything_ends_the_run_early(bucket: MemoryBucket) -> None:
    bucket.refused.add("images/")
    names = [f"images/{number}.jpg" for number in range(500)]
    with pytest.raises(BucketAccessError, match="permission denied"):
        _extract(bucket, names, decode_workers=1)
    assert bucket.reads.total() < 60


def test_some_refused_images_do_not_end_the_run(bucket: MemoryBucket) -> None:
    bucket.put_all({f"secret/{number}": b"x" for number in range(40)})
    bucket.refused.add("secret/")
    names = ["images/0.jpg", *(f"secret/{number}" for number in range(40))]
    outcomes = list(_extract(bucket, names, fetch_workers=1).outcomes.values())
    assert sum(isinstance(outcome, UnfetchedImage) for outcome in outcomes) == 40


def test_an_error_in_a_feature_names_the_image(bucket: MemoryBucket) -> None:
    bucket.write("odd.png", encode(Image.fromarray(noise((1, 1)))))
    broken = (replace(FEATURES[0], name="broken", compute=lambda image: 1 / (image.luma.ndim - 2)),)
    with pytest.raises(ZeroDivisionError) as caught:
        extract(
            _locations(bucket, ["odd.png"]),
            _settings(),
            open_bucket=_opener(bucket),
            features=broken,
        )
    assert caught.value.__notes__ == ["while computing the features of odd.png"]


@pytest.mark.parametrize("raised", [KeyboardInterrupt, TerminatedError("ended by SIGTERM")])
def test_an_interrupted_run_stops_promptly(
    raised: type[BaseException] | BaseException,
) -> None:
    slow = MemoryBucket(delay_s=0.05)
    slow.put_all({f"{number}.jpg": FILES["images/0.jpg"] for number in range(400)})

    def progress(done: int, total: int) -> None:
        if done == 5:
            raise raised

    kind = raised if isinstance(raised, type) else type(raised)
    begin = time.perf_counter()
    with pytest.raises(kind):
        extract(
            _locations(slow, list(slow.objects)),
            _settings(),
            open_bucket=_opener(slow),
            progress=progress,
        )
    assert time.perf_counter() - begin < 2
    time.sleep(0.3)
    assert slow.reads.total() < 30
