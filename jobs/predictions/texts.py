"""The rows of a stretch of the log as texts: for many days of which few columns are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.buckets.bucket import Bucket
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.answer_tally import without_problems
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.logged_names import logged_names
from jobs.predictions.reading import collect_rows, row_positions
from jobs.predictions.small_copies import SmallCopies
from jobs.times.timestamp_parts import Flags, Integers, Texts
from jobs.times.windows import WindowRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTexts:
    """The accepted rows of a stretch of the log, in order of time.

    Attributes
    ----------
    moments
        Microseconds since 1970-01-01 UTC.
    columns
        The columns that were asked for and those of probabilities, as texts.
    probabilities
        The names of the probability columns.
    decimal_commas
        Which rows stand where a comma is never one of thousands; None where none does.
    """

    moments: Integers
    columns: Mapping[str, Texts]
    probabilities: tuple[str, ...]
    decimal_commas: Flags | None

    def __len__(self) -> int:
        return len(self.moments)

    def rows(self, part: slice) -> LogTexts:
        """Return some rows that follow each other."""
        start, stop, _ = part.indices(len(self))
        return LogTexts(
            moments=self.moments[part],
            columns={name: one.slice(start, stop - start) for name, one in self.columns.items()},
            probabilities=self.probabilities,
            decimal_commas=None if self.decimal_commas is None else self.decimal_commas[part],
        )


def joined_texts(parts: Sequence[LogTexts]) -> LogTexts:
    """Return rows that follow each other together."""
    names = sorted({name for one in parts for name in one.columns})
    commas = [
        np.zeros(len(one), np.bool_) if one.decimal_commas is None else one.decimal_commas
        for one in parts
    ]
    nothing = [pa.nulls(len(one), pa.string()) for one in parts]
    return LogTexts(
        moments=np.concatenate([one.moments for one in parts]),
        columns={
            name: pa.concat_arrays(
                [one.columns.get(name, empty) for one, empty in zip(parts, nothing, strict=True)]
            )
            for name in names
        },
        probabilities=tuple(sorted({name for one in parts for name in one.probabilities})),
        decimal_commas=np.concatenate(commas) if any(one.any() for one in commas) else None,
    )


def read_texts(  # noqa: PLR0913 - as `read_predictions`
    bucket: Bucket,
    settings: PredictionSettings,
    request: WindowRequest,
    columns: Sequence[str],
    *,
    extra_columns: Sequence[str] = (),
    workers: int = ImageSettings.model_fields["fetch_workers"].default,
    copies: SmallCopies | None = None,
) -> LogTexts:
    """Return the rows that `read_predictions` returns, without anything made of their texts.

    Rows that came twice are left out as there: all columns are compared, though few are kept.

    Parameters
    ----------
    columns
        The columns to keep; one that the log does not have is left out.
    bucket, settings, request, extra_columns, workers, copies
        As for `read_predictions`.

    Raises
    ------
    ObjectError
        As `read_predictions`.
    """
    needed = NeededColumns(
        named=settings.columns,
        extra=tuple(extra_columns),
        all_numbers=False,
        from_path=settings.from_path,
    )
    collector = collect_rows(bucket, settings, request, needed, workers, copies)
    batch = collector.rows()
    positions = row_positions(collector, batch)
    probabilities = needed.probabilities(batch.table.column_names)
    wanted = {*columns, *probabilities}
    kept = [name for name in batch.table.column_names if name in wanted]
    texts = {name: batch.table[name].combine_chunks() for name in kept}
    if (images := needed.images) is not None and images in texts:
        texts[images] = logged_names(texts[images], positions.places())
    return LogTexts(
        moments=batch.moments,
        columns=without_problems(texts, needed.named),
        probabilities=probabilities,
        decimal_commas=positions.decimal_commas,
    )
