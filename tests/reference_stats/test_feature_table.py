"""The table of features: what it accepts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reference_stats.feature_table import FeatureTable

NAMES = ("mean", "size_bytes")


def _table() -> FeatureTable:
    rows = {"b.jpg": np.array([0.1 + 0.2, np.nan]), "a ü.jpg": np.array([5e-324, -0.0])}
    return FeatureTable.of(rows, NAMES)


def _frame(**changes: object) -> pd.DataFrame:
    index = changes.get("index", pd.Index(["a", "b"], dtype="str", name="image"))
    columns = changes.get("columns", {"mean": [1.0, 2.0]})
    return pd.DataFrame(columns, index=index)


def test_rows_keep_their_order_and_names() -> None:
    table = _table()
    assert len(table) == 2
    assert table.names == NAMES
    assert list(table.frame.index) == ["b.jpg", "a ü.jpg"]


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (_frame(index=pd.Index(["a", "b"], dtype="str")), "the index is called None"),
        (_frame(index=pd.Index(["a", "a"], dtype="str", name="image")), "an image is there twice"),
        (_frame(index=pd.Index([1, 2], name="image")), "an image path is no text"),
        (_frame(columns={"mean": [1, 2]}), r"not float64: \['mean'\]"),
        (_frame(columns={"mean": [1.0, np.inf]}), "an infinite number"),
        (_frame(columns={"": [1.0, 2.0]}), "a column has no name"),
    ],
)
def test_a_frame_of_another_form_is_refused(frame: pd.DataFrame, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        FeatureTable(frame=frame)


def test_a_column_that_is_there_twice_is_refused() -> None:
    frame = pd.DataFrame([[1.0, 2.0]], index=pd.Index(["a"], name="image"), columns=["x", "x"])
    with pytest.raises(ValueError, match="a column is there twice"):
        FeatureTable(frame=frame)
