"""The frames of a window: what they hold in memory."""

import pyarrow as pa

from jobs.predictions.rows.frames import raw_frame


def test_equal_texts_of_a_column_are_one_object():
    texts = pa.array(["a long label", None, "another", "a long label"])
    column = raw_frame({"breed": texts})["breed"]
    assert column.tolist() == ["a long label", None, "another", "a long label"]
    assert column[0] is column[3]


def test_a_column_without_rows_and_one_without_values_are_kept():
    assert raw_frame({"breed": pa.nulls(0, pa.string())})["breed"].tolist() == []
    assert raw_frame({"breed": pa.nulls(2, pa.string())})["breed"].tolist() == [None, None]
