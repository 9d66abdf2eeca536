"""Listing a bucket of dated folders without those whose days lie away from the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.job_file.names.templates import is_template
from jobs.predictions.name_columns import NameColumns, placeholder_of
from jobs.predictions.selection.object_names import NamedSpan, compile_glob, named_span
from jobs.times.time_formats import day_part
from jobs.times.timestamps import parse_timestamp, to_moment

# Each folder that is looked into is a request; many of them take longer than listing everything.
_MOST_FOLDERS = 1_000
_ANY_NAME = compile_glob("**")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDays:
    """Tells the days of folders by their names.

    Attributes
    ----------
    names
        What the job takes from names, its times among them.
    timezone
        The zone of days that name none.
    """

    names: NameColumns
    timezone: str

    def span(self, folder: str) -> NamedSpan | None:
        """Return the days that a folder's name tells, a day more on either side; None without."""
        text = self._day_in(folder)
        if text:
            start = parse_timestamp(text, self.timezone)
            return NamedSpan(start=start, end=start + _DAY).widened()
        found = named_span(folder + "-", _ANY_NAME)
        return None if found is None else found.widened()

    def _day_in(self, folder: str) -> str | None:
        names = self.names
        if is_template(names.timestamp):
            time_format = day_part(placeholder_of(names.timestamp).format)
            return None if time_format is None else time_format.text_in(folder)
        if names.pattern is None:
            return None
        beginning = names.pattern.beginning(folder.count("/"))
        return None if beginning is None else beginning.columns_of(folder).get(names.timestamp)


@dataclass(slots=True)
class DatedListing:
    """One listing of the objects that may be of a window.

    Attributes
    ----------
    bucket, prefix
        What is listed.
    days
        Tells the days of folders.
    start, end
        The window, in microseconds since 1970-01-01 UTC.
    moment_of
        Returns when an object's name says it was made; None where it tells nothing.
    passed_over
        Folders that were not listed, and their days.
    """

    bucket: Bucket
    prefix: str
    days: FolderDays
    start: int
    end: int
    moment_of: Callable[[ObjectInfo], int | None]
    passed_over: list[tuple[str, NamedSpan]] = field(default_factory=list)
    _looked_into: int = 0

    def objects(self) -> list[ObjectInfo]:
        """Return the objects, sorted by name: all of them where folders' names prove untrue."""
        root = self.prefix[: self.prefix.rfind("/") + 1]
        found = [one for one in self._below(root) if one.name.startswith(self.prefix)]
        if self.passed_over and not self._are_true(found):
            self.passed_over = []
            return list(self.bucket.list(self.prefix))
        return sorted(found, key=lambda one: one.name)

    def _below(self, folder: str) -> Iterator[ObjectInfo]:
        self._looked_into += 1
        for one in self.bucket.level(folder):
            if isinstance(one, ObjectInfo):
                yield one
                continue
            if not (one.startswith(self.prefix) or self.prefix.startswith(one)):
                continue
            span = self.days.span(one)
            if span is not None and not self._touches(span):
                self.passed_over.append((one, span))
            elif _is_of_days(span) or self._looked_into >= _MOST_FOLDERS:
                yield from self.bucket.list(one)
            else:
                yield from self._below(one)

    def _touches(self, span: NamedSpan) -> bool:
        return to_moment(span.start) < self.end and to_moment(span.end) > self.start

    def _are_true(self, found: Sequence[ObjectInfo]) -> bool:
        """Tell whether objects lie in the folders of their days, the nearest left out too."""
        nearest = sorted(self.passed_over, key=lambda one: self._distance(one[1]))[:2]
        samples = [one for folder, _ in nearest for one in islice(self.bucket.list(folder), 3)]
        return all(self._is_at_its_place(one) for one in (*samples, *found))

    def _distance(self, span: NamedSpan) -> int:
        return max(self.start - to_moment(span.end), to_moment(span.start) - self.end)

    def _is_at_its_place(self, info: ObjectInfo) -> bool:
        moment = self.moment_of(info)
        if moment is None:
            return True
        span = self.days.span(info.name[: info.name.rfind("/") + 1])
        return span is None or to_moment(span.start) <= moment < to_moment(span.end)


def _is_of_days(span: NamedSpan | None) -> bool:
    """Tell whether a widened span is that of one day."""
    return span is not None and span.end - span.start <= 3 * _DAY
