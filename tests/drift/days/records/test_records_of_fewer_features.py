"""Buckets of a version that knew fewer columns: what goes on serving, and what begins anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.pinned_profile import build_and_pin, pinned_profile
from drift.remarks.older_versions import BUILD_ANEW, lacking_features, lacking_words
from reference_stats.features import registry
from reference_stats.features.families.composition import COMPOSITION_FEATURES
from reference_stats.features.families.defects import DEFECT_FEATURES
from tests.support.day_world import day, job_with, make_days, place_of, run_days

OF_FAMILIES = frozenset(feature.name for feature in (*DEFECT_FEATURES, *COMPOSITION_FEATURES))
NEWER = OF_FAMILIES | {
    "warmth",
    "colourless",
    "centre_sharpness",
    "blur_direction",
    "transparency",
}


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a bucket in which thirty features made a profile, a cache and five days."""
    make_days(tmp_path)
    thirty = tuple(one for one in registry.FEATURES if one.name not in NEWER)
    assert len(thirty) == 30
    with monkeypatch.context() as then:
        then.setattr(registry, "FEATURES", thirty)
        run_days(place_of(job_with(tmp_path)), day(5))
    return tmp_path


def _records(bucket: Path) -> dict[str, bytes]:
    folder = bucket / "data_drift_reports/dogs/days"
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.glob("*/*.json")}


def _caches(bucket: Path) -> dict[str, set[str]]:
    folders = (bucket / "data_drift_reports/features").iterdir()
    return {folder.name: {part.name for part in folder.iterdir()} for folder in folders}


def test_records_of_days_go_on_serving_with_the_columns_that_they_know(bucket: Path) -> None:
    before = _records(bucket)
    known = run_days(place_of(job_with(bucket)), day(6))
    assert len(before) == 6  # five days and that of the window
    assert before.items() <= _records(bucket).items()
    assert len(known.records) == 5
    assert all("mean" in one.features.columns for one in known.records)
    assert not any(NEWER & set(one.features.columns) for one in known.records)


def test_the_profile_goes_on_serving_and_what_it_lacks_is_said(bucket: Path) -> None:
    place = place_of(job_with(bucket))
    profile = pinned_profile(place)
    lacking = lacking_features(profile, place.job)
    assert set(lacking) == NEWER
    said = lacking_words(profile, place.job, lacking)
    assert "an older version built it" in said
    assert "drift profile build" in BUILD_ANEW


def test_the_older_cache_stays_as_it_is_beside_a_new_one(bucket: Path) -> None:
    before = _caches(bucket)
    run_days(place_of(job_with(bucket)), day(6))
    after = _caches(bucket)
    assert len(before) == 1
    assert before.items() <= after.items()
    assert len(after) == 2


def test_a_profile_built_anew_knows_all_columns_and_so_do_its_days(bucket: Path) -> None:
    before = _records(bucket)
    place = place_of(job_with(bucket))
    profile = build_and_pin(place)
    assert lacking_features(profile, place.job) == ()
    known = run_days(place, day(6))
    assert len(known.records) == 5
    assert all("warmth" in one.features.columns for one in known.records)
    assert before.items() <= _records(bucket).items()
