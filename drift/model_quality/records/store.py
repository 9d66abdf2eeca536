"""The records of days in the bucket: each read once, and written only where its bytes differ.

``rollup.jsonl.gz`` holds copies of the records: see `Rollup`.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from drift.days.records.stored.record_copies import RecordCopy, copy_in, lines_of, newest_copies
from drift.model_quality.records.documents import (
    LARGEST_RECORD_BYTES,
    BrokenRecordError,
    parse_record,
    record_bytes,
)
from drift.model_quality.records.names import QUALITY_FOLDER, SEEN_NAME, date_of
from drift.model_quality.records.record import DayRecord
from drift.model_quality.records.seen import (
    LARGEST_SEEN_BYTES,
    Seen,
    parse_seen,
    seen_bytes,
)
from drift.workplace import Workplace
from jobs.buckets.bucket import JSON, Bucket
from jobs.errors import ObjectError, ObjectMissingError
from reports.conditional_writes import StillAllowed, put_if_unchanged
from reports.rollup import ROLLUP_NAME, Rollup, RollupFormat

_ROLLUP = RollupFormat(
    first_line=b"rollup of days of model quality, 1",
    copies="records of the model's quality",
    most_bytes=100_000_000,
)
# Reading so many objects one by one takes less than writing the rollup anew.
_BETWEEN_ROLLUPS = 20
_AT_ONCE = 16

logger = logging.getLogger(__name__)


class QualityStore:
    """The records of one job.

    Parameters
    ----------
    place
        The job and its bucket. Nothing is written where it does not write.
    still_allowed
        Raises where the lock was lost; it is asked before every write.
    """

    def __init__(self, place: Workplace, still_allowed: StillAllowed) -> None:
        self._bucket: Bucket = place.bucket
        self._writes = place.writes
        self._still_allowed = still_allowed
        self.folder = f"{place.prefix}/{QUALITY_FOLDER}/"
        self._rollup = Rollup(place.bucket, self.folder + ROLLUP_NAME, _ROLLUP)
        self._copies: dict[bytes, RecordCopy] = {}
        self._fresh = 0
        self.made: dict[str, DayRecord] = {}

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of each object below the folder, by its name there, as of now."""
        found = {
            info.name.removeprefix(self.folder): info.version
            for info in self._bucket.list(self.folder)
        }
        if ROLLUP_NAME in found:
            self._copies = dict(self._rollup.read(copy_in))
        return found

    def version_of(self, date: str) -> str:
        """Return the version of a day's record; empty where there is none."""
        return self.versions.get(f"{date}.json", "")

    @cached_property
    def _seen_at(self) -> tuple[Seen | None, bytes, str | None]:
        version = self.versions.get(SEEN_NAME)
        if version is None:
            return None, b"", None
        try:
            stored = self._bucket.read(self.folder + SEEN_NAME, LARGEST_SEEN_BYTES)
        except ObjectError:
            return None, b"", version
        return parse_seen(stored.data), stored.data, stored.version

    @property
    def seen(self) -> Seen:
        """What was scored so far; nothing where that is lost."""
        return self._seen_at[0] or Seen()

    def save_seen(self, seen: Seen) -> None:
        """Write what was scored, after all records; a failure is only logged."""
        _, before, version = self._seen_at
        data = seen_bytes(seen)
        if not self._writes or data == before:
            return
        self._still_allowed()
        name = self.folder + SEEN_NAME
        try:
            put_if_unchanged(self._bucket, name, data, version, JSON)
        except ObjectError as error:
            logger.warning("%s The next run reads the log of past days again.", error.message)

    def remembered(self, name: str, most_bytes: int) -> bytes | None:
        """Return what another object below the folder holds; None where that cannot be read."""
        if name not in self.versions:
            return None
        try:
            return self._bucket.read(self.folder + name, most_bytes).data
        except ObjectError:
            return None

    def remember(self, name: str, data: bytes) -> None:
        """Write another object below the folder, a cache; a failure is only logged."""
        if not self._writes:
            return
        self._still_allowed()
        before = self.versions.get(name)
        try:
            put_if_unchanged(self._bucket, self.folder + name, data, before, JSON)
        except ObjectError as error:
            logger.warning("%s The next run computes this again.", error.message)

    def records(self) -> dict[str, DayRecord]:
        """Return all records by date, those made by this run among them.

        One that cannot be understood is left out, and a warning names it.
        """
        dates = {date for name in self.versions if (date := date_of(name)) is not None}
        wanted = sorted(dates - self.made.keys())
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            found = zip(wanted, readers.map(self._read, wanted), strict=True)
            known = {date: record for date, record in found if record is not None}
        return dict(sorted({**known, **self.made}.items()))

    def write(self, date: str, record: DayRecord) -> str | None:
        """Write a day's record where its bytes differ; return its version, empty without an object.

        A day without a single label gets no object; one that had labels is said to have none now.
        None is returned where it could not be written, which is logged: the next run tries again.
        """
        name, data = f"{date}.json", record_bytes(record)
        before = self.versions.get(name)
        if before is None and not record.labelled and not record.left_out:
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
            self._remember(name, RecordCopy(version=version, data=data))
        return version

    def save_rollup(self) -> None:
        """Write the rollup anew where much was read or written beside it; a failure is logged."""
        if not self._writes or self._fresh < _BETWEEN_ROLLUPS:
            return
        there = {
            name: copy
            for name, copy in self._copies.items()
            if self.versions.get(name.decode(errors="replace")) == copy.version
        }
        self._still_allowed()
        self._rollup.save(lines_of(newest_copies(there)))
        self._fresh = 0

    def _read(self, date: str) -> DayRecord | None:
        data = self._content(date)
        if data is None:
            return None
        try:
            return parse_record(data)
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
            found = self._bucket.read(self.folder + name, LARGEST_RECORD_BYTES)
        except ObjectMissingError:
            return None
        except ObjectError as error:
            self._pass_over(date, error.problem)
            return None
        self._remember(name, RecordCopy(version=found.version, data=found.data))
        return found.data

    def _remember(self, name: str, copy: RecordCopy) -> None:
        self._copies[name.encode()] = copy
        self._fresh += 1

    def _pass_over(self, date: str, reason: str) -> None:
        logger.warning(
            "%s is no record of a day (%s) and is left out. A run whose labels.wait reaches back "
            "to that day makes it anew.",
            self._bucket.url_of(f"{self.folder}{date}.json"),
            reason,
        )
