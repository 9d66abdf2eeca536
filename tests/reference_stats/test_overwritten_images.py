"""Names that a log uses anew: what is remembered of an overwritten picture is not taken for it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.result import ExtractionResult
from reference_stats.feature_cache import compaction
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.features.registry import FEATURES
from reference_stats.image_uses import Sighting, WantedImages
from reference_stats.outcomes import MissingImage, Outcome
from reference_stats.size_limits import SizeLimits
from tests.support.counting_bucket import CountingBucket
from tests.support.images import numbered_photographs
from tests.support.memory_bucket import MemoryBucket
from tests.support.remembered import parts_of, real_bucket

PHOTOGRAPHS = numbered_photographs(8)
NAME, OTHER = "slots/000.jpg", "slots/001.jpg"
DAY = 86_400_000_000
ALONE = [measure(photograph, SizeLimits(), FEATURES) for photograph in PHOTOGRAPHS]
MONDAY, TUESDAY, WEDNESDAY = (day * DAY for day in (20_000, 20_001, 20_002))


@pytest.fixture(params=["folder", "gcs", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> CountingBucket:
    if request.param == "s3":
        pytest.importorskip("botocore", reason="the extra s3 is not installed")
    return CountingBucket(real_bucket(request, tmp_path))


@pytest.fixture
def cache(bucket: CountingBucket) -> FeatureCache:
    return FeatureCache(bucket=bucket, prefix="reports")


@pytest.fixture
def memory() -> FeatureCache:
    return FeatureCache(bucket=CountingBucket(MemoryBucket()), prefix="reports")


def _put(cache: FeatureCache, name: str, photograph: int) -> None:
    cache.bucket.write(name, PHOTOGRAPHS[photograph])


def _run(
    cache: FeatureCache, *rows: tuple[str, int], remembers: bool = True, **settings: object
) -> ExtractionResult:
    """Do a run over rows that name an image at a moment."""
    bucket = cache.bucket
    assert isinstance(bucket, CountingBucket)
    bucket.calls.clear()
    places = [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name, _ in rows]
    return extract(
        WantedImages.of(places, np.array([moment for _, moment in rows], dtype=np.int64)),
        ImageSettings.model_validate({"path": "unused", "fetch_workers": 4, **settings}),
        open_bucket=lambda _: bucket,
        cache=cache if remembers else None,
    )


def _outcomes(result: ExtractionResult) -> Mapping[str, Outcome]:
    return {location.name: outcome for location, outcome in result.outcomes.items()}


def _asked(cache: FeatureCache) -> tuple[list[str], list[str]]:
    """Return which images the last run looked up, and which it read."""
    assert isinstance(cache.bucket, CountingBucket)
    looked, read = (cache.bucket.names(method) for method in ("info", "read"))
    return sorted(looked), sorted(name for name in read if not name.startswith("reports/"))


# --- from one run to the next, in real stores ---


def test_an_overwritten_picture_is_read_again_for_the_next_use_of_its_name(
    cache: FeatureCache,
) -> None:
    _put(cache, NAME, 0)
    first = _outcomes(_run(cache, (NAME, MONDAY)))[NAME]
    assert _asked(cache) == ([], [NAME])
    _put(cache, NAME, 1)
    second = _outcomes(_run(cache, (NAME, TUESDAY)))[NAME]
    assert _asked(cache) == ([NAME], [NAME])
    assert second != first
    assert second == _outcomes(_run(cache, (NAME, TUESDAY), remembers=False))[NAME]


def test_a_picture_that_was_not_overwritten_is_looked_up_once_for_a_new_use(
    cache: FeatureCache,
) -> None:
    _put(cache, NAME, 0)
    first = _run(cache, (NAME, MONDAY))
    second = _run(cache, (NAME, TUESDAY))
    assert _asked(cache) == ([NAME], [])
    third = _run(cache, (NAME, TUESDAY))
    assert _asked(cache) == ([], [])
    assert second.computed == third.computed == 0
    assert first.outcomes == second.outcomes == third.outcomes


def test_the_numbers_of_an_earlier_use_stay_when_its_picture_is_overwritten(
    cache: FeatureCache,
) -> None:
    _put(cache, NAME, 0)
    first = _run(cache, (NAME, MONDAY))
    _put(cache, NAME, 1)
    second = _run(cache, (NAME, TUESDAY))
    for known, moment in ((first, MONDAY), (second, TUESDAY)):
        assert _run(cache, (NAME, moment)).outcomes == known.outcomes
        assert _asked(cache) == ([], [])


def test_rows_that_two_windows_share_need_no_look(memory: FeatureCache) -> None:
    for name in (NAME, OTHER):
        _put(memory, name, 0)
    _run(memory, (NAME, MONDAY))
    _run(memory, (NAME, MONDAY), (OTHER, TUESDAY))
    assert _asked(memory) == ([], [OTHER])


def test_names_that_are_used_once_are_never_looked_up(memory: FeatureCache) -> None:
    names = [f"images/{number}.jpg" for number in range(8)]
    for number, name in enumerate(names):
        _put(memory, name, number)
    for first in (0, 2, 4):
        window = [(name, MONDAY + number * DAY) for number, name in enumerate(names)]
        _run(memory, *window[first : first + 4])
        assert _asked(memory)[0] == []


def test_only_the_names_with_another_use_are_looked_up(memory: FeatureCache) -> None:
    names = [f"images/{number}.jpg" for number in range(8)]
    for number, name in enumerate(names):
        _put(memory, name, number)
    _run(memory, *[(name, MONDAY) for name in names])
    _run(memory, *[(name, MONDAY) for name in names[:6]], (names[6], TUESDAY))
    assert _asked(memory) == ([names[6]], [])


def test_a_picture_that_is_gone_is_missing_for_a_new_use_and_known_for_the_old_one(
    memory: FeatureCache,
) -> None:
    _put(memory, NAME, 0)
    first = _run(memory, (NAME, MONDAY))
    memory.bucket.delete(NAME)
    assert _outcomes(_run(memory, (NAME, TUESDAY)))[NAME] == MissingImage()
    assert _run(memory, (NAME, MONDAY)).outcomes == first.outcomes


def test_what_is_overwritten_between_the_look_and_the_reading_counts_as_it_was_read(
    memory: FeatureCache,
) -> None:
    _put(memory, NAME, 0)
    _run(memory, (NAME, MONDAY))
    _put(memory, NAME, 1)
    bucket = memory.bucket
    assert isinstance(bucket, CountingBucket)

    def overwrite(method: str, name: str) -> None:
        if (method, name) == ("read", NAME):
            bucket.inner.write(NAME, PHOTOGRAPHS[2])

    bucket.before = overwrite
    found = _run(memory, (NAME, MONDAY + DAY // 2), (NAME, TUESDAY))
    bucket.before = lambda method, name: None
    assert found.sightings[NAME] == Sighting(version=bucket.info(NAME).version)
    _run(memory, (NAME, TUESDAY))
    assert _asked(memory) == ([], [])


STEPS = st.lists(
    st.tuples(st.sampled_from([NAME, OTHER]), st.integers(0, 3), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(steps=STEPS, length=st.integers(1, 3))
@settings(max_examples=15)
def test_each_use_has_the_numbers_of_the_picture_that_was_there_for_it(
    steps: list[tuple[str, int, bool]], length: int
) -> None:
    """Runs over the newest uses; each time a name is used its picture may be overwritten."""
    cache = FeatureCache(bucket=CountingBucket(MemoryBucket()), prefix="reports")
    there: dict[str, int] = {}
    uses: list[tuple[str, int]] = []
    expected: dict[tuple[str, int], Outcome] = {}
    for number, (name, photograph, overwrites) in enumerate(steps):
        if overwrites or name not in there:
            there[name] = photograph
            _put(cache, name, photograph)
        uses.append((name, MONDAY + number * DAY))
        expected[uses[-1]] = ALONE[there[name]]
        found = _outcomes(_run(cache, *uses[-length:]))
        assert all(found[name] == expected[name, last] for name, last in _last(uses[-length:]))
    for end in range(1, len(uses) + 1):
        window = uses[max(0, end - length) : end]
        found = _outcomes(_run(cache, *window))
        assert all(found[name] == expected[name, last] for name, last in _last(window))


def _last(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return list(dict(rows).items())


# --- more than one use in one window ---


def test_a_name_with_several_uses_in_a_window_is_looked_up_once_with_its_time(
    cache: FeatureCache,
) -> None:
    _put(cache, NAME, 0)
    _put(cache, OTHER, 1)
    first = _run(cache, (NAME, MONDAY), (OTHER, MONDAY), (NAME, TUESDAY))
    assert _asked(cache) == ([NAME], [NAME, OTHER])
    again = _run(cache, (NAME, MONDAY), (OTHER, MONDAY), (NAME, TUESDAY))
    assert _asked(cache) == ([], [])
    assert first.sightings == again.sightings
    assert first.sightings.keys() == {NAME}
    assert first.sightings[NAME].written is not None


def test_a_window_with_an_earlier_use_too_learns_when_the_picture_was_written(
    memory: FeatureCache,
) -> None:
    _put(memory, NAME, 0)
    _run(memory, (NAME, TUESDAY))
    for asked in (([NAME], []), ([], [])):
        found = _run(memory, (NAME, MONDAY), (NAME, TUESDAY))
        assert _asked(memory) == asked
        assert found.sightings[NAME].written is not None


def test_what_was_overwritten_since_is_still_known_for_the_last_use_of_a_window(
    memory: FeatureCache,
) -> None:
    _put(memory, NAME, 0)
    known = _run(memory, (NAME, TUESDAY))
    _put(memory, NAME, 1)
    found = _run(memory, (NAME, MONDAY), (NAME, TUESDAY))
    assert found.outcomes == known.outcomes
    assert found.sightings[NAME].written is None


def test_a_run_without_a_cache_looks_up_its_own_reused_names_alone(memory: FeatureCache) -> None:
    for name in (NAME, OTHER):
        _put(memory, name, 0)
    found = _run(memory, (NAME, MONDAY), (OTHER, MONDAY), (NAME, TUESDAY), remembers=False)
    assert _asked(memory) == ([NAME], [NAME, OTHER])
    assert found.sightings.keys() == {NAME}


def test_rows_of_one_request_are_one_use(memory: FeatureCache) -> None:
    _put(memory, NAME, 0)
    found = _run(memory, (NAME, MONDAY), (NAME, MONDAY + 900_000))
    assert _asked(memory) == ([], [NAME])
    assert found.sightings == {}


# --- a window that lies before another one ---


def test_a_picture_that_is_remembered_for_a_later_use_is_told_as_such_each_time(
    memory: FeatureCache,
) -> None:
    _put(memory, NAME, 1)
    _run(memory, (NAME, TUESDAY))
    for _ in range(2):
        found = _run(memory, (NAME, MONDAY))
        assert _asked(memory) == ([NAME], [])
        assert found.sightings[NAME].used_later == TUESDAY
    _run(memory, (NAME, TUESDAY))
    assert _asked(memory) == ([], [])


@pytest.mark.parametrize("immutable", [True, False])
def test_the_picture_of_a_later_use_is_not_taken_where_that_of_the_own_use_is_remembered(
    immutable: bool, memory: FeatureCache
) -> None:
    _put(memory, NAME, 0)
    first = _run(memory, (NAME, MONDAY), immutable=immutable)
    _put(memory, NAME, 1)
    _run(memory, (NAME, TUESDAY), immutable=immutable)
    again = _run(memory, (NAME, MONDAY), immutable=immutable)
    assert again.outcomes == first.outcomes
    assert again.sightings == {}


# --- images.immutable = false ---


def test_a_changeable_image_that_changed_is_read_again_and_told_as_replaced(
    memory: FeatureCache,
) -> None:
    _put(memory, NAME, 0)
    first = _run(memory, (NAME, MONDAY), immutable=False)
    assert _run(memory, (NAME, MONDAY), immutable=False).outcomes == first.outcomes
    assert _asked(memory) == ([NAME], [])
    _put(memory, NAME, 1)
    found = [_run(memory, (NAME, MONDAY), immutable=False) for _ in range(2)]
    assert [one.computed for one in found] == [1, 0]
    assert found[0].outcomes == found[1].outcomes != first.outcomes
    assert all(one.sightings[NAME].replaced for one in found)


# --- images that are in no log ---


def _listed(cache: FeatureCache) -> ExtractionResult:
    bucket = cache.bucket
    assert isinstance(bucket, CountingBucket)
    versions = {info.name: info.version for info in bucket.list("slots/")}
    bucket.calls.clear()
    return extract(
        WantedImages.of(
            [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in versions],
            versions=versions,
        ),
        ImageSettings(path="unused"),
        open_bucket=lambda _: bucket,
        cache=cache,
    )


def test_a_listed_image_that_was_replaced_is_read_again_and_no_other_is_asked_for(
    cache: FeatureCache,
) -> None:
    for name in (NAME, OTHER):
        _put(cache, name, 0)
    _listed(cache)
    _put(cache, NAME, 1)
    found = _listed(cache)
    assert _asked(cache) == ([], [NAME])
    assert _outcomes(found)[NAME] != _outcomes(found)[OTHER]
    assert _listed(cache).computed == 0
    assert _asked(cache) == ([], [])


# --- the parts of the cache ---


def _without_uses(cache: FeatureCache) -> None:
    """Make the cache's parts those of a version that knew no uses."""
    for name in parts_of(cache.bucket, cache):
        table = pq.read_table(io.BytesIO(cache.bucket.read(name).data))
        target = io.BytesIO()
        pq.write_table(table.drop_columns(["used", "written"]), target)
        digest = hashlib.sha256(target.getvalue()).hexdigest()[:16]
        cache.bucket.delete(name)
        cache.bucket.write(f"{cache.folder}part-{digest}.parquet", target.getvalue())


