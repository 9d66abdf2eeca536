"""A column of Parquet as the times that it holds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.predictions.formats.parquet.texts import column_as_texts, escaped, microseconds
from jobs.times.timestamp_parts import Texts
from jobs.times.timestamps import (
    TimestampFault,
    TimestampRules,
    Timestamps,
    moments_of,
    read_timestamps,
)


def read_time_column(column: Texts, rules: TimestampRules) -> tuple[Texts, Timestamps]:
    """Return a column of any type as texts and as moments."""
    kind = column.type
    if not pa.types.is_timestamp(kind) and not pa.types.is_date(kind):
        texts = escaped(column_as_texts(column))
        return texts, read_timestamps(texts, rules)
    zoneless = not (pa.types.is_timestamp(kind) and kind.tz)
    missing = column.is_null().to_numpy()
    local = pc.fill_null(microseconds(column), 0).to_numpy()
    times = moments_of(local, np.full(len(local), zoneless), rules)
    faults = np.where(missing, TimestampFault.ABSENT, times.faults).astype(np.uint8)
    texts = pa.array([""] * len(local), pa.string())
    if faults.any():
        texts = escaped(column_as_texts(column))
    return texts, Timestamps(moments=times.moments, faults=faults, zoneless=times.zoneless)
