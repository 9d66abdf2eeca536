"""What a job file may say of boxes."""

import pytest
from pydantic import ValidationError

from jobs.errors import JobFileError
from jobs.job_file.prediction_settings import LogColumns
from jobs.job_file.reading import load_job

COLUMN = {"column": "boxes"}
FOUR = ["x0", "y0", "x1", "y1"]
JOB_FILE = """
name = "a"
[bucket]
url = "gs://a"
[predictions]
path = "a.csv"
[predictions.columns.boxes]
column = "boxes"
{more}
[window]
last = "1d"
[reference]
log = "b.csv"
images = "c"
"""


def columns_of(boxes, **others):
    return LogColumns.model_validate({"boxes": boxes, **others})


def test_classes_and_scores_of_boxes_stand_for_prediction_and_confidence():
    of_cells = columns_of(COLUMN | {"classes": "names", "scores": "scores"})
    assert (of_cells.prediction, of_cells.confidence) == ("boxes (class)", "boxes (score)")
    of_columns = columns_of({"columns": FOUR, "classes": "said", "scores": "sure"})
    assert (of_columns.prediction, of_columns.confidence) == ("said", "sure")
    assert columns_of(COLUMN).prediction is None


def test_what_was_read_once_is_read_again_as_the_same():
    columns = columns_of(COLUMN | {"classes": "names"})
    assert LogColumns.model_validate(columns.model_dump()) == columns


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"boxes": {}}, "either column"),
        ({"boxes": {"column": "a", "columns": FOUR}}, "either column"),
        ({"boxes": {"columns": FOUR[:3]}}, "four different columns"),
        ({"boxes": {"columns": ["x"] * 4}}, "four different columns"),
        ({"boxes": COLUMN | {"width": "w"}}, "width and height both"),
        ({"boxes": COLUMN | {"format": "yolo"}}, "format"),
        ({"boxes": COLUMN | {"classes": "c"}, "prediction": "p"}, "either prediction or boxes"),
        ({"boxes": COLUMN | {"scores": "c"}, "confidence": "p"}, "either confidence or boxes"),
        ({"boxes": COLUMN, "answer": "output"}, "either answer or boxes"),
    ],
)
def test_what_contradicts_itself_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        LogColumns.model_validate(given)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('fromat = "xyxy"', "Did you mean predictions.columns.boxes.format?"),
        ('format = "yolo"', 'predictions.columns.boxes.format is "yolo". Expected'),
        ('width = "w"', "predictions.columns.boxes"),
        ("", "[images] is missing: predictions.columns.boxes are boxes of images"),
        (
            '[images]\npath = "{file}"\n[labels]\npath = "l.csv"\ncolumns.id = "id"',
            "labels of classes beside predictions.columns.boxes",
        ),
    ],
)
def test_faults_are_told_with_their_keys(tmp_path, more, said):
    path = tmp_path / "job.toml"
    path.write_text(JOB_FILE.format(more=more), encoding="utf-8")
    with pytest.raises(JobFileError) as error:
        load_job(path, {})
    assert said in str(error.value)
