"""The records of days in the bucket: each read once, and written only where its bytes differ.

``rollup.jsonl.gz`` holds copies of the records (see `Rollup`), and beside them whatever spares a
run work that an earlier one did: all of it is read by one request, and written by one, last. Labels
that are too many to be written every day have an object of their own, ``labels.bin``.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Generic

from drift.days.records.stored.record_copies import RecordCopy, copy_in, lines_of, newest_copies
from drift.model_quality.records.kind import Record, RecordKind
from drift.model_quality.records.names import LABELS_NAME, QUALITY_FOLDER, date_of
from drift.model_quality.records.seen import Seen, parse_seen, seen_bytes
from drift.model_quality.records.values import BrokenRecordError
from drift.workplace import Workplace
from jobs.buckets.bucket import BINARY, JSON, Bucket
from jobs.errors import ObjectError, ObjectMissingError
from reports.conditional_writes import StillAllowed, put_if_unchanged
from reports.rollup import ROLLUP_NAME, Rollup, RollupFormat

_ROLLUP = RollupFormat(
    first_line=b"rollup of days of model quality, 2",
    copies="records of the model's quality",
    most_bytes=100_000_000,
)
_SEEN = "seen"
# 10,000,000 labels that are classes, the most that are read, each by image and by the last part of
# its name.
LARGEST_LABELS_BYTES = 500_000_000
# So much is written again with every new day: 10,000 labels by image, 20,000 by id.
_MOST_BESIDE_RECORDS = 400_000
_AT_ONCE = 16

logger = logging.getLogger(__name__)


class QualityStore(Generic[Record]):
    """The records of one job.

    Parameters
    ----------
    place
        The job and its bucket. Nothing is written where it does not write.
    still_allowed
        Raises where the lock was lost; it is asked before every write.
    kind
        What the records are.
    """

    def __init__(
        self, place: Workplace, still_allowed: StillAllowed, kind: RecordKind[Record]
    ) -> None:
        self._kind = kind
        self._bucket: Bucket = place.bucket
        self._writes = place.writes
        self._still_allowed = still_allowed
        self.folder = f"{place.prefix}/{QUALITY_FOLDER}/"
        self._rollup = Rollup(place.bucket, self.folder + ROLLUP_NAME, _ROLLUP)
        self._copies: dict[bytes, RecordCopy] = {}
        self._remembered: dict[str, bytes] = {}
        self._labels: bytes | None = None
        self._stored: dict[bytes, RecordCopy] = {}
        self.made: dict[str, Record] = {}

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of each object below the folder, by its name there, as of now."""
        found = {
            info.name.removeprefix(self.folder): info.version
            for info in self._bucket.list(self.folder)
        }
        if ROLLUP_NAME in found:
            for name, copy in self._rollup.read(copy_in):
                if copy.version:
                    self._copies[name] = copy
                else:
                    self._remembered[name.decode(errors="replace")] = copy.data
            self._stored = self._lines_of_rollup(found)
        return found

    def version_of(self, date: str) -> str:
        """Return the version of a day's record; empty where there is none."""
        return self.versions.get(f"{date}.json", "")

    @property
    def seen(self) -> Seen:
        """What was scored so far; nothing where that is lost."""
        data = self.remembered(_SEEN)
        return (None if data is None else parse_seen(data)) or Seen()

    def remember_seen(self, seen: Seen) -> None:
        """Remember what was scored; it is written after all records."""
        self.remember(_SEEN, seen_bytes(seen))

    def remembered(self, name: str) -> bytes | None:
        """Return what an earlier run remembered under a name; None where that is lost."""
        self._load()
        return self._remembered.get(name)

    def remember(self, name: str, data: bytes) -> None:
        """Remember a line of text, which `save` writes."""
        self._load()
        self._remembered[name] = data

    def known_labels(self) -> bytes | None:
        """Return the labels that are remembered; None where these are lost."""
        line = self.remembered(LABELS_NAME)
        try:
            if line is not None:
                return base64.b64decode(line, validate=True)
            if LABELS_NAME not in self.versions:
                return None
            return self._bucket.read(self.folder + LABELS_NAME, LARGEST_LABELS_BYTES).data
        except (ObjectError, ValueError):
            return None

    def remember_labels(self, labels: Callable[[], bytes | None]) -> None:
        """Remember labels that were read: few beside the records, many in their own object.

        Parameters
        ----------
        labels
            What is stored of them; None where they cannot be stored.
        """
        data = labels() if self._writes else None
        few = data is not None and len(data) <= _MOST_BESIDE_RECORDS
        if data is not None and few:
            self.remember(LABELS_NAME, base64.b64encode(data))
            return
        # A line would be believed before the object.
        self._load()
        self._remembered.pop(LABELS_NAME, None)
        self._labels = data

    def records(self) -> dict[str, Record]:
        """Return all records by date, those made by this run among them.

        One that cannot be understood is left out, and a warning names it.
        """
        dates = {date for name in self.versions if (date := date_of(name)) is not None}
        wanted = sorted(dates - self.made.keys())
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            found = zip(wanted, readers.map(self._read, wanted), strict=True)
            known = {date: record for date, record in found if record is not None}
        return dict(sorted({**known, **self.made}.items()))

    def unchanged(self, date: str) -> Record | None:
        """Return a day's record where it is still the one that an earlier run made; else None."""
        known = self.seen.days.get(date)
        if known is None or not known.version or known.version != self.version_of(date):
            return None
        return self._read(date)

    def write(self, date: str, record: Record) -> str | None:
        """Write a day's record where its bytes differ; return its version, empty without an object.

        A day of which nothing is kept gets no object; one that had one is said to be empty now.
        None is returned where it could not be written, which is logged: the next run tries again.
        """
        name, data = f"{date}.json", self._kind.to_bytes(record)
        before = self.versions.get(name)
        if before is None and not record.is_kept:
            return ""
        self.made[date] = record
        if before is not None and self._content(date) == data:
            return before
        if not self._writes:
            return None
        self._still_allowed()
        try:
            version = put_if_unchanged(self._bucket, self.folder + name, data, before, JSON)
        except ObjectError as error:
            logger.warning("%s The next run makes this record again.", error.message)
            return None
        if version is not None:
            self.versions[name] = version
            self._copies[name.encode()] = RecordCopy(version=version, data=data)
        return version

    def save(self) -> None:
        """Write what is remembered where it is new, after all records; a failure is logged."""
        if not self._writes:
            return
        if self._labels is not None:
            self._save_labels(self._labels)
        lines = self._lines_of_rollup(self.versions)
        if lines != self._stored:
            self._still_allowed()
            self._rollup.save(lines_of(lines))
            self._stored = lines

    def _load(self) -> None:
        """Have everything at hand that earlier runs remembered."""
        _ = self.versions

    def _lines_of_rollup(self, versions: Mapping[str, str]) -> dict[bytes, RecordCopy]:
        """Return what the rollup is to hold: copies of records as they are, and what is beside."""
        there = {
            name: copy
            for name, copy in self._copies.items()
            if versions.get(name.decode(errors="replace")) == copy.version
        }
        beside = {
            name.encode(): RecordCopy(version="", data=data)
            for name, data in self._remembered.items()
        }
        return {**newest_copies(there), **beside}

    def _save_labels(self, data: bytes) -> None:
        self._still_allowed()
        name, before = self.folder + LABELS_NAME, self.versions.get(LABELS_NAME)
        try:
            put_if_unchanged(self._bucket, name, data, before, BINARY)
        except ObjectError as error:
            logger.warning("%s The next run reads the labels again.", error.message)
        self._labels = None

    def _read(self, date: str) -> Record | None:
        data = self._content(date)
        if data is None:
            return None
        try:
            return self._kind.parse(data)
        except BrokenRecordError as broken:
            self._pass_over(date, str(broken))
            return None

    def _content(self, date: str) -> bytes | None:
        """Return what a day's object holds; None where it cannot be read."""
        name = f"{date}.json"
        copy = self._copies.get(name.encode())
        if copy is not None and copy.version == self.versions.get(name):
            return copy.data
        try:
            found = self._bucket.read(self.folder + name, self._kind.largest_bytes)
        except ObjectMissingError:
            return None
        except ObjectError as error:
            self._pass_over(date, error.problem)
            return None
        self._copies[name.encode()] = RecordCopy(version=found.version, data=found.data)
        return found.data

    def _pass_over(self, date: str, reason: str) -> None:
        logger.warning(
            "%s is no record of a day (%s) and is left out. A run whose labels.wait reaches back "
            "to that day makes it anew.",
            self._bucket.url_of(f"{self.folder}{date}.json"),
            reason,
        )
