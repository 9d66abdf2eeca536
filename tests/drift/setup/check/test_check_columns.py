"""What check says about named columns that are empty in a part of the window."""

from datetime import UTC, datetime

import pytest

from drift.cli.check_table import as_text
from drift.setup.check.columns import check_columns
from drift.setup.check.result import CheckState
from jobs.buckets.registry import open_bucket
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest

COLUMNS = LogColumns(prediction="pred", confidence="score", label="truth")


def checked(tmp_path, lines):
    (tmp_path / "log.csv").write_text("\n".join(["timestamp,pred,score,truth", *lines]) + "\n")
    rows = read_predictions(
        open_bucket(str(tmp_path)),
        PredictionSettings(path="log.csv", columns=COLUMNS),
        WindowRequest(end=datetime(2025, 3, 4, tzinfo=UTC), rows=len(lines)),
    )
    return list(check_columns(COLUMNS, rows))


def lines(filled, empty):
    start = [f"2025-03-03T10:{row:02d}:00Z,beagle,0.9," for row in range(filled)]
    return start + [f"2025-03-03T11:{row:02d}:00Z,,0.9," for row in range(empty)]


def test_a_column_that_is_empty_in_many_rows_is_to_be_looked_at(tmp_path):
    (check,) = checked(tmp_path, lines(30, 10))
    assert check.state is CheckState.LOOK
    assert check.found == "pred is empty in 10 of 40 rows of the window"


@pytest.mark.parametrize("word", ["null", "-", "n/a"])
def test_words_for_no_value_are_empty_too(tmp_path, word):
    start = [f"2025-03-03T10:{row:02d}:00Z,beagle,0.9," for row in range(30)]
    rest = [f"2025-03-03T11:{row:02d}:00Z,beagle,{word}," for row in range(10)]
    (check,) = checked(tmp_path, start + rest)
    assert check.found == "score is empty in 10 of 40 rows of the window"


def test_a_few_empty_values_and_labels_that_are_late_are_no_matter(tmp_path):
    assert checked(tmp_path, lines(59, 1)) == []


def test_a_long_name_of_a_look_stands_apart_from_what_was_found(tmp_path):
    text = as_text(checked(tmp_path, lines(30, 10)))
    assert "prediction column pred is empty in 10 of 40 rows" in text


def test_a_pattern_of_numbers_may_take_in_what_is_a_segment_too(tmp_path):
    times = [f"2025-03-03T10:{row:02d}:00Z" for row in range(40)]
    cells = [f"{time},north,{'' if row < 10 else row}" for row, time in enumerate(times)]
    (tmp_path / "log.csv").write_text("\n".join(["timestamp,temp_zone,temp_oven", *cells]) + "\n")
    named = LogColumns(numbers=("temp_*",))
    rows = read_predictions(
        open_bucket(str(tmp_path)),
        PredictionSettings(path="log.csv", columns=named),
        WindowRequest(end=datetime(2025, 3, 4, tzinfo=UTC), rows=40),
        segment_columns=("temp_zone",),
    )
    (check,) = check_columns(named, rows)
    assert check.thing == "number column"
    assert check.found == "temp_oven is empty in 10 of 40 rows of the window"
