"""Reading a job's history from its bucket, each row once for as long as it stays the same.

``history/rollup.jsonl.gz`` holds copies of the rows: see `Rollup`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectMissingError
from reports.history.history import HISTORY_FOLDER, HistoryRow, sort_rows
from reports.history.parsing import row_of_document
from reports.history.pruned_runs import PRUNED_NAME, PrunedRuns, read_pruned
from reports.rollup import ROLLUP_NAME, Rollup, RollupFormat

_ROLLUP = RollupFormat(
    first_line=b'"rollup of history rows, 1"',
    copies="rows of the history",
    most_bytes=1_000_000_000,
)
# Reading so many rows one by one takes less than writing thousands anew.
ROWS_BETWEEN_ROLLUPS = 100
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
        self._rollup = Rollup(bucket, self._folder + ROLLUP_NAME, _ROLLUP)
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
        if self._folder + ROLLUP_NAME in listed and not self._known:
            self._known = dict(self._rollup.read(self._copy))
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
        if self._rollup_is_due or self._rollup.is_broken:
            self._rollup.save(known.line for known in self._known.values())
        self._rollup_is_due = False

    def _is_known(self, name: str, version: str) -> bool:
        return name in self._known and self._known[name].version == version

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

    def _copy(self, line: bytes) -> tuple[str, _KnownRow]:
        name, version, document = json.loads(line)
        row = row_of_document(document)
        return f"{self._folder}{name}", _KnownRow(version=version, line=line, row=row)
