"""Listing of a log in folders by day without the folders whose days a run does not need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.predictions.selection.object_names import (
    NamedSpan,
    compile_glob,
    day_comes_first,
    fixed_prefix,
    named_span,
)
from jobs.times.timestamps import to_moment

# Where there are more folders, or more of them tell no day, all objects are listed: that takes
# about as many requests.
_MOST_ENTRIES = 2_000
_MOST_LEVELS = 40
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDays:
    """The objects in the folders that a run needs.

    Attributes
    ----------
    objects
        All that may hold its rows, and further ones.
    passed_over
        The days of the folders that were not listed.
    day_first
        Whether the day comes first in dates that end with the year; None where that is not known.
    """

    objects: tuple[ObjectInfo, ...]
    passed_over: tuple[NamedSpan, ...]
    day_first: bool | None


def list_days(
    bucket: Bucket, path: str, day_first: bool | None, start: int, end: int
) -> ListedDays | None:
    """Return the objects in the folders that may hold rows in ``[start, end)``.

    A folder is left out where its name tells one day that lies more than a day away, as days in
    names are of any zone. None is returned where that would not spare at least half of the
    folders: then all objects are to be listed.

    Parameters
    ----------
    path
        The glob that names the objects.
    day_first
        `predictions.day_first`. Unset, the folders' names tell.
    start, end
        In microseconds since 1970-01-01 UTC.
    """
    beginning = fixed_prefix(path)
    root = beginning[: beginning.rfind("/") + 1]
    rest = path[len(root) :]
    if "/" not in rest and "**" not in rest:
        return None
    walk = _Walk(bucket, root, beginning)
    if not walk.go_down(root):
        return None
    first = day_comes_first(walk.folders) if day_first is None else day_first
    spans = {one: walk.span(one, first) for one in walk.folders}
    away = {one: span for one, span in spans.items() if span and _is_away(span, start, end)}
    if 2 * len(away) < len(spans) or not away:
        return None
    found = [info for one in spans if one not in away for info in bucket.list(one)]
    return ListedDays(
        objects=(*walk.objects, *found),
        passed_over=tuple(away.values()),
        day_first=first,
    )


@dataclass(slots=True)
class _Walk:
    """Looks into folders down to those whose names tell days.

    Attributes
    ----------
    root
        The folder in which the glob's first wildcard is.
    beginning
        What every name that the glob matches starts with.
    objects
        Those beside the folders.
    folders
        Those whose names tell days, in some order of day and month.
    """

    bucket: Bucket
    root: str
    beginning: str
    objects: list[ObjectInfo] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    _levels: int = 0
    _entries: int = 0

    def go_down(self, folder: str) -> bool:
        """Look into a folder; return False where there are too many."""
        self._levels += 1
        if self._levels > _MOST_LEVELS:
            return False
        for one in self.bucket.level(folder):
            self._entries += 1
            if self._entries > _MOST_ENTRIES:
                return False
            if isinstance(one, ObjectInfo):
                self.objects.append(one)
            elif not (one.startswith(self.beginning) or self.beginning.startswith(one)):
                continue
            elif any(self.span(one, first) for first in (True, False)):
                self.folders.append(one)
            elif not self.go_down(one):
                return False
        return True

    def span(self, folder: str, day_first: bool | None) -> NamedSpan | None:
        """Return the day that a folder's name tells; None where it tells none, or several."""
        found = named_span(folder, compile_glob(f"{self.root}**"), day_first=day_first)
        return found if found is not None and found.end - found.start <= _DAY else None


def _is_away(span: NamedSpan, start: int, end: int) -> bool:
    wide = span.widened()
    return to_moment(wide.end) <= start or to_moment(wide.start) >= end
