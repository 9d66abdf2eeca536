"""Reads the objects of exports; one that cannot be read is counted among others that can."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import numpy as np

from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError, ObjectError, ObjectMissingError
from jobs.job_file.label_settings import LabelSettings
from jobs.labels.box_labels import CLASS_NOT_KNOWN, GivenBoxes, joined_boxes
from jobs.labels.box_notes import BoxNotes
from jobs.labels.collector import LabelNotes
from jobs.labels.exports.building import build_boxes
from jobs.labels.exports.exported import ExportedImages, ExportObject, UnreadableExportError
from jobs.labels.exports.registry import read_export
from jobs.labels.exports.yolo import NAME_FILES, class_names, is_passed_over
from jobs.labels.labels import OBJECT_GONE, UNREADABLE_OBJECT, LeftOutLabel, UnreadLabels
from jobs.labels.listing import LabelListing
from jobs.labels.reading import check_count, in_words_of_labels
from jobs.predictions.rows.rejections import shorten
from jobs.predictions.selection.choose import NamedObject

_MOST_BYTES = 1 << 30
_AHEAD = 4
_MOST_FOLDERS = 5


@dataclass(slots=True)
class ReadExports:
    """What exports hold.

    Attributes
    ----------
    objects
        Those that were read or could not be.
    images
        The labelled images, any number for one key.
    notes, box_notes
        What is said of images and objects, and of single boxes.
    """

    objects: Sequence[NamedObject]
    images: GivenBoxes
    notes: LabelNotes
    box_notes: BoxNotes


@dataclass(slots=True)
class _ExportReader:
    bucket: Bucket
    settings: LabelSettings
    notes: LabelNotes = field(default_factory=LabelNotes)
    box_notes: BoxNotes = field(default_factory=BoxNotes)
    parts: list[GivenBoxes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _beside: dict[str, Mapping[int, str]] = field(default_factory=dict)

    def read(self, name: str, content: Callable[[], bytes]) -> None:
        """Take in the images of one object."""
        try:
            export = ExportObject(
                name=name, data=content(), names_beside=partial(self.names_for, name)
            )
            self._add(name, read_export(export, self.settings.export or "any"))
        except BucketAccessError:
            raise
        except ObjectMissingError:
            self._leave_out(name, OBJECT_GONE, "")
        except ObjectError as error:
            self._leave_out(name, UNREADABLE_OBJECT, error.problem)
        except UnreadableExportError as error:
            self._leave_out(name, UNREADABLE_OBJECT, str(error))

    def _add(self, name: str, found: ExportedImages) -> None:
        self.names.append(name)
        built = build_boxes(found, len(self.names) - 1, self.names, self.settings)
        given = built.images.given
        self.parts.append(built.images)
        for line, key, reason in found.left_out:
            self.notes.left_out[reason] += 1
            left = LeftOutLabel(source=name, line=line, key=shorten(key), reason=reason)
            self.notes.remember([left])
        for reason, images in built.faulty.items():
            self.box_notes.lose(self.notes, given, images, reason)
        for image, reason in found.lost:
            if image < 0:
                self.box_notes.lost[reason] += 1
            else:
                self.box_notes.lose(self.notes, given, np.array([image]), reason)
        self.box_notes.noted.update(found.noted)
        self.box_notes.note(CLASS_NOT_KNOWN, built.class_not_known)
        self.box_notes.know_format(built.other_format)

    def _leave_out(self, name: str, reason: str, detail: str) -> None:
        self.notes.left_out[reason] += 1
        self.notes.remember(
            [LeftOutLabel(source=name, line=0, key="", reason=reason, detail=detail)]
        )

    def names_for(self, name: str) -> Mapping[int, str]:
        """Return the names of classes, of a file beside an object or in a folder above it."""
        folders = name.split("/")[:-1]
        for depth in range(len(folders), max(-1, len(folders) - _MOST_FOLDERS), -1):
            found = self._names_in("".join(f"{one}/" for one in folders[:depth]))
            if found:
                return found
        return {}

    def _names_in(self, folder: str) -> Mapping[int, str]:
        if folder not in self._beside:
            self._beside[folder] = next(filter(None, map(self._names_of, _named(folder))), {})
        return self._beside[folder]

    def _names_of(self, name: str) -> Mapping[int, str]:
        try:
            text = self.bucket.read(name, _MOST_BYTES).data.decode("utf-8", "replace")
        except BucketAccessError:
            raise
        except ObjectError:
            return {}
        return class_names(name, text)


def read_exports(
    listing: LabelListing, settings: LabelSettings, *, since: datetime, workers: int
) -> ReadExports | UnreadLabels:
    """Return the labelled images of exports; parameters as of `read_listed_labels`."""
    wanted = [one for one in listing.since(since) if not is_passed_over(one.name)]
    reader = _ExportReader(listing.place.bucket, settings)
    try:
        check_count(listing, wanted, settings)
        for name, content in _contents(listing.place.bucket, wanted, workers):
            reader.read(name, content)
        _check(listing, wanted, reader.notes)
    except ObjectError as error:
        return UnreadLabels(url=listing.url, reason=f"{error.url}: {in_words_of_labels(error)}")
    return ReadExports(
        objects=wanted,
        images=joined_boxes(reader.parts, reader.names),
        notes=reader.notes,
        box_notes=reader.box_notes,
    )


def _named(folder: str) -> Iterator[str]:
    return (folder + name for name in NAME_FILES)


def _contents(
    bucket: Bucket, wanted: Sequence[NamedObject], workers: int
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield each object with what returns its content, which is fetched a little ahead."""
    waiting: deque[tuple[str, Future[bytes]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for one in wanted:
                waiting.append((one.name, pool.submit(_content, bucket, one.name)))
                if len(waiting) > _AHEAD * workers:
                    name, content = waiting.popleft()
                    yield name, content.result
            while waiting:
                name, content = waiting.popleft()
                yield name, content.result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _content(bucket: Bucket, name: str) -> bytes:
    return bucket.read(name, _MOST_BYTES).data


def _check(listing: LabelListing, wanted: Sequence[NamedObject], notes: LabelNotes) -> None:
    """Check that something could be read."""
    unreadable = notes.left_out[UNREADABLE_OBJECT]
    if unreadable and unreadable + notes.left_out[OBJECT_GONE] == len(wanted):
        first = notes.first[UNREADABLE_OBJECT][0]
        raise ObjectError(listing.place.bucket.url_of(first.source), first.detail)
