"""What a run says of classes written in several ways, and of predictions without images."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from drift.observations.logged_images import LoggedImages
from drift.observations.window_counts import count_window
from drift.observations.window_images import join
from drift.remarks.columns import class_forms, unlinked_predictions
from drift.remarks.facts import RunData
from jobs.images.locations import RefusedLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, image_records
from tests.support.log_window import read_log
from tests.support.memory_bucket import MemoryBucket
from tests.support.worlds import job_of

PROFILE = ReferenceProfile(
    id="p-1",
    created_at=datetime(2025, 3, 3, tzinfo=UTC),
    source="a test",
    settings_digest="",
    versions={"mean": 1},
    features=pd.DataFrame({"mean": [1.0, 2.0]}),
    predictions=PredictionTable(rows=pd.DataFrame({"confidence": [0.5, 0.6, 0.7]})),
    left_out={},
    records=image_records(["a.jpg", "b.jpg"], [b"\0" * 32] * 2),
)


@pytest.fixture
def data_of(tmp_path):
    def data(classes: list[str], profile: ReferenceProfile = PROFILE) -> RunData:
        lines = [f"2025-03-04T10:00:{row:02d}Z,{one}" for row, one in enumerate(classes)]
        log = "\n".join(["timestamp,breed", *lines, ""])
        predictions = read_log({"log.csv": log}, columns={"prediction": "breed"})
        refused = [RefusedLocation(reason="no value in image", detail="")] * len(predictions)
        nothing = extract([], ImageSettings(path="image"), open_bucket=lambda _: MemoryBucket())
        logged = LoggedImages.of(predictions, refused, nothing)
        window = join(logged)
        return RunData(
            job=job_of(tmp_path),
            predictions=predictions,
            window=window,
            counts=count_window(logged, window),
            profile=profile,
            counted=profile,
        )

    return data


def test_texts_that_are_taken_for_a_class_are_said_once(data_of):
    (remark,) = class_forms(data_of(["2.0", "2", "2.0", "True", "cat"]))
    assert remark.code == "class_forms"
    assert "In breed, 2.0 is taken as 2 and True is taken as true." in remark.text


def test_other_unicode_forms_are_said_without_a_list(data_of):
    forms = [unicodedata.normalize(form, "pâté") for form in ("NFC", "NFD")]
    (remark,) = class_forms(data_of(forms))
    assert "Unicode forms are one, as of pâté" in remark.text


def test_nothing_is_said_of_classes_in_one_form(data_of):
    assert list(class_forms(data_of(["cat", "02", "2.5", " dog "]))) == []


def test_predictions_whose_images_are_not_known_are_said(data_of):
    (remark,) = unlinked_predictions(data_of(["cat"]))
    assert "which of the reference's 2 images each of its 3 predictions is of" in remark.text


def test_nothing_is_said_where_the_images_are_known(data_of):
    images = pd.Series(["a.jpg", "a.jpg", "b.jpg"], dtype="str")
    linked = replace(PROFILE, prediction_images=images)
    assert list(unlinked_predictions(data_of(["cat"], linked))) == []
