"""Past rows of the log, read once more with the few columns that labels are joined with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from drift.model_quality.joining.answers import Answers, columns_of_answers, of_texts
from drift.model_quality.joining.parts_of_days import RowReader, parts_of_days
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.predictions.texts import read_texts
from jobs.times.windows import WindowRequest

# A million rows of few columns take 0.7 GB while they are read.
_MOST_ROWS = 1_500_000


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
    most = min(most_rows, place.job.window.most_rows)
    reader = RowReader(read=lambda span: _read(place, span, most), together=joined_answers)
    return parts_of_days(days, reader)


def _read(place: Workplace, span: WholeDay, most: int) -> Answers:
    texts = read_texts(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=span.end, last=span.end - span.start, most_rows=most),
        columns_of_answers(place),
        extra_columns=place.locator.columns_used() if place.job.has_images else (),
        workers=place.job.image_rules.fetch_workers,
        copies=place.copies,
    )
    return of_texts(place, texts)


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
