"""Further columns of numbers: read as the job names them, and nothing else."""

import numpy as np
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectError
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.times.timestamps import parse_timestamp
from jobs.times.windows import WindowRequest

LOG = """timestamp,class,speed_a,speed_b,kind,latency
2025-03-03T10:00:00Z,dog,1.5,10,x,7
2025-03-03T10:00:01Z,cat,oops,20,y,8
2025-03-03T10:00:02Z,cat,,30,y,9
"""
REQUEST = WindowRequest(end=parse_timestamp("2025-03-04", "UTC"), rows=10)


def read(tmp_path, numbers, **columns):
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    named = LogColumns(prediction="class", numbers=numbers, **columns)
    settings = PredictionSettings(path="log.csv", columns=named)
    return read_predictions(open_bucket(str(tmp_path)), settings, REQUEST)


def test_a_pattern_takes_in_columns_under_their_own_names(tmp_path):
    rows = read(tmp_path, ["speed_*"])

    assert rows.numbers == ("speed_a", "speed_b")
    np.testing.assert_array_equal(rows.fields["speed_b"], [10.0, 20.0, 30.0])
    np.testing.assert_array_equal(rows.fields["speed_a"], [1.5, np.nan, np.nan])


def test_a_table_gives_columns_other_names(tmp_path):
    rows = read(tmp_path, {"mean": "speed_b"})

    assert rows.numbers == ("mean",)
    assert rows.fields["mean"].tolist() == [10.0, 20.0, 30.0]


def test_a_text_that_is_no_number_is_told_with_its_line(tmp_path):
    rows = read(tmp_path, ["speed_a"])

    (tally,) = [one for one in rows.tally.numbers if one.column == "speed_a"]
    assert (tally.role, tally.lost, tally.filled) == ("number", 1, 2)
    assert (tally.examples[0].line, tally.examples[0].text) == (3, "oops")
    # A number may lie anywhere: no value is outside of 0 to 1.
    assert tally.outside == 0


def test_a_column_that_is_not_there_names_the_key(tmp_path):
    with pytest.raises(
        ObjectError, match=r'no column "sped_a", which predictions\.columns\.numbers'
    ):
        read(tmp_path, ["sped_a"])


def test_a_pattern_that_takes_in_a_field_of_a_row_is_refused(tmp_path):
    with pytest.raises(ObjectError, match='numbers takes in the column "latency"'):
        read(tmp_path, ["*"])


def test_what_is_a_probability_is_no_further_number(tmp_path):
    rows = read(tmp_path, ["speed_*"], probabilities=("speed_a",))

    assert rows.probabilities == ("speed_a",)
    assert rows.numbers == ("speed_b",)
