"""Where profiles are kept, and which ones are refused."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import (
    ExitCode,
    ObjectChangedError,
    ObjectError,
    ObjectMissingError,
    ProfileDefinitionError,
)
from reference_stats.features.registry import FEATURES
from reference_stats.profiles.profile import (
    PredictionTable,
    ReferenceProfile,
    check_definitions,
    image_records,
    profile_id,
)
from reference_stats.profiles.store import Pin, ProfileStore


def make_profile(*, predictions: bool = True) -> ReferenceProfile:
    features = pd.DataFrame({"mean": [1.5, np.nan, 3.25], "median": [1.0, 2.0, 1e-300]})
    said = pd.DataFrame({"prediction": ["a", None, "b"], "confidence": [0.5, np.nan, 1.0]})
    table = PredictionTable.of(said, ()) if predictions else PredictionTable.empty()
    versions = {"mean": 1, "median": 1}
    return ReferenceProfile(
        id=profile_id(features, table, versions),
        created_at=datetime(2025, 3, 3, 4, 5, tzinfo=UTC),
        source="a test",
        settings_digest="0123",
        versions=versions,
        features=features,
        predictions=table,
        left_out={"empty file": 2},
    )


@pytest.fixture
def store(tmp_path):
    return ProfileStore(bucket=open_bucket(str(tmp_path)), folder="reports/dogs/profiles")


@pytest.mark.parametrize("predictions", [True, False])
def test_a_saved_profile_is_pinned_and_loads_equal_to_the_last_bit(store, predictions):
    profile = make_profile(predictions=predictions)
    assert store.pinned_id() is None
    store.save(profile)
    store.pin(profile.id, Pin())
    assert store.pinned_id() == profile.id
    loaded = store.load(profile.id)
    pd.testing.assert_frame_equal(loaded.features, profile.features, check_exact=True)
    assert loaded.predictions.rows.to_dict("list").keys() == (
        profile.predictions.rows.to_dict("list").keys()
    )
    assert profile_id(loaded.features, loaded.predictions, loaded.versions) == profile.id
    assert loaded.created_at == profile.created_at
    assert loaded.left_out == profile.left_out


def with_records(**more: pd.Series) -> ReferenceProfile:
    profile = make_profile()
    records = image_records(["a.jpg", "b.jpg", "c.jpg"], [bytes([n]) * 32 for n in (1, 2, 3)])
    records = records.assign(**more)
    known = (profile.features, profile.predictions, profile.versions)
    return replace(profile, id=profile_id(*known, records), records=records)


def test_fingerprints_clients_and_times_are_kept_and_belong_to_the_id(store):
    profile = with_records(
        client=pd.Series(["x", None, "y"], dtype="str"),
        timestamp=pd.to_datetime(pd.Series(["2025-03-04T05:06:07.000008Z"] * 3)).dt.as_unit("us"),
    )
    store.save(profile)
    loaded = store.load(profile.id).records
    pd.testing.assert_frame_equal(loaded, profile.records)
    assert len({profile.id, with_records().id, make_profile().id}) == 3


def test_a_profile_that_knew_no_fingerprints_loads_and_keeps_its_id(store):
    profile = make_profile()
    store.save(profile)
    assert store.load(profile.id).records is None


def test_records_of_other_images_are_refused(store, tmp_path):
    profile = with_records()
    store.save(profile)
    path = tmp_path / store.folder / profile.id / "records.parquet"
    profile.records.head(2).to_parquet(path)
    with pytest.raises(ObjectError, match=r"records\.parquet has other rows"):
        store.load(profile.id)


def test_a_profile_is_written_once_and_never_changed(store, tmp_path):
    profile = make_profile()
    store.save(profile)
    before = (tmp_path / store.folder / profile.id / "profile.json").read_bytes()
    store.save(replace(profile, source="another", created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (tmp_path / store.folder / profile.id / "profile.json").read_bytes() == before


def test_an_interrupted_save_is_finished_by_the_next(store, tmp_path):
    profile = make_profile()
    store.save(profile)
    (tmp_path / store.folder / profile.id / "profile.json").unlink()
    store.save(profile)
    assert store.load(profile.id).id == profile.id


def test_an_unknown_profile_is_missing_by_name(store):
    with pytest.raises(ObjectMissingError, match="p-none"):
        store.load("p-none")


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"id": "p", "features": 3}'])
def test_a_damaged_profile_says_what_to_do(store, tmp_path, content):
    profile = make_profile()
    store.save(profile)
    (tmp_path / store.folder / profile.id / "profile.json").write_bytes(content)
    with pytest.raises(ObjectError, match="drift profile build"):
        store.load(profile.id)


def test_a_damaged_pin_says_what_to_do(store, tmp_path):
    store.save(make_profile())
    (tmp_path / store.folder / "pinned.json").write_text("p-1")
    with pytest.raises(ObjectError, match="drift profile build"):
        store.pinned_id()
    store.pin("p-2", store.pin_to_replace())
    assert store.pinned_id() == "p-2"


def test_a_first_pin_replaces_none_that_is_there(store):
    store.pin("p-1", Pin())
    with pytest.raises(ObjectChangedError, match="another profile was pinned while p-2 was built"):
        store.pin("p-2", Pin())
    assert store.pinned_id() == "p-1"


def test_a_pin_replaces_only_the_one_that_was_there_when_its_profile_was_begun(store):
    store.pin("p-1", Pin())
    before = store.pin_to_replace()
    store.pin("p-2", before)
    with pytest.raises(ObjectChangedError):
        store.pin("p-3", before)
    assert store.pinned_id() == "p-2"


def test_the_same_profile_may_be_pinned_by_two_at_once(store):
    store.pin("p-1", Pin())
    store.pin("p-1", Pin())
    assert store.pinned_id() == "p-1"


def test_a_profile_with_fewer_features_is_used_for_those_it_has():
    assert check_definitions(make_profile()) == ("mean", "median")


def test_a_profile_of_another_definition_is_refused_with_what_to_do():
    profile = replace(make_profile(), versions={"mean": 7, "median": 1})
    with pytest.raises(ProfileDefinitionError, match=r"mean \(version 7, now 1\)") as caught:
        check_definitions(profile)
    assert "drift profile build" in caught.value.message
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_profile_of_another_feature_set_keeps_its_unknown_features_out():
    profile = replace(make_profile(), versions={"mean": 1, "gone": 3})
    assert check_definitions(profile) == ("mean",)
    assert "gone" not in {feature.name for feature in FEATURES}
