"""A run on a labelled bucket with every kind of bad input: counted, and nothing ends it."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from jobs.job_file.job import Job
from tests.support.command import ROOT
from tests.support.labelbox_bucket import Fault, Layout, World, fill_folder, labelbox_bucket
from tests.support.quality_runs import run_until

WORLD = World(days=11, images_per_day=24, blurred_days=0)
LAYOUT = Layout(label_days=(0, 1), labelled_share=1.0)
JOB_FILE = ROOT / "examples/labelbox/shapes.toml"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    fill_folder(folder, labelbox_bucket(WORLD, LAYOUT, faults=list(Fault)))
    settings = tomllib.loads(JOB_FILE.read_text(encoding="utf-8"))
    settings["bucket"]["url"] = str(folder)
    settings["reference"]["window"] = {
        "start": "2025-03-01T00:00:00Z",
        "end": "2025-03-04T00:00:00Z",
    }
    until = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=WORLD.days)
    return run_until(Job.model_validate(settings), until)


def test_faulty_boxes_are_counted_with_reasons(found):
    (lost,) = (one for one in found.log.lost_values if one.column == "boxes")

    assert lost.reasons == {
        "beyond the 1,000 of an image that are kept": 9_000,
        "inverted": 1,
        "outside of the image": 1,
        "with a number that is missing, NaN or infinite": 1,
        "without an area": 1,
    }
    assert "values_lost" in {one.code for one in found.remarks}


def test_images_results_and_labels_that_miss_each_other_are_counted(found):
    assert found.quality.reasons == {"not in the bucket": 1}
    # One of the day's images has no result: the log does not know it.
    assert found.log.rows == WORLD.images_per_day - 1
    assert found.model_quality.labels.left_out == {"no prediction in the last 30 days": 1}


def test_a_class_that_changed_its_spelling_stays_one(found):
    names = [one.name for one in found.model_quality.detection.classes]

    assert sorted(name.lower() for name in names) == ["circle", "cross", "square", "triangle"]
    assert found.model_quality.score.value == pytest.approx(0.84, abs=0.1)
    assert "classes_renamed" in {one.code for one in found.remarks}
