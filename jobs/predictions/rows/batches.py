"""Rows of the window that were read at once, and all of them in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.predictions.rows.order import content_order
from jobs.times.timestamp_parts import Flags, Integers, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBatch:
    """Rows of one object whose time lies in the window.

    Attributes
    ----------
    source
        The object's name.
    table
        All columns of the log as text; `WindowCollector` cuts long values of unnamed ones.
    moments
        Microseconds since 1970-01-01 UTC.
    zoneless
        Which timestamps had no zone.
    lines
        Line numbers as in `RejectedRow`.
    copies
        How many equal rows of the log each stands for; one where None.
    sources
        The object of each row, where they are of several; else None.
    has_digests
        Whether the images in the log are digests already.
    """

    source: str
    table: Texts
    moments: Integers
    zoneless: Flags
    lines: Integers
    copies: Integers | None = None
    sources: npt.NDArray[np.object_] | None = None
    has_digests: bool = False

    def __len__(self) -> int:
        return len(self.moments)

    def every_source(self) -> npt.NDArray[np.object_]:
        """Return the object of each row."""
        if self.sources is not None:
            return self.sources
        return np.full(len(self), self.source, dtype=object)

    def take(self, rows: Integers) -> RowBatch:
        """Return some of the rows."""
        return RowBatch(
            source=self.source,
            sources=None if self.sources is None else self.sources[rows],
            table=self.table.take(pa.array(rows)),
            moments=self.moments[rows],
            zoneless=self.zoneless[rows],
            lines=self.lines[rows],
            has_digests=self.has_digests,
            copies=None if self.copies is None else self.copies[rows],
        )

    @property
    def counts(self) -> Integers:
        """How many equal rows of the log each stands for."""
        return np.ones(len(self), np.int64) if self.copies is None else self.copies


def in_order(batches: Sequence[RowBatch]) -> RowBatch:
    """Join batches and sort their rows by time and then by content."""
    if not batches:
        empty = np.empty(0, np.int64)
        return RowBatch(
            source="", table=pa.table({}), moments=empty, zoneless=empty.astype(bool), lines=empty
        )
    joined = RowBatch(
        source="",
        table=pa.concat_tables([batch.table for batch in batches], promote_options="default"),
        moments=np.concatenate([batch.moments for batch in batches]),
        zoneless=np.concatenate([batch.zoneless for batch in batches]),
        lines=np.concatenate([batch.lines for batch in batches]),
        copies=np.concatenate([batch.counts for batch in batches]),
        sources=np.concatenate([batch.every_source() for batch in batches]),
    )
    return joined.take(content_order(joined.moments, joined.table))


def empty_to_null(table: Texts) -> Texts:
    """Return a table of texts with empty ones as null."""
    columns = [
        pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)
