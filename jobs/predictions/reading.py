"""From the objects of a prediction log to the rows of one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa

from jobs.buckets.bucket import Bucket
from jobs.errors import TooManyBoxesError
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.names.logged_images import ImageColumn
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.answer_tally import tally_answers, without_problems
from jobs.predictions.boxes.log_rows import LogRows, with_boxes
from jobs.predictions.cell_images.digests import KeepImage
from jobs.predictions.image_collector import ImageCollector
from jobs.predictions.images_only.listing import read_image_listing
from jobs.predictions.log_columns import NeededColumns, check_columns
from jobs.predictions.logged_names import logged_names
from jobs.predictions.objects import ObjectReader, is_small
from jobs.predictions.row_times.observed import ObservedTimes
from jobs.predictions.row_times.window import WindowTimes, window_times
from jobs.predictions.rows.batches import RowBatch
from jobs.predictions.rows.collector import WindowCollector, WindowTooLargeError
from jobs.predictions.rows.frames import fields_frame, raw_frame
from jobs.predictions.rows.number_columns import RowPositions, read_number_columns
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.rows.tally import tally_rows
from jobs.predictions.selection.choose import NamedObject, are_true_to_names
from jobs.predictions.selection.log_objects import LogObjects
from jobs.predictions.small_copies import SmallCopies
from jobs.times.timestamps import TimestampRules, to_datetime, to_moment
from jobs.times.windows import TimeWindow, WindowRequest

_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


def read_predictions(  # noqa: PLR0913 - what a log must hold, and how it is fetched
    bucket: Bucket,
    settings: PredictionSettings,
    request: WindowRequest,
    *,
    extra_columns: Sequence[str] = (),
    segment_columns: Sequence[str] = (),
    all_numbers: bool = True,
    workers: int = ImageSettings.model_fields["fetch_workers"].default,
    copies: SmallCopies | None = None,
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
    all_numbers
        Whether the log must have every column that `settings.columns.numbers` names.
    workers
        How many objects of a log of small objects are fetched at once.
    copies
        What keeps copies of small objects; None where each is read by itself.

    Raises
    ------
    ObjectError
        If the log is missing, empty, damaged, of another format than its name or the job file
        tells, or without a column that the job names, and if it is too many small objects, rows
        or boxes.
    """
    needed = NeededColumns(
        named=settings.columns,
        extra=tuple(extra_columns),
        segments=tuple(segment_columns),
        all_numbers=all_numbers,
        from_path=settings.from_path,
    )
    collector = collect_rows(bucket, settings, request, needed, workers, copies)
    try:
        return _assemble(collector, _rules(settings))
    except WindowTooLargeError as too_large:
        url = bucket.url_of(settings.path)
        raise TooManyBoxesError(url, too_large.found, request.most_rows) from None


def collect_rows(
    bucket: Bucket,
    settings: PredictionSettings,
    request: WindowRequest,
    needed: NeededColumns,
    workers: int,
    copies: SmallCopies | None = None,
) -> WindowCollector:
    """Return what has read the log and collected the rows of one window.

    Raises
    ------
    ObjectError
        As `read_predictions`.
    """
    rules = _rules(settings)
    collector = WindowCollector(request=request, rules=rules, needed=needed)
    if settings.images_only:
        read_image_listing(bucket, settings, collector)
        check_columns(
            bucket.url_of(settings.path), list(collector.columns), needed, optional=frozenset()
        )
        return collector
    reader = ObjectReader(bucket, settings, collector, workers, copies)
    read = _read_objects(LogObjects(bucket, settings, needed, rules), reader, collector)
    if read and collector.columns:
        optional = _optional_columns(reader, settings)
        check_columns(
            bucket.url_of(read[0].name), list(collector.columns), needed, optional=optional
        )
    return collector


def _rules(settings: PredictionSettings) -> TimestampRules:
    return TimestampRules(timezone=settings.timezone, day_first=settings.day_first)