def test_what_an_older_version_remembered_is_looked_up_once(
    memory: FeatureCache, caplog: pytest.LogCaptureFixture
) -> None:
    for number, name in enumerate((NAME, OTHER)):
        _put(memory, name, number)
    first = _run(memory, (NAME, MONDAY), (OTHER, MONDAY))
    _without_uses(memory)
    second = _run(memory, (NAME, MONDAY), (OTHER, MONDAY))
    assert _asked(memory) == ([NAME, OTHER], [])
    assert _run(memory, (NAME, MONDAY), (OTHER, MONDAY)).outcomes == second.outcomes
    assert _asked(memory) == ([], [])
    assert first.outcomes == second.outcomes
    assert not caplog.records


def test_merged_parts_know_every_use(memory: FeatureCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MOST_SMALL_PARTS", 1)
    found = []
    for number, moment in enumerate((MONDAY, TUESDAY, WEDNESDAY)):
        _put(memory, NAME, number)
        found.append(_run(memory, (NAME, moment)))
    assert len(parts_of(memory.bucket, memory)) == 1
    for number, moment in enumerate((MONDAY, TUESDAY, WEDNESDAY)):
        assert _run(memory, (NAME, moment)).outcomes == found[number].outcomes
        assert _asked(memory) == ([], [])


def test_merging_old_parts_and_new_ones_leaves_one_row_for_a_version_and_use(
    memory: FeatureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MOST_SMALL_PARTS", 1)
    _put(memory, NAME, 0)
    _run(memory, (NAME, MONDAY))
    _without_uses(memory)
    _run(memory, (NAME, MONDAY))
    (name,) = parts_of(memory.bucket, memory)
    table = pq.read_table(io.BytesIO(memory.bucket.read(name).data))
    assert table.column("used").to_pylist() == [MONDAY]
