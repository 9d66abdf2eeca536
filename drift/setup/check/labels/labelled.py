"""Rows of the log beside the labels that name them, as a run joins both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.joining.answers import Answers
from drift.model_quality.joining.joined import JoinedRows, spelled
from drift.model_quality.joining.reading import answers_of_days, joined_answers
from drift.model_quality.joining.spelling import Spelling
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRows:
    """What labels say of a stretch of the log.

    Attributes
    ----------
    stretch
        What it is, such as ``the window``.
    rows, labelled
        How many predictions it holds, and how many of them have a label.
    by_id
        How many have it by id; the others by image, or in the log's own column.
    is_by_last_part
        Whether images were compared by the last parts of their names.
    newest
        The time of the newest labelled row; None without any.
    used
        How many labels name one of the rows.
    strange
        How many labels are of a class that the model answered with in none of the rows, by class.
    respelled
        What the model calls a class that the labels spell otherwise.
    left_out
        How many labelled rows a run does not score, by reason.
    """

    stretch: str
    rows: int
    labelled: int
    by_id: int
    is_by_last_part: bool
    newest: datetime | None
    used: int
    strange: Mapping[str, int] = field(default_factory=dict)
    respelled: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


def labelled_rows(joined: JoinedRows, stretch: str) -> LabelledRows:
    """Return how many of the rows have a label, by what, and of which classes."""
    found = spelled(joined)
    answers = joined.answers
    classes = pc.unique(answers.predicted).drop_null().to_pylist()
    spelling = Spelling(classes, answers.probabilities)
    written = Counter(_with_answer(joined).to_pylist())
    meant = {name: spelling.of(name) for name in written}
    return LabelledRows(
        stretch=stretch,
        rows=len(joined),
        labelled=len(found.rows.labelled),
        by_id=int(joined.by_id.sum()),
        is_by_last_part=joined.last_part and bool((~joined.by_id & (joined.numbers >= 0)).any()),
        newest=None if found.newest is None else to_datetime(found.newest),
        used=found.labels,
        strange={
            name: count for name, count in written.items() if meant[name] not in spelling.classes
        },
        respelled={name: one for name, one in meant.items() if one != name},
        left_out=found.left_out,
    )


def _with_answer(joined: JoinedRows) -> pa.Array:
    """Return the labels of rows whose class is known, as they are written."""
    known = pc.is_valid(joined.answers.predicted)
    return joined.labels.filter(known).drop_null()


def end_of_rows(rows: PredictionRows) -> datetime:
    """Return the moment behind the newest row of a window; its end where it has none."""
    if not len(rows):
        return rows.window.end
    newest: datetime = rows.fields["timestamp"].max().to_pydatetime()
    return min(newest + timedelta(microseconds=1), rows.window.end)


def answers_that_wait(place: Workplace, end: datetime) -> Answers:
    """Return the rows of the last `labels.wait` before a moment, read once more from the log.

    Raises
    ------
    ObjectError
        If the log cannot be read.
    """
    span = WholeDay(start=end - place.job.labels.wait, end=end)
    return joined_answers([answers for _, answers in answers_of_days(place, [span])])
