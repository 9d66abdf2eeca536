"""The log's own columns take less memory once the images are located, and say the same."""

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.predictions.rows.frames import compacted_raw, raw_frame

ROWS = 20_000


def raw() -> pd.DataFrame:
    numbers = [str(number) for number in range(ROWS)]
    return raw_frame(
        {
            "id": pa.array([None, *numbers[1:]]),
            "camera": pa.array([("gate", None, "roof")[row % 3] for row in range(ROWS)]),
            "late": pa.array(["0"] * (ROWS // 2) + numbers[: ROWS // 2]),
            "nothing": pa.nulls(ROWS, pa.string()),
        }
    )


def test_the_texts_are_the_same() -> None:
    before = raw()
    after = compacted_raw(before)
    assert list(after) == list(before)
    for name in before:
        assert pa.array(after[name], pa.string()).to_pylist() == before[name].tolist()
        assert after[name].isna().tolist() == before[name].isna().tolist()
        assert list(pd.unique(after[name].dropna())) == list(pd.unique(before[name].dropna()))


def test_columns_of_few_texts_become_categories_and_others_no_objects() -> None:
    kinds = {str(name): str(kind) for name, kind in compacted_raw(raw()).dtypes.items()}
    assert kinds == {"id": "str", "camera": "category", "late": "category", "nothing": "category"}


def test_more_texts_than_categories_hold_are_kept_as_texts() -> None:
    texts = ["0"] * 10_000 + [str(number) for number in range(40_000)]
    late = compacted_raw(pd.DataFrame({"late": pd.Series(texts, dtype=object)}))["late"]
    assert str(late.dtype) == "str"
    assert late.tolist() == texts


def test_they_take_less_than_half_of_the_memory() -> None:
    before = raw()
    after = compacted_raw(before)
    sizes = [frame.memory_usage(index=False, deep=True).sum() for frame in (before, after)]
    assert sizes[1] < sizes[0] / 2


def test_a_window_without_rows_has_none() -> None:
    empty = compacted_raw(raw().iloc[:0])
    assert list(empty) == list(raw())
    assert not np.any(empty.shape[0])
