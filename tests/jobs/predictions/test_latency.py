"""The latency column: a number that is shown, and for which no row is ever lost."""

import io

import numpy as np
import pandas as pd
import pytest

from jobs.errors import ColumnMissingError
from tests.support.log_window import read_log

LATENCY = {"latency": "took"}
CSV = """timestamp,id,took
2025-03-04T10:00:00Z,a,38.5
2025-03-04T10:01:00Z,b,
2025-03-04T10:02:00Z,c,38 ms
2025-03-04T10:03:00Z,d,1e3
"""


def test_it_is_read_as_numbers() -> None:
    rows = read_log({"log.csv": CSV}, columns=LATENCY)

    np.testing.assert_array_equal(rows.fields["latency"], [38.5, np.nan, np.nan, 1000.0])


def test_no_row_is_rejected_for_it() -> None:
    rows = read_log({"log.csv": CSV}, columns=LATENCY)

    assert (len(rows), rows.tally.rejected) == (4, 0)


def test_it_comes_from_parquet_and_json_lines_too() -> None:
    table = pd.DataFrame({"timestamp": ["2025-03-04T10:00:00Z"], "id": ["a"], "took": [38.5]})
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    packed = read_log({"log.parquet": buffer.getvalue()}, "log.parquet", columns=LATENCY)
    lines = '{"timestamp": "2025-03-04T10:00:00Z", "id": "a", "took": 38.5}\n'
    listed = read_log({"log.jsonl": lines}, "log.jsonl", columns=LATENCY)

    assert packed.fields["latency"].tolist() == listed.fields["latency"].tolist() == [38.5]


def test_without_the_key_nothing_is_known() -> None:
    rows = read_log({"log.csv": CSV})

    assert rows.fields["latency"].isna().all()
    assert rows.fields["latency"].dtype == np.float64


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ColumnMissingError, match=r"predictions\.columns\.latency"):
        read_log({"log.csv": CSV}, columns={"latency": "latency_ms"})


def test_a_probability_column_may_not_take_its_place() -> None:
    content = "timestamp,id,latency\n2025-03-04T10:00:00Z,a,0.5\n"

    with pytest.raises(Exception, match="narrower"):
        read_log({"log.csv": content}, columns={"probabilities": ("lat*",)})
