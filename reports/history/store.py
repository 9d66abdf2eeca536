"""Reading a job's history from its bucket, each row once for as long as it stays the same.

``history/rollup.jsonl.gz`` holds copies of the rows, each with the version that its object had.
It is a cache and nothing else: a row is taken from it only where the listing shows that version
still, so that a broken, stale or missing rollup costs time and never changes an answer.
"""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.buckets.bucket import Bucket, ObjectKind
from jobs.errors import ObjectError, ObjectMissingError
from reports.conditional_writes import put_if_unchanged
from reports.history.history import HISTORY_FOLDER, HistoryRow, sort_rows
from reports.history.parsing import row_of_document
from reports.history.pruned_runs import PRUNED_NAME, PrunedRuns, read_pruned

ROLLUP_NAME = "rollup.jsonl.gz"
# The first line of a rollup; another line means another format, which is passed over.
ROLLUP_FORMAT = b'"rollup of history rows, 1"'
# Reading so many rows one by one takes less than writing thousands anew.
ROWS_BETWEEN_ROLLUPS = 100
_ROLLUP_KIND = ObjectKind(content_type="application/gzip")
_COMPRESSION = 4
_READERS = 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KnownRow:
    """A row as it was read.

    Attributes
    ----------
    version
        The version of its object.
    line
        Its line in the rollup: name, version and the whole document, keys that this program does
        not know included, so that another version of it finds them.
    """

    version: str
    line: bytes
    row: HistoryRow


def read_history(bucket: Bucket, job_prefix: str) -> tuple[HistoryRow, ...]:
    """Return all rows of a job, sorted by window end and then by run.

    A row that cannot be understood is left out, and a warning names it. Nothing is written.

    Raises
    ------
    BucketAccessError
        If the store cannot be reached.
    """
    return HistoryReader(bucket, job_prefix).read()


class HistoryReader:
    """Reads the rows of a job, and after the first time only those that changed.

    Parameters
    ----------
    bucket, job_prefix
        Where the job's folder is.
    """

    def __init__(self, bucket: Bucket, job_prefix: str) -> None:
        self._bucket = bucket
        self._prefix = job_prefix
        self._folder = f"{job_prefix}/{HISTORY_FOLDER}/"
        self._known: dict[str, _KnownRow] = {}
        self._rollup_version: str | None = None
        self._rollup_is_due = False
        self._was_pruned = False

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """The rows as they were last read, with those that were remembered since."""
        return sort_rows(known.row for known in self._known.values())

    def remember(self, name: str, version: str, data: bytes) -> None:
        """Take in a row that was just written, so that it is not read again at this version."""
        self._known[name] = self._known_row(name, version, json.loads(data))

    def read(self) -> tuple[HistoryRow, ...]:
        """Return all rows, as `read_history` does."""
        listed = {info.name: info.version for info in self._bucket.list(self._folder)}
        self._was_pruned = self._folder + PRUNED_NAME in listed
        rollup = listed.get(self._folder + ROLLUP_NAME)
        if rollup is not None and not self._known:
            self._read_rollup(listed)
        names = [name for name in listed if name.endswith(".json")]
        changed = [name for name in names if not self._is_known(name, listed[name])]
        kept = {name: self._known[name] for name in names if self._is_known(name, listed[name])}
        self._known = kept | self._read_rows(changed)
        self._rollup_is_due |= len(changed) >= ROWS_BETWEEN_ROLLUPS
        return self.rows

    def read_pruned(self) -> PrunedRuns:
        """Return the runs without a report as of now; a job that was never pruned reads nothing.

        Call `read` before, whose listing tells whether there is anything to read.
        """
        return read_pruned(self._bucket, self._prefix) if self._was_pruned else PrunedRuns()

    def save_rollup(self) -> None:
        """Write the rollup anew where much has changed since it was written.

        Another writer's rollup is left in place, and a failure is only logged.
        """
        if not self._rollup_is_due:
            return
        name = self._folder + ROLLUP_NAME
        data = _rollup_bytes([known.line for known in self._known.values()])
        try:
            put_if_unchanged(self._bucket, name, data, self._rollup_version, _ROLLUP_KIND)
        except ObjectError as error:
            logger.warning("%s Reading the history will take longer.", error.message)
        self._rollup_is_due = False

    def _is_known(self, name: str, version: str) -> bool:
        return name in self._known and self._known[name].version == version

    def _read_rollup(self, listed: Mapping[str, str]) -> None:
        name = self._folder + ROLLUP_NAME
        try:
            stored = self._bucket.read(name)
        except ObjectError as error:
            logger.warning("%s The rows of the history are read one by one.", error.message)
            return
        self._rollup_version = stored.version
        try:
            copies = tuple(_copies(stored.data, self._folder, listed))
        except (ValueError, TypeError, OSError, EOFError, zlib.error) as error:
            logger.warning(
                "%s is no rollup of the history (%s): the rows are read one by one.",
                self._bucket.url_of(name),
                error,
            )
            self._rollup_is_due = True
            return
        self._known = dict(copies)

    def _read_rows(self, names: Sequence[str]) -> dict[str, _KnownRow]:
        with ThreadPoolExecutor(max_workers=_READERS) as readers:
            read = zip(names, readers.map(self._read_row, names), strict=True)
            return {name: known for name, known in read if known is not None}

    def _read_row(self, name: str) -> _KnownRow | None:
        try:
            stored = self._bucket.read(name)
            return self._known_row(name, stored.version, json.loads(stored.data))
        except ObjectMissingError:
            # Pruned between the listing and the read.
            return None
        except ValueError as error:
            logger.warning(
                "%s is no history row (%s) and is left out of trend and index. "
                "Repeat that run, or delete the object.",
                self._bucket.url_of(name),
                error,
            )
            return None

    def _known_row(self, name: str, version: str, document: object) -> _KnownRow:
        row = row_of_document(document)
        copy = [name.removeprefix(self._folder), version, document]
        line = json.dumps(copy, separators=(",", ":")).encode()
        return _KnownRow(version=version, line=line, row=row)


def _rollup_bytes(lines: Sequence[bytes]) -> bytes:
    # Without a time in it, the same rows are the same bytes.
    return gzip.compress(b"\n".join([ROLLUP_FORMAT, *lines]), _COMPRESSION, mtime=0)


def _copies(data: bytes, folder: str, listed: Mapping[str, str]) -> Iterator[tuple[str, _KnownRow]]:
    """Yield the rows of a rollup whose objects still have the version that they were copied at."""
    first, *lines = gzip.decompress(data).split(b"\n")
    if first != ROLLUP_FORMAT:
        raise ValueError(f"it starts with {first[:40]!r}, not with {ROLLUP_FORMAT!r}")
    for line in lines:
        name, version, document = json.loads(line)
        if listed.get(folder + name) == version:
            row = row_of_document(document)
            yield folder + name, _KnownRow(version=version, line=line, row=row)