def _read_objects(
    log: LogObjects, reader: ObjectReader, collector: WindowCollector
) -> list[NamedObject]:
    """Read the objects that can hold the window; return those."""
    found = log.of_days(collector.start, collector.end)
    read: list[NamedObject] = []
    passed_over: list[NamedObject] = []
    names_are_true = True
    for group in reader.groups(found.objects):
        collector.settle()
        if names_are_true and not group[0].may_hold(collector.start, collector.end):
            passed_over += group
            continue
        collector.observed = ObservedTimes()
        reader.read(group)
        names_are_true &= are_true_to_names(group, collector.observed)
        read += group
    if not names_are_true:
        further = [*passed_over, *log.beside(found)]
        for group in reader.groups(further):
            reader.read(group)
        read += further
    reader.finish()
    if names_are_true:
        for span in dict.fromkeys([*(one.span for one in passed_over), *found.passed_over]):
            if span is not None:
                collector.seen.add_unread(to_moment(span.start), to_moment(span.end))
    return read


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
    info = bucket.info(source)
    named = LogColumns(timestamp=settings.columns.timestamp, id=None)
    collector = ImageCollector(
        request=WindowRequest(end=_END_OF_TIME, rows=1),
        rules=_rules(settings),
        needed=NeededColumns(named=named, extra=(column,), from_path=settings.from_path),
        keep_image=keep,
        # Of small objects, which are read together, values are counted and not lines.
        lines=None if is_small(info, settings) else lines,
    )
    reader = ObjectReader(bucket, settings, collector, workers=1)
    reader.read_alone(info)


def _optional_columns(reader: ObjectReader, settings: PredictionSettings) -> frozenset[str]:
    """JSON leaves out what is not known yet, and labels come late."""
    label = settings.columns.label
    return frozenset({label}) if reader.has_only_json and label is not None else frozenset()


def _assemble(collector: WindowCollector, rules: TimestampRules) -> PredictionRows:
    batch = collector.rows()
    start = collector.start
    if start is None:
        start = int(batch.moments[0]) if len(batch) else collector.end
    collector.seen.begin_before(start)
    columns = sorted({*collector.columns, *collector.needed.of_names.all})
    probabilities = collector.needed.probabilities(columns)
    named = collector.needed.named
    wanted = {*columns, *collector.needed.extra, *collector.needed.segments}
    raw = _all_columns(batch.table, sorted(wanted), len(batch))
    positions = row_positions(collector, batch)
    if (images := collector.needed.images) is not None:
        raw[images] = logged_names(raw[images], positions.places())
    answers = tally_answers(raw, named, positions)
    raw = without_problems(raw, named)
    further = collector.needed.numbers([name for name in columns if name in raw])
    numbers = read_number_columns(raw, named, probabilities, positions, further)
    values = {field: one.values for field, one in numbers.items()}
    log = LogRows(raw=raw, moments=batch.moments, values=values)
    said = [*answers, *(one.tally for one in numbers.values())]
    log, boxes, of_boxes = with_boxes(log, collector.needed, positions, collector.request.most_rows)
    return PredictionRows(
        window=TimeWindow(start=to_datetime(start), end=collector.request.end),
        fields=fields_frame(log.raw, log.moments, named, log.values),
        raw=raw_frame(log.raw),
        probabilities=probabilities,
        tally=tally_rows(collector, batch, [*said, *of_boxes]),
        assumed_timezone=rules.timezone if bool(batch.zoneless.any()) else None,
        times=_times(collector, batch, start),
        numbers=(*further, *log.made_numbers),
        boxes=boxes,
    )


def row_positions(collector: WindowCollector, batch: RowBatch) -> RowPositions:
    """Return where collected rows stand in the log."""
    return RowPositions(
        moments=batch.moments,
        sources=batch.every_source(),
        lines=batch.lines,
        origins=collector.origins,
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
