"""Patterns over names: what they match, what they give, and what is no pattern."""

import pytest

from jobs.errors import JobFileError
from jobs.job_file.job import Job
from jobs.job_file.names.patterns import NamePattern
from jobs.job_file.reading import load_job
from jobs.predictions.selection.object_names import compile_glob

CAMERAS = "{camera}/{timestamp:%Y/%m/%d}/{timestamp:%Y%m%d_%H%M%S}_*.jpg"


@pytest.mark.parametrize(
    ("pattern", "name", "columns"),
    [
        (
            CAMERAS,
            "yard/2025/03/04/20250304_101112_a.jpg",
            {"camera": "yard", "timestamp": "2025-03-04T10:11:12"},
        ),
        ("{day:%d-%m-%Y}/*.json", "04-03-2025/x.json", {"day": "2025-03-04T00:00:00"}),
        ("**/{who}_{n}.csv", "a/b/ann_7.csv", {"who": "ann", "n": "7"}),
        ("logs/{day:utc %Y/%m/%d}/?.csv", "logs/2025/03/04/a.csv", {"day": "2025-03-04T00:00:00Z"}),
    ],
)
def test_pieces_of_a_name_are_columns(pattern, name, columns):
    found = NamePattern(pattern)
    assert found.columns_of(name) == columns
    assert compile_glob(found.glob).fullmatch(name)


@pytest.mark.parametrize(
    "name",
    [
        "yard/2025/03/05/20250304_101112_a.jpg",
        "a/yard/2025/03/04/20250304_101112_a.jpg",
        "yard/2025/03/04/20250304_101112.jpg",
        "yard/2025/02/31/20250231_101112_a.jpg",
    ],
)
def test_a_name_that_contradicts_the_pattern_has_no_columns(name):
    found = NamePattern(CAMERAS).columns_of(name)
    assert found.get("timestamp") is None


@pytest.mark.parametrize(
    "pattern",
    ["x.csv", "{a", "a}", "{a}{a}", "{}", "{t:%H%M}.csv", "{t:stem}", "{t:Asia/X %Y%m%d}"],
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match=r"\w"):
        NamePattern(pattern)


def test_wildcards_side_by_side_do_not_cross_folders():
    assert NamePattern("{a}*.jpg").glob == "*.jpg"


def job(**predictions: object) -> dict[str, object]:
    return {
        "name": "a",
        "bucket": {"url": "x"},
        "predictions": predictions,
        "window": {"rows": 10},
        "reference": {"images": "reference"},
    }


def test_a_job_of_images_alone_needs_no_path_and_no_images():
    found = Job.model_validate(job(images_only=True, from_path=CAMERAS))
    assert found.predictions.path == "*/*/*/*/*_*.jpg"
    assert found.predictions.columns.timestamp == "timestamp"
    assert found.images.path == "{path}"
    assert found.predictions.exclude == ("reference/**", "data_drift_reports/**")


def test_where_no_name_tells_the_time_it_is_the_store_s():
    found = Job.model_validate(job(images_only=True))
    assert (found.predictions.path, found.predictions.columns.timestamp) == ("**", "{written}")
    own = Job.model_validate(job(images_only=True, columns={"timestamp": "{name:%Y%m%d}"}))
    assert own.predictions.columns.timestamp == "{name:%Y%m%d}"


def test_a_log_still_needs_its_path(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(
        'name = "a"\n[bucket]\nurl = "x"\n[predictions]\nfrom_path = "{t:%H}"\n'
        'columns.timestamp = "{path:%H}"\n'
        '[images]\npath = "p"\n[window]\nrows = 10\n[reference]\nimages = "r"\n'
    )
    with pytest.raises(JobFileError) as caught:
        load_job(path, {})
    faults = " ".join(caught.value.faults)
    assert "predictions.path" in faults
    assert "predictions.from_path" in faults
    assert "predictions.columns.timestamp" in faults
