"""From the objects of a prediction log to the rows of one window."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectError, TooManyRowsError
from jobs.job_file.logged_images import ImageColumn
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.cell_images.digests import KeepImage, logged_names
from jobs.predictions.formats.csv.log import read_csv_log
from jobs.predictions.formats.json_log import read_json_log
from jobs.predictions.formats.log_object import LogObject
from jobs.predictions.formats.parquet.log import read_parquet_log
from jobs.predictions.formats.parquet.parts import copy_needed_parts
from jobs.predictions.formats.text_blocks import DamagedTextError
from jobs.predictions.log_columns import NeededColumns, check_columns, check_width
from jobs.predictions.row_times.observed import ObservedTimes
from jobs.predictions.row_times.window import WindowTimes, window_times
from jobs.predictions.rows.answer_tally import tally_answers, without_problems
from jobs.predictions.rows.batches import RowBatch
from jobs.predictions.rows.collector import WindowCollector, WindowTooLargeError
from jobs.predictions.rows.frames import fields_frame, raw_frame
from jobs.predictions.rows.image_collector import ImageCollector
from jobs.predictions.rows.number_columns import RowPositions, read_number_columns
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.rows.tally import tally_rows
from jobs.predictions.selection.choose import NamedObject, find_objects
from jobs.predictions.selection.object_names import LogFormat
from jobs.times.timestamps import TimestampRules, to_datetime, to_moment
from jobs.times.windows import TimeWindow, WindowRequest

_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_READERS = {
    LogFormat.CSV: read_csv_log,
    LogFormat.JSON_LINES: read_json_log,
    LogFormat.PARQUET: read_parquet_log,
}


def read_predictions(
    bucket: Bucket,
    settings: PredictionSettings,
    request: WindowRequest,
    *,
    extra_columns: Sequence[str] = (),
    segment_columns: Sequence[str] = (),
) -> PredictionRows:
    """Return the rows of one window of the prediction log.

    A bad row is counted with its reason and line and kept out. A row whose time is readable and
    outside the window is not counted at all, good or bad. Objects of a glob whose names tell days
    away from the window are not read, unless an object that was read turns out to hold times
    that its name does not tell: then all are.

    Parameters
    ----------
    bucket
        Where `settings.path` is looked up.
    extra_columns
        Columns that the log must have besides those that `settings.columns` names.
    segment_columns
        The job file's `segments.columns`, which the log must have too.

    Raises
    ------
    ObjectError
        If the log is missing, empty, damaged, of another format than its name tells, or without a
        column that the job names.
    """
    needed = NeededColumns(
        named=settings.columns, extra=tuple(extra_columns), segments=tuple(segment_columns)
    )
    rules = TimestampRules(timezone=settings.timezone, day_first=settings.day_first)
    collector = WindowCollector(request=request, rules=rules, needed=needed)
    read = _read_objects(bucket, find_objects(bucket, settings.path), collector)
    if read and collector.columns:
        check_columns(
            bucket.url_of(read[0].name),
            list(collector.columns),
            needed,
            optional=_optional_columns(read, settings),
        )
    return _assemble(collector, rules)


def _read_objects(
    bucket: Bucket, objects: Sequence[NamedObject], collector: WindowCollector
) -> list[NamedObject]:
    """Read the objects that can hold the window; return those."""
    read: list[NamedObject] = []
    passed_over: list[NamedObject] = []
    names_are_true = True
    for item in objects:
        collector.settle()
        if names_are_true and not item.may_hold(collector.start, collector.end):
            passed_over.append(item)
            continue
        collector.observed = ObservedTimes()
        _read_object(bucket, item, collector)
        names_are_true &= item.is_true_to_name(collector.observed)
        read.append(item)
    if not names_are_true:
        for item in passed_over:
            _read_object(bucket, item, collector)
        return read + passed_over
    for item in passed_over:
        if item.span is not None:
            collector.seen.add_unread(to_moment(item.span.start), to_moment(item.span.end))
    return read


def _read_object(bucket: Bucket, item: NamedObject, collector: WindowCollector) -> None:
    with tempfile.TemporaryDirectory(prefix="drift-log-") as folder:
        parts = None
        if item.kind is LogFormat.PARQUET:
            parts = copy_needed_parts(bucket, item.info, Path(folder), collector)
        log = LogObject(
            name=item.name,
            url=bucket.url_of(item.name),
            path=parts or bucket.local_copy(item.name, Path(folder)),
            is_whole=parts is None,
        )
        try:
            _READERS[item.kind](log, collector)
        except DamagedTextError as damage:
            raise ObjectError(
                log.url,
                f"{damage}. None of its rows is used; write the object again, or leave it out "
                "of predictions.path.",
            ) from None
        except WindowTooLargeError as too_large:
            raise TooManyRowsError(log.url, too_large.found, collector.request.most_rows) from None
        check_width(log.url, len(collector.columns))


def read_images(
    bucket: Bucket,
    settings: PredictionSettings,
    source: str,
    column: ImageColumn,
    *,
    lines: frozenset[int],
    keep: KeepImage,
) -> None:
    """Read the images in one object of the log once more.

    Parameters
    ----------
    source
        The object's name.
    lines
        Where the wanted images stand; others may be given as well.
    keep
        Is given each image with its digest.

    Raises
    ------
    ObjectError
        If the object is gone, or can no longer be read.
    """
    named = LogColumns(timestamp=settings.columns.timestamp, id=None)
    rules = TimestampRules(timezone=settings.timezone, day_first=settings.day_first)
    collector = ImageCollector(
        request=WindowRequest(end=_END_OF_TIME, rows=1),
        rules=rules,
        needed=NeededColumns(named=named, extra=(column,)),
        keep_image=keep,
        lines=lines,
    )
    for item in find_objects(bucket, settings.path):
        if item.name == source:
            _read_object(bucket, item, collector)


def _optional_columns(read: Sequence[NamedObject], settings: PredictionSettings) -> frozenset[str]:
    """JSON lines leave out what is not known yet, and labels come late."""
    only_json = all(item.kind is LogFormat.JSON_LINES for item in read)
    label = settings.columns.label
    return frozenset({label}) if only_json and label is not None else frozenset()


def _assemble(collector: WindowCollector, rules: TimestampRules) -> PredictionRows:
    batch = collector.rows()
    start = collector.start
    if start is None:
        start = int(batch.moments[0]) if len(batch) else collector.end
    collector.seen.begin_before(start)
    columns = sorted(collector.columns)
    probabilities = collector.needed.probabilities(columns)
    named = collector.needed.named
    wanted = {*columns, *collector.needed.extra, *collector.needed.segments}
    raw = _all_columns(batch.table, sorted(wanted), len(batch))
    positions = RowPositions(moments=batch.moments, sources=batch.every_source(), lines=batch.lines)
    numbers = read_number_columns(raw, named, probabilities, positions)
    if (images := collector.needed.images) is not None:
        raw[images] = logged_names(raw[images], positions.sources, positions.lines)
    answers = tally_answers(raw, named, positions)
    raw = without_problems(raw, named)
    return PredictionRows(
        window=TimeWindow(start=to_datetime(start), end=collector.request.end),
        fields=fields_frame(
            raw, batch.moments, named, {field: one.values for field, one in numbers.items()}
        ),
        raw=raw_frame(raw),
        probabilities=probabilities,
        tally=tally_rows(collector, batch, [*answers, *(one.tally for one in numbers.values())]),
        assumed_timezone=rules.timezone if bool(batch.zoneless.any()) else None,
        times=_times(collector, batch, start),
    )


def _times(collector: WindowCollector, batch: RowBatch, start: int) -> WindowTimes:
    found = window_times(
        batch.moments,
        batch.zoneless,
        timezone=collector.rules.timezone,
        start=start,
        seen=collector.seen,
    )
    return replace(
        found,
        delivered_again=collector.delivered_again,
        courses=tuple(collector.courses.values()),
    )


def _all_columns(table: pa.Table, columns: Sequence[str], count: int) -> dict[str, pa.Array]:
    empty = pa.nulls(count, pa.string())
    there = dict(zip(table.column_names, table.columns, strict=True))
    return {name: there[name].combine_chunks() if name in there else empty for name in columns}
