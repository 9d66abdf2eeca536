"""The answers in a column of cells as columns of their own: class, confidence, probabilities."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pyarrow as pa

from jobs.job_file.prediction_settings import (
    LogColumns,
    class_column,
    confidence_column,
    probability_column,
)
from jobs.predictions.answers.answer import CellAnswer, read_answer
from jobs.predictions.values.long_values import cut_values
from jobs.times.timestamp_parts import Texts

TIED = "tied"


def with_answers(table: Texts, named: LogColumns) -> Texts:
    """Return a table of texts with the answers in its cells as columns of their own.

    Made are the class, its confidence, the number of each class that
    `predictions.columns.probabilities` takes in, and why a cell holds no answer. The cells
    themselves are cut as other long values are.

    Parameters
    ----------
    named
        The job file's `predictions.columns`; without `answer` the table stays as it is.
    """
    if named.answer is None or named.answer not in table.column_names:
        return table
    cells = table[named.answer].to_pylist()
    listed = named.answer_names if named.answer_names in table.column_names else None
    names = table[listed].to_pylist() if listed else [None] * len(cells)
    read = [
        None if cell is None else read_answer(cell, own)
        for cell, own in zip(cells, names, strict=True)
    ]
    for long in filter(None, (named.answer, listed)):
        table = _put(table, long, _cut(table[long]))
    for name, values in _columns(read, named).items():
        table = _put(table, name, pa.chunked_array([values]))
    return table


def _columns(read: list[CellAnswer | str | None], named: LogColumns) -> dict[str, pa.StringArray]:
    answer = named.answer or ""
    found = [one if isinstance(one, CellAnswer) else None for one in read]
    made = {
        class_column(answer): [one and one.name for one in found],
        confidence_column(answer): [one and _text(one.confidence) for one in found],
        problem_column(answer): [
            one if isinstance(one, str) else TIED if one is not None and one.is_tied else None
            for one in read
        ],
    }
    numbers: dict[str, list[str | None]] = {}
    columns: dict[str, str | None] = {}
    for row, one in enumerate(found):
        for name, number in one.scores if one else ():
            if name not in columns:
                column = columns[name] = _wanted(probability_column(answer, name), named)
                if column is not None and column not in numbers:
                    numbers[column] = [None] * len(found)
            column = columns[name]
            if column is not None:
                numbers[column][row] = _text(number)
    return {name: pa.array(values, pa.string()) for name, values in (made | numbers).items()}


def _wanted(column: str, named: LogColumns) -> str | None:
    patterns = named.probabilities
    return column if any(fnmatchcase(column, one) for one in patterns) else None


def _text(number: float | None) -> str | None:
    return None if number is None else repr(number)


def problem_column(answer: str) -> str:
    """Return what the column is called that says why a cell holds no answer, or `TIED`."""
    return f"{answer} (problem)"


def _cut(column: Texts) -> Texts:
    return pa.chunked_array([cut_values(chunk) for chunk in column.chunks], pa.string())


def _put(table: Texts, name: str, column: Texts) -> Texts:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)
