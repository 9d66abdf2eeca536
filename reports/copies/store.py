"""The packs of a job: read where objects are read again, written once a run has what they hold.

A pack is believed only where a listing shows the version that it has of an object: a stale, damaged
or missing pack costs time and never changes an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jobs.buckets.bucket import Bucket, ObjectKind, StoredObject
from jobs.errors import ObjectError
from jobs.predictions.selection.choose import NamedObject
from jobs.predictions.small_copies import day_of_copy
from reports.conditional_writes import StillAllowed, put_if_unchanged
from reports.copies.kept import KeptPacks
from reports.copies.names import (
    COPIES_FOLDER,
    ENDING,
    UNDATED,
    is_before,
    is_pack,
    pack_beginning,
)
from reports.copies.packs import MOST_BYTES, pack, unpack
from reports.copies.reading import PathCopies

_OBJECT_KIND = ObjectKind(content_type="application/gzip")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobCopies:
    """Copies of the small objects of one job, in its own bucket.

    Attributes
    ----------
    bucket
        The job's own. Objects of any other bucket are never copied into it.
    prefix
        The job's folder.
    kept
        What the run knows of packs.
    writes
        Whether anything may be written.
    """

    bucket: Bucket
    prefix: str
    kept: KeptPacks
    writes: bool

    @property
    def folder(self) -> str:
        """The folder of the packs."""
        return f"{self.prefix}/{COPIES_FOLDER}/"

    def of(self, bucket: Bucket, path: str, objects: Sequence[NamedObject]) -> PathCopies | None:
        """Return the copies of objects below a path; None for those of another bucket."""
        if bucket is not self.bucket:
            return None
        beginning = self.folder + pack_beginning(path)

        def name_of(item: NamedObject) -> str:
            return f"{beginning}{day_of_copy(item) or UNDATED}{ENDING}"

        there: dict[str, dict[str, str]] = {}
        for item in objects:
            there.setdefault(name_of(item), {})[item.name] = item.info.version
        return PathCopies(packs=self, name_of=name_of, there=there)

    def entries(self, name: str) -> dict[str, StoredObject]:
        """Return the objects in a pack; none where it is not there or cannot be read."""
        self.kept.used.add(name)
        data = self.kept.data[name] if name in self.kept.data else self._read(name)
        if data is None:
            return {}
        try:
            return unpack(data)
        except ValueError as error:
            url = self.bucket.url_of(name)
            logger.warning("%s is no pack (%s): its objects are read one by one.", url, error)
            # So that this is said once a run.
            self.kept.put(name, pack({}))
            return {}

    def is_stored(self, name: str) -> bool:
        """Tell whether a pack is in the bucket, or will be."""
        return name in self._versions() or name in self.kept.waiting

    def put(self, name: str, data: bytes) -> None:
        """Take in a pack that is to be written."""
        self.kept.waiting.add(name)
        self.kept.put(name, data)

    def save(self, still_allowed: StillAllowed) -> None:
        """Write the packs that were made; another writer's are left, and a failure is only logged.

        Raises
        ------
        PublishError
            If the job's lock was lost.
        """
        waiting, self.kept.waiting = sorted(self.kept.waiting), set()
        if not (self.writes and waiting):
            return
        versions = self._versions()
        for name in waiting:
            still_allowed()
            data, known = self.kept.data[name], versions.get(name)
            try:
                version = put_if_unchanged(self.bucket, name, data, known, _OBJECT_KIND)
            except ObjectError as error:
                logger.warning("%s Its objects will be read one by one.", error.message)
                return
            if version is not None:
                versions[name] = version

    def remove_before(self, day: date, still_allowed: StillAllowed) -> None:
        """Delete the packs of earlier days that this run did not read; a failure is only logged.

        A run that read no small objects looks for none.
        """
        versions = self.kept.versions
        if not self.writes or versions is None:
            return
        for name in sorted(versions):
            if name in self.kept.used or not is_before(name.removeprefix(self.folder), day):
                continue
            still_allowed()
            try:
                self.bucket.delete(name)
            except ObjectError as error:
                logger.warning("%s The pack is of no use any more.", error.message)
                return
            del versions[name]

    def _versions(self) -> dict[str, str]:
        if self.kept.versions is None:
            self.kept.versions = self._listed()
        return self.kept.versions

    def _listed(self) -> dict[str, str]:
        try:
            found = self.bucket.list(self.folder)
            return {
                one.name: one.version
                for one in found
                if is_pack(one.name.removeprefix(self.folder))
            }
        except ObjectError as error:
            logger.warning("%s Small objects are read one by one.", error.message)
            return {}

    def _read(self, name: str) -> bytes | None:
        if name not in self._versions():
            return None
        try:
            stored = self.bucket.read(name, MOST_BYTES)
        except ObjectError as error:
            logger.warning("%s Its objects are read one by one.", error.message)
            return None
        self._versions()[name] = stored.version
        self.kept.put(name, stored.data)
        return stored.data
