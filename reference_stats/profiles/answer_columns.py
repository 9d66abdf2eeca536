"""The answers in the cells of a plain table, read as those of a log are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.answers.columns import with_answers
from jobs.predictions.rows.frames import class_series
from jobs.predictions.values.texts import text_of


def with_answer_columns(table: pd.DataFrame, named: LogColumns) -> pd.DataFrame:
    """Return a table with what is made of `predictions.columns.answer` as columns of its own.

    A table without that column stays as it is: its class and confidence may stand in columns.
    """
    wanted = {name for name in (named.answer, named.answer_names) if name is not None}
    cells = {name: cells_of(table, name) for name in wanted}
    texts = {name: column for name, column in cells.items() if column is not None}
    if named.answer is None or named.answer not in texts:
        return table
    made = with_answers(pa.table(texts), named)
    columns = {name: made[name] for name in made.column_names if name not in wanted}
    found = {name: column.to_pandas().set_axis(table.index) for name, column in columns.items()}
    if named.prediction in found:
        found[named.prediction] = class_series(columns[named.prediction]).set_axis(table.index)
    return table.assign(**found)


def cells_of(table: pd.DataFrame, name: str) -> pa.ChunkedArray | None:
    """Return a column as texts, also one of a struct's fields; None where there is none."""
    if name in table.columns:
        values = table[name].tolist()
    else:
        outer, dot, inner = name.partition(".")
        if not dot or outer not in table.columns:
            return None
        values = [_inner(value, inner.split(".")) for value in table[outer].tolist()]
    return pa.chunked_array([pa.array([_cell(value) for value in values], pa.string())])


def _inner(value: object, keys: list[str]) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _cell(value: object) -> str | None:
    plain = _plain(value)
    return None if isinstance(plain, float) and np.isnan(plain) else text_of(plain)


def _plain(value: object) -> object:
    """Return a value of Parquet with lists in place of arrays."""
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
