"""Which objects of the log are read, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError, ObjectMissingError
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.row_times.observed import ObservedTimes
from jobs.predictions.selection.by_day import list_days
from jobs.predictions.selection.object_names import (
    LogFormat,
    NamedSpan,
    compile_glob,
    day_comes_first,
    fixed_prefix,
    format_of,
    is_glob,
    named_span,
    not_excluded,
)
from jobs.times.timestamps import to_datetime, to_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObject:
    """One object that the job's path names.

    Attributes
    ----------
    info
        Its name, size and version.
    kind
        How it is written; None where its content has to tell.
    span
        The days that its name tells; None where it tells none.
    named
        Those days where `span` is the very time of its rows.
    """

    info: ObjectInfo
    kind: LogFormat | None
    span: NamedSpan | None = None
    named: NamedSpan | None = None

    @property
    def name(self) -> str:
        """The object's name."""
        return self.info.name

    def may_hold(self, start: int | None, end: int) -> bool:
        """Tell whether rows in ``[start, end)`` may be in it, if its name is true."""
        if self.span is None:
            return True
        wide = self.span.widened()
        return to_moment(wide.start) < end and (start is None or to_moment(wide.end) > start)

    def is_true_to_name(self, observed: ObservedTimes) -> bool:
        """Tell whether the times that were seen in it lie where its name says."""
        if self.span is None or observed.oldest is None or observed.newest is None:
            return True
        wide = self.span.widened()
        return to_moment(wide.start) <= observed.oldest and observed.newest < to_moment(wide.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundObjects:
    """Objects of a log, in the order in which they are read.

    Attributes
    ----------
    objects
        Those without a date first, then the newest first.
    passed_over
        The days of folders that were not even listed.
    """

    objects: list[NamedObject]
    passed_over: tuple[NamedSpan, ...] = ()


def objects_of_log(bucket: Bucket, settings: PredictionSettings) -> list[NamedObject]:
    """Return the objects that a job's log consists of, as `find_objects` does."""
    return objects_of_days(bucket, settings, None, 0).objects


def objects_of_days(
    bucket: Bucket, settings: PredictionSettings, start: int | None, end: int
) -> FoundObjects:
    """Return the objects of a job's log that may hold rows in ``[start, end)``, and others.

    Folders whose names tell days away from there are not listed, where they are at least half of
    all and something is found in the others.

    Parameters
    ----------
    start, end
        In microseconds since 1970-01-01 UTC; all objects are listed where there is no start.

    Raises
    ------
    ObjectError
        If there is no object in the log at all, or if it is empty.
    """
    path, first = settings.path, settings.day_first
    if start is not None and is_glob(path):
        listed = list_days(bucket, path, first, start, end)
        infos = [] if listed is None else _matching(listed.objects, path, settings.exclude)
        if listed is not None and any(info.size_bytes for info in infos):
            first = listed.day_first if first is None else first
            named = _named(infos, path, settings.format, first)
            return FoundObjects(objects=named, passed_over=listed.passed_over)
    found = find_objects(
        bucket, path, stated=settings.format, day_first=first, exclude=settings.exclude
    )
    return FoundObjects(objects=found)


def find_objects(
    bucket: Bucket,
    path: str,
    *,
    stated: str | None = None,
    day_first: bool | None = None,
    exclude: Sequence[str] = (),
) -> list[NamedObject]:
    """Return the objects that `path` names, those without a date first, then the newest first.

    Of a glob's objects those without content are left out, and those that start with ``_`` or
    ``.``, which other programs use for marks of their own.

    Parameters
    ----------
    stated
        `predictions.format`: how all of them are written, whatever their names say.
    day_first
        `predictions.day_first`, for dates in names that end with the year. Unset, the names tell.
    exclude
        `predictions.exclude`: globs over names that a glob leaves out.

    Raises
    ------
    ObjectError
        If there is none, or if it is empty.
    """
    if not is_glob(path):
        info = bucket.info(path)
        if info.size_bytes == 0:
            raise _empty(bucket, path)
        known = None if stated is None else LogFormat(stated)
        return [NamedObject(info=info, kind=known or format_of(path))]
    infos = _matching(bucket.list(fixed_prefix(path)), path, exclude)
    if not infos:
        raise ObjectMissingError(
            bucket.url_of(path),
            "no object matches predictions.path. Expected at least one; in a glob * stays within "
            "one folder and ** crosses folders.",
        )
    if not any(info.size_bytes for info in infos):
        raise _empty(bucket, infos[0].name)
    return _named(infos, path, stated, day_first)


def _matching(listed: Iterable[ObjectInfo], path: str, exclude: Sequence[str]) -> list[ObjectInfo]:
    """Return the objects that a glob names, without marks of other programs."""
    glob = compile_glob(path)
    infos = [info for info in listed if glob.fullmatch(info.name)]
    infos = [info for info in infos if info.name.rpartition("/")[2][:1] not in {"_", ".", ""}]
    wanted = set(not_excluded((info.name for info in infos), exclude))
    return [info for info in infos if info.name in wanted]


def _named(
    infos: Sequence[ObjectInfo], path: str, stated: str | None, day_first: bool | None
) -> list[NamedObject]:
    """Return those with content, with what their names tell, in the order of reading."""
    known, glob = None if stated is None else LogFormat(stated), compile_glob(path)
    if day_first is None:
        day_first = day_comes_first(info.name for info in infos)
    found = [
        NamedObject(
            info=info,
            kind=known or format_of(info.name),
            span=named_span(info.name, glob, day_first=day_first),
        )
        for info in infos
        if info.size_bytes
    ]
    return sorted(found, key=_reading_order)


def are_true_to_names(group: Sequence[NamedObject], observed: ObservedTimes) -> bool:
    """Tell whether the times that were seen in objects read together lie where their names say."""
    spans = [item.span for item in group if item.span is not None]
    if len(spans) < len(group) or len(group) == 1:
        return group[0].is_true_to_name(observed)
    start, end = min(one.start for one in spans), max(one.end for one in spans)
    whole = replace(spans[0], start=start, end=end)
    return replace(group[0], span=whole).is_true_to_name(observed)


def with_named_times(
    objects: Sequence[NamedObject], times: Sequence[int | None]
) -> list[NamedObject]:
    """Return objects in the order in which they are read, given the very times of their rows.

    Parameters
    ----------
    times
        The time of all rows of each, in microseconds since 1970-01-01 UTC; None where it is not
        known.
    """
    known = [
        item
        if moment is None
        else replace(item, span=NamedSpan.of_moment(to_datetime(moment)), named=item.span)
        for item, moment in zip(objects, times, strict=True)
    ]
    return sorted(known, key=_reading_order)


def _reading_order(item: NamedObject) -> tuple[int, str]:
    return (0 if item.span is None else -to_moment(item.span.end), item.name)


def _empty(bucket: Bucket, name: str) -> ObjectError:
    return ObjectError(
        bucket.url_of(name),
        "the log is empty (0 bytes). Expected a header line or rows; check what writes the log.",
    )
