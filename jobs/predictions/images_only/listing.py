"""A bucket of images without a log: their listing as rows, each image one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ColumnMissingError, ObjectMissingError, TooManyRowsError
from jobs.images.endings import IMAGE_ENDINGS
from jobs.job_file.names.templates import is_template
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.images_only.dated_folders import DatedListing, FolderDays
from jobs.predictions.name_columns import NameColumns, placeholder_of
from jobs.predictions.rows.batches import RowBatch, empty_to_null
from jobs.predictions.rows.collector import WindowCollector, WindowTooLargeError
from jobs.predictions.rows.rows import EXAMPLES_KEPT, RejectedRow
from jobs.predictions.selection.object_names import compile_glob, fixed_prefix, not_excluded
from jobs.times.timestamps import (
    TimestampFault,
    TimestampRules,
    Timestamps,
    read_timestamps,
    to_moment,
)

_AT_ONCE = 50_000
_NO_TIME = "no time in the image's name"
_OWN_COLUMN = "path"


def read_image_listing(
    bucket: Bucket, settings: PredictionSettings, collector: WindowCollector
) -> None:
    """Take the images that a job's path names into the collector, each as a row.

    Raises
    ------
    ObjectMissingError
        If there is no image.
    ColumnMissingError
        If `predictions.columns.timestamp` is nothing that names hold.
    TooManyRowsError
        If there are more in the window than it may hold.
    """
    names, url = collector.needed.of_names, bucket.url_of(settings.path)
    collector.begin(ObjectInfo(name=settings.path, size_bytes=0, version=""))
    collector.know_columns((*names.all, _OWN_COLUMN))
    collector.columns[_OWN_COLUMN] = None
    images = list_images(bucket, settings, names, collector)
    if not images:
        raise ObjectMissingError(
            url,
            "no image matches predictions.path, and images_only = true reads no log. Expected "
            "images with a usual ending; in a glob * stays within one folder and ** crosses "
            "folders.",
        )
    if settings.columns.timestamp not in names.values(images[:1], {}):
        raise ColumnMissingError(
            url,
            f'predictions.columns.timestamp is "{settings.columns.timestamp}", and without a log '
            "times can only come from names. Expected a template such as {name:%Y%m%d_%H%M%S}, a "
            "piece of predictions.from_path, or {written}.",
            settings.columns.timestamp,
        )
    for start in range(0, len(images), _AT_ONCE):
        try:
            _take(images[start : start + _AT_ONCE], settings, collector)
        except WindowTooLargeError as too_large:
            raise TooManyRowsError(url, too_large.found, collector.request.most_rows) from None


def _take(
    images: Sequence[ObjectInfo], settings: PredictionSettings, collector: WindowCollector
) -> None:
    names = collector.needed.of_names
    values = {_OWN_COLUMN: [one.name for one in images], **names.values(images, {})}
    table = empty_to_null(
        pa.table({name: pa.array(column, pa.string()) for name, column in values.items()})
    )
    texts = table[settings.columns.timestamp].combine_chunks()
    times = read_timestamps(texts, rules_of(settings))
    good = np.flatnonzero(times.faults == TimestampFault.NONE)
    _reject(images, times, collector)
    moments, zoneless = times.moments[good], times.zoneless[good]
    collector.seen.add(moments, zoneless)
    lines = np.ones(len(good), np.int64)
    read = replace(times, moments=moments, faults=times.faults[good], zoneless=zoneless)
    wanted = collector.select(settings.path, lines, texts.take(pa.array(good)), read)
    kept = good[wanted]
    batch = RowBatch(
        source="",
        sources=np.array([one.name for one in images], dtype=object),
        table=table,
        moments=times.moments,
        zoneless=times.zoneless,
        lines=np.ones(len(images), np.int64),
    )
    collector.add(batch.take(kept))


def _reject(images: Sequence[ObjectInfo], times: Timestamps, collector: WindowCollector) -> None:
    """Count images whose names tell no time."""
    faulty = np.flatnonzero(times.faults != TimestampFault.NONE)
    reasons = {
        place: _NO_TIME if fault == TimestampFault.ABSENT else TimestampFault(fault).reason
        for place, fault in zip(faulty.tolist(), times.faults[faulty].tolist(), strict=True)
    }
    first = [
        RejectedRow(source=images[place].name, line=1, reason=reason)
        for place, reason in list(reasons.items())[:EXAMPLES_KEPT]
    ]
    collector.rejections.count_untimed(Counter(reasons.values()), first)


def rules_of(settings: PredictionSettings) -> TimestampRules:
    """Return how a job's times are read."""
    return TimestampRules(timezone=settings.timezone, day_first=settings.day_first)


def list_images(
    bucket: Bucket,
    settings: PredictionSettings,
    names: NameColumns,
    collector: WindowCollector | None = None,
) -> list[ObjectInfo]:
    """Return the images that a job without a log is about, sorted by name.

    Parameters
    ----------
    collector
        Whose window is asked for: folders of other days are left out. None for every image.
    """
    prefix = fixed_prefix(settings.path)
    start = None if collector is None else collector.start
    if collector is None or start is None or not _tells_times(names):
        return _images_among(bucket.list(prefix), settings)
    rules = rules_of(settings)

    def moment_of(info: ObjectInfo) -> int | None:
        text = names.values([info], {}).get(settings.columns.timestamp, [None])[0]
        read = read_timestamps(pa.array([text or ""], pa.string()), rules)
        return None if read.faults[0] else int(read.moments[0])

    listing = DatedListing(
        bucket=bucket,
        prefix=prefix,
        days=FolderDays(names=names, timezone=settings.timezone),
        start=start,
        end=collector.end,
        moment_of=moment_of,
    )
    found = _images_among(listing.objects(), settings)
    for _, span in listing.passed_over:
        collector.seen.add_unread(to_moment(span.start), to_moment(span.end))
    return found


def _tells_times(names: NameColumns) -> bool:
    """Tell whether the time is in the name and not the object's own."""
    asked = names.timestamp
    return not is_template(asked) or placeholder_of(asked).column != "written"


def _images_among(objects: Iterable[ObjectInfo], settings: PredictionSettings) -> list[ObjectInfo]:
    """Return the objects that the path takes in and that are called like images."""
    glob = compile_glob(settings.path)
    images = {
        info.name: info
        for info in objects
        if _is_called_like_image(PurePosixPath(info.name)) and glob.fullmatch(info.name)
    }
    return [images[name] for name in not_excluded(images, settings.exclude)]


def _is_called_like_image(name: PurePosixPath) -> bool:
    return name.suffix.lower() in IMAGE_ENDINGS and name.name[:1] not in {".", "_"}
