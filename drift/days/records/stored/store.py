"""The records of a job in its bucket: each written once, and read a few objects at a time.

``rollup.jsonl.gz`` holds copies of the records: see `Rollup`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from drift.days.blocks import Block, BlockRecord
from drift.days.records.stored.documents import (
    LARGEST_RECORD_BYTES,
    BrokenRecord,
    parse_record,
    record_bytes,
)
from drift.days.records.stored.listed import ListedRecords
from drift.days.records.stored.names import RecordName, days_folder, record_key
from drift.days.records.stored.record_copies import (
    ROLLUP,
    RecordCopy,
    copy_in,
    lines_of,
    newest_copies,
)
from drift.workplace import Workplace
from jobs.buckets.bucket import JSON
from jobs.errors import ObjectError, ObjectExistsError, ObjectMissingError, PublishError
from reports.conditional_writes import StillAllowed, always_allowed, put_if_unchanged
from reports.rollup import ROLLUP_NAME, Rollup

# Reading so many objects one by one takes less than writing the rollup anew.
_BETWEEN_ROLLUPS = 3
_AT_ONCE = 8

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record and the content of its object.

    Attributes
    ----------
    version
        The version of its object; empty where it is not in the bucket.
    """

    record: BlockRecord
    data: bytes
    version: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the content in hex."""
        return hashlib.sha256(self.data).hexdigest()


class RecordStore:
    """The records of one job that were measured on one profile with one set of settings.

    A block may have several: one of what was measured alone, and one for each model that has looked
    at its images, which holds both. The record with the view that is asked for comes first; where
    there is none, any other one tells what was measured, and nothing of a view.

    Parameters
    ----------
    place
        The job and its bucket. Nothing is written where it does not write.
    profile_id
        The profile.
    rows
        How many rows a block has; None where blocks are stretches of time.
    still_allowed
        Raises where the lock was lost; it is asked before every write.
    view_id
        Which model looks at images: `ViewDefinition.id`; empty where none does.
    """

    def __init__(
        self,
        place: Workplace,
        profile_id: str,
        rows: int | None,
        still_allowed: StillAllowed = always_allowed,
        view_id: str = "",
    ) -> None:
        self._bucket = place.bucket
        self._writes = place.writes
        self._still_allowed = still_allowed
        self._folder = days_folder(place.prefix, profile_id)
        self._key = record_key(place.job, rows)
        self._view_id = view_id
        self._listed = ListedRecords(key=self._key, view_id=view_id)
        self._copies: dict[bytes, RecordCopy] = {}
        self._fresh: set[bytes] = set()
        self._rollup = Rollup(place.bucket, self._folder + ROLLUP_NAME, ROLLUP)
        self.broken: dict[Block, BrokenRecord] = {}

    def list(self) -> frozenset[Block]:
        """Return the blocks that there are objects of, as of now.

        Raises
        ------
        ObjectError
            If the folder cannot be listed.
        """
        versions = {
            info.name.removeprefix(self._folder): info.version
            for info in self._bucket.list(self._folder)
        }
        self._listed = ListedRecords(key=self._key, view_id=self._view_id)
        for name, version in versions.items():
            self._listed.add(name, version)
        if ROLLUP_NAME in versions and not self._copies:
            self._copies = {
                name: copy
                for name, copy in self._rollup.read(copy_in)
                if versions.get(name.decode(errors="replace")) == copy.version
            }
        return self._listed.blocks

    @property
    def without_view(self) -> frozenset[Block]:
        """The listed blocks of which no object holds the view that is asked for."""
        return self._listed.without_view

    def read(self, blocks: Iterable[Block]) -> dict[Block, StoredRecord]:
        """Return those records that are there and can be read; `broken` has the others.

        Call `list` before. A record that cannot be understood is left out, and a warning names it.
        """
        wanted = [block for block in blocks if self._listed.names_of(block)]
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            found = zip(wanted, readers.map(self._read_best, wanted), strict=True)
            return {block: stored for block, stored in found if stored is not None}

    def read_pinned(self, digests: Mapping[Block, str]) -> dict[Block, StoredRecord]:
        """Return the records with these contents, as far as they are there; `list` before.

        A record that holds a view may have come beside one that was read before.
        """
        found = self.read(digests)
        other = [block for block, one in found.items() if one.digest != digests[block]]
        for block in other:
            del found[block]
            for name in self._listed.names_of(block)[1:]:
                stored = self._read_one(name)
                if stored is not None and stored.digest == digests[block]:
                    found[block] = stored
        return found

    def create(self, record: BlockRecord) -> StoredRecord:
        """Write a record that is not there; return what is there then.

        Where another run was first, its record stands. A store that refuses is logged, and the
        record is used all the same: whoever makes it again makes the same bytes.
        """
        stored = _as_stored(record)
        if not self._writes:
            return stored
        self._still_allowed()
        name = self._name_of(record)
        try:
            version = self._bucket.create(self._folder + name.text, stored.data, JSON)
        except ObjectExistsError:
            self._listed.add(name.text, "")
            return self._read_one(name) or stored
        except ObjectError as error:
            logger.warning("%s The next run makes this record again.", error.message)
            return stored
        return self._remember(name, replace(stored, version=version))

    def replace(self, record: BlockRecord) -> bool:
        """Write a record in place of the one that `list` found, or where there was none.

        Returns whether it was written: not where another run has written it since.

        Raises
        ------
        PublishError
            If the store refuses.
        """
        data, name = record_bytes(record), self._name_of(record)
        self._still_allowed()
        before = self._listed.version_of(name)
        try:
            version = put_if_unchanged(self._bucket, self._folder + name.text, data, before, JSON)
        except ObjectError as error:
            raise PublishError(
                f"{error.url}: the record could not be written: {error.problem}"
            ) from error
        if version is not None:
            self._remember(name, StoredRecord(record=record, data=data, version=version))
        return version is not None

    def save_rollup(self) -> None:
        """Write the rollup anew where much was read or written beside it; a failure is logged."""
        newest = newest_copies(self._copies)
        if not self._writes or len(self._fresh & newest.keys()) < _BETWEEN_ROLLUPS:
            return
        self._still_allowed()
        self._rollup.save(lines_of(newest))
        self._fresh.clear()

    def _name_of(self, record: BlockRecord) -> RecordName:
        return RecordName(block=record.block, key=self._key, view_id=record.view_id)

    def _remember(self, name: RecordName, stored: StoredRecord) -> StoredRecord:
        text = name.text.encode()
        self._listed.add(name.text, stored.version)
        self._copies[text] = RecordCopy(version=stored.version, data=stored.data)
        self._fresh.add(text)
        return stored

    def _read_best(self, block: Block) -> StoredRecord | None:
        """Return the first record of a block that can be read."""
        found = (self._read_one(name) for name in self._listed.names_of(block))
        best = next((one for one in found if one is not None), None)
        if best is not None:
            self.broken.pop(block, None)
        return best

    def _read_one(self, name: RecordName) -> StoredRecord | None:
        text = name.text.encode()
        copy = self._copies.get(text)
        if copy is None or copy.version != self._listed.version_of(name):
            copy = self._read_object(name)
        if copy is None:
            return None
        is_asked_for = name.view_id == self._view_id
        record = parse_record(copy.data, name.block, name.view_id, with_view=is_asked_for)
        if isinstance(record, BrokenRecord):
            self._pass_over(name, record)
            return None
        stored = StoredRecord(record=record, data=copy.data, version=copy.version)
        return stored if text in self._copies else self._remember(name, stored)

    def _read_object(self, name: RecordName) -> RecordCopy | None:
        try:
            found = self._bucket.read(self._folder + name.text, LARGEST_RECORD_BYTES)
        except ObjectMissingError:
            # Pruned between the listing and the read.
            return None
        except ObjectError as error:
            self._pass_over(name, BrokenRecord(reason=error.problem))
            return None
        self._copies.pop(name.text.encode(), None)
        return RecordCopy(version=found.version, data=found.data)

    def _pass_over(self, name: RecordName, broken: BrokenRecord) -> None:
        self.broken[name.block] = broken
        url = self._bucket.url_of(self._folder + name.text)
        if broken.is_newer:
            logger.info("%s is left out: %s.", url, broken.reason)
        else:
            logger.warning(
                "%s is no record of a day (%s) and is left out. drift baseline rebuild makes it "
                "anew.",
                url,
                broken.reason,
            )


def _as_stored(record: BlockRecord) -> StoredRecord:
    """Return a record as whoever reads it finds it."""
    data = record_bytes(record)
    found = parse_record(data, record.block, record.view_id)
    return StoredRecord(record=record if isinstance(found, BrokenRecord) else found, data=data)
