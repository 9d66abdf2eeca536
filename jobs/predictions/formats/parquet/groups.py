"""Which row groups of a Parquet log can hold rows of the window or shortly before it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from jobs.predictions.rows.collector import WindowCollector
from jobs.times.timestamp_parts import Integers
from jobs.times.timestamps import moments_of

# The widest that a zone is away from UTC is 14 hours.
_ZONE_MARGIN = timedelta(days=1)


def needed_groups(file: parquet.ParquetFile, collector: WindowCollector) -> list[int]:
    """Return the row groups that `read_parquet_log` reads; it has to have the timestamp column."""
    found = ((group, group_bounds(file, group, collector)) for group in range(file.num_row_groups))
    return [
        group
        for group, bounds in found
        if bounds is None or may_hold_window(bounds, file, collector)
    ]


def timed_groups(file: parquet.ParquetFile, collector: WindowCollector) -> list[int]:
    """Return the row groups of which `read_parquet_log` reads the times only."""
    found = ((group, group_bounds(file, group, collector)) for group in range(file.num_row_groups))
    return [
        group
        for group, bounds in found
        if bounds is not None
        and not may_hold_window(bounds, file, collector)
        and lies_near(bounds, file, collector)
    ]


def group_bounds(
    file: parquet.ParquetFile, group: int, collector: WindowCollector
) -> Integers | None:
    """Return the first and the last time in a row group by its statistics, as far as they tell.

    Only where the column is a real timestamp without gaps: a row without a time is counted.
    """
    name = collector.time_column
    if name is None:
        return None
    kind = file.schema_arrow.field(name).type
    position = next(
        (i for i in range(len(file.schema)) if file.schema.column(i).path == name),
        None,
    )
    if not pa.types.is_timestamp(kind) or position is None:
        return None
    statistics = file.metadata.row_group(group).column(position).statistics
    if statistics is None or not statistics.has_min_max or statistics.null_count != 0:
        return None
    try:
        oldest, newest = statistics.min, statistics.max
    except (OverflowError, ValueError):
        # A year that no datetime can hold.
        return None
    if not isinstance(oldest, datetime) or not isinstance(newest, datetime):
        return None
    bounds = np.array([_as_moment(oldest), _as_moment(newest)], dtype=np.int64)
    # Years that are refused are counted, so they have to be seen.
    refused = moments_of(bounds, np.zeros(2, np.bool_), collector.rules).faults.any()
    return None if refused else bounds


def may_hold_window(
    bounds: Integers, file: parquet.ParquetFile, collector: WindowCollector
) -> bool:
    """Tell whether rows of the window may be among them."""
    return _touches(bounds, file, collector, collector.start)


def lies_near(bounds: Integers, file: parquet.ParquetFile, collector: WindowCollector) -> bool:
    """Tell whether rows shortly before the window may be among them, which are counted."""
    return _touches(bounds, file, collector, collector.seen.start)


def _touches(
    bounds: Integers, file: parquet.ParquetFile, collector: WindowCollector, start: int | None
) -> bool:
    zoned = file.schema_arrow.field(collector.time_column or "").type.tz
    margin = 0 if zoned else _ZONE_MARGIN // timedelta(microseconds=1)
    after_start = start is None or bounds[1] + margin >= start
    return bool(after_start and bounds[0] - margin < collector.end)


def _as_moment(time: datetime) -> int:
    naive = (
        time
        if time.tzinfo is None
        else time.replace(tzinfo=None) - (time.utcoffset() or timedelta())
    )
    return (naive - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
