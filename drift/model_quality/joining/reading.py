"""Past rows of the log, read once more with the few columns that labels are joined with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa

from drift.model_quality.joining.answers import Answers, columns_of_answers, of_texts
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.errors import TooManyObjectsError, TooManyRowsError
from jobs.predictions.texts import read_texts
from jobs.times.windows import WindowRequest

# A million rows of few columns take 0.7 GB while they are read.
_MOST_ROWS = 1_500_000
# A day in stretches of a quarter of an hour.
_MOST_PARTS = 96
_MINUTE = timedelta(minutes=1)


def answers_of_days(
    place: Workplace, days: Sequence[WholeDay], most_rows: int = _MOST_ROWS
) -> Iterator[tuple[Sequence[WholeDay], Answers]]:
    """Yield the rows of days that follow each other, so many days at once as can be held.

    Parameters
    ----------
    days
        The oldest first.
    most_rows
        So many rows are held, or those of one day: of a day, all columns are never held of more.

    Raises
    ------
    ObjectError
        If the log cannot be read.
    """
    if not days:
        return
    most = min(most_rows, place.job.window.most_rows)
    try:
        yield days, _read(place, days[0], days[-1], most)
        return
    except (TooManyRowsError, TooManyObjectsError):
        if len(days) == 1:
            yield days, _in_parts(place, days[0], most)
            return
    middle = len(days) // 2
    yield from answers_of_days(place, days[:middle], most_rows)
    yield from answers_of_days(place, days[middle:], most_rows)


def _read(place: Workplace, first: WholeDay, last: WholeDay, most: int) -> Answers:
    texts = read_texts(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=last.end, last=last.end - first.start, most_rows=most),
        columns_of_answers(place),
        extra_columns=place.locator.columns_used() if place.job.has_images else (),
        workers=place.job.image_rules.fetch_workers,
        copies=place.copies,
    )
    return of_texts(place, texts)


def _in_parts(place: Workplace, day: WholeDay, most: int) -> Answers:
    """Return a day's rows, read in more and more parts until each has few enough."""
    parts = 2
    while True:
        try:
            cut = list(_cut(day, parts))
            return joined_answers([_read(place, one, one, most) for one in cut])
        except TooManyRowsError:
            if parts >= _MOST_PARTS:
                raise
            parts = min(4 * parts, _MOST_PARTS)


def _cut(day: WholeDay, parts: int) -> Iterator[WholeDay]:
    """Yield about so many parts of a day, oldest first; they meet at whole minutes."""
    minutes = (day.end - day.start) // _MINUTE
    places = [number * minutes // parts for number in range(1, parts)]
    edges = [day.start, *(day.start + one * _MINUTE for one in places), day.end]
    for start, end in pairwise(edges):
        yield WholeDay(start=start, end=end)


def joined_answers(parts: Sequence[Answers]) -> Answers:
    """Return rows that follow each other together."""
    names = sorted({name for one in parts for name in one.probabilities})
    nothing = [pa.nulls(len(one), pa.string()) for one in parts]
    commas = [
        np.zeros(len(one), np.bool_) if one.decimal_commas is None else one.decimal_commas
        for one in parts
    ]

    def column(field: str) -> pa.StringArray:
        return pa.concat_arrays([getattr(one, field) for one in parts])

    return Answers(
        moments=np.concatenate([one.moments for one in parts]),
        images=column("images"),
        ids=column("ids"),
        predicted=column("predicted"),
        own_label=column("own_label"),
        confidence=np.concatenate([one.confidence for one in parts]),
        version=column("version"),
        probabilities={
            name: pa.concat_arrays(
                [
                    one.probabilities.get(name, empty)
                    for one, empty in zip(parts, nothing, strict=True)
                ]
            )
            for name in names
        },
        decimal_commas=np.concatenate(commas),
    )
