"""A bounded look at what lies in a bucket; the only listing that ``drift init`` does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.predictions.selection.object_names import format_of

# Up to so many objects the whole bucket is listed, in a few requests.
LISTED_WHOLE = 20_000
_LISTED_IN_A_FOLDER = 2_000
_LISTED_IN_ALL = 60_000
_FOLDERS_VISITED = 400
_SUBFOLDERS_VISITED = 48
_OWN = re.compile(
    r"(^|/)data_drift_reports/|(^|/)runs/\d{8}T\d{6}Z-[0-9a-f]{8}/|(^|/)job\.schema\.json$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was seen in a bucket.

    Attributes
    ----------
    objects
        Name and size, sorted by name; our own reports and others' marks are left out.
    is_complete
        Whether these are all there are.
    """

    objects: tuple[ObjectInfo, ...]
    is_complete: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return tuple(info.name for info in self.objects)


def survey(bucket: Bucket, *, whole: int = LISTED_WHOLE) -> Survey:
    """Return what lies in a bucket: everything in a small one, samples of a large one.

    Of a large bucket's folders the first and the last are visited and some between, and of each
    folder so many objects; folders by date therefore show their newest days.

    Parameters
    ----------
    whole
        Up to how many objects the bucket is listed whole.
    """
    first = list(islice(bucket.list(), whole + 1))
    if len(first) <= whole:
        return Survey(objects=_of_others(first), is_complete=True)
    found = {info.name: info for info in _walk(bucket)}
    return Survey(
        objects=_of_others([found[name] for name in sorted(found)]),
        is_complete=False,
    )


def _walk(bucket: Bucket) -> Iterator[ObjectInfo]:
    waiting = [""]
    visited = yielded = 0
    while waiting and visited < _FOLDERS_VISITED and yielded < _LISTED_IN_ALL:
        folder = waiting.pop(0)
        visited += 1
        folders: list[str] = []
        objects = 0
        for one in islice(bucket.level(folder), 4 * _LISTED_IN_A_FOLDER):
            if isinstance(one, str):
                folders.append(one)
            elif objects < _LISTED_IN_A_FOLDER or _may_be_a_log(one.name):
                objects += 1
                yield one
        yielded += objects
        waiting += [one for one in _some(folders) if not _is_own(one)]


def _may_be_a_log(name: str) -> bool:
    return format_of(name) is not None or PurePosixPath(name).suffix.lower() in {
        ".gz",
        ".json",
        ".log",
    }


def _some(folders: Sequence[str]) -> list[str]:
    """Return the first, the last, and some folders between; those at the end may be the newest."""
    if len(folders) <= _SUBFOLDERS_VISITED:
        return list(folders)
    third = _SUBFOLDERS_VISITED // 3
    step = max(1, (len(folders) - 2 * third) // third)
    between = folders[third:-third:step][:third]
    return [*folders[:third], *between, *folders[-third:]]


def _is_own(name: str) -> bool:
    return _OWN.search(name) is not None


def _of_others(objects: Sequence[ObjectInfo]) -> tuple[ObjectInfo, ...]:
    """Leave out our own reports, and what other programs mark as theirs."""
    own = _own_reports(objects)
    return tuple(
        info
        for info in objects
        if not _is_own(info.name)
        and not info.name.startswith(own)
        and not any(part[:1] in {".", "_"} for part in info.name.split("/")[:-1])
        and info.name.rpartition("/")[2][:1] not in {".", "_"}
    )


def _own_reports(objects: Sequence[ObjectInfo]) -> tuple[str, ...]:
    """Return the folders that reports were written to, whatever `reports.path` was."""
    marks = [re.match(r"(.*/)features/fs-[0-9a-f]{12}/", info.name) for info in objects]
    return tuple({mark[1] for mark in marks if mark})
