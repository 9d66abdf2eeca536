"""What is to be said of the answers in a window's cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.answers.columns import TIED, problem_column
from jobs.predictions.rows.number_columns import RowPositions
from jobs.predictions.rows.rows import NumberColumnTally
from jobs.times.timestamp_parts import Texts

_EXAMPLES = 3


def tally_answers(
    raw: Mapping[str, Texts], named: LogColumns, positions: RowPositions
) -> tuple[NumberColumnTally, ...]:
    """Return what is to be said of a window's answers; nothing where the job names none."""
    if named.answer is None or named.answer not in raw:
        return ()
    cells = raw[named.answer]
    problems = raw.get(problem_column(named.answer), pa.nulls(len(cells), pa.string()))
    found = np.array(problems.to_pylist(), dtype=object)
    tied = np.flatnonzero(found == TIED)
    lost = np.array([row for row, one in enumerate(found) if one not in {None, TIED}], np.int64)
    reasons: dict[str, int] = {}
    for one in found[lost].tolist():
        reasons[one] = reasons.get(one, 0) + 1
    return (
        NumberColumnTally(
            column=named.answer,
            role="answer",
            filled=len(cells) - cells.null_count,
            reasons=dict(sorted(reasons.items())),
            examples=tuple(
                positions.example(row, cells[row].as_py() or "") for row in lost[:_EXAMPLES]
            ),
            tied=len(tied),
            first_tied=(
                positions.example(int(tied[0]), cells[int(tied[0])].as_py()) if len(tied) else None
            ),
        ),
    )


def without_problems(raw: dict[str, Texts], named: LogColumns) -> dict[str, Texts]:
    """Return a window's columns without the one of problems, which `tally_answers` has counted."""
    if named.answer is None:
        return raw
    return {name: column for name, column in raw.items() if name != problem_column(named.answer)}
