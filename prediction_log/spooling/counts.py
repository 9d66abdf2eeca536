"""How many requests were recorded and how many were not, for the job to say so.

One small JSON object a day and process, rewritten whole by that process:
``{"share": 0.1, "counts": {"13:10": {"recorded": 12, "not sampled": 108, "queue full": 3}}}``, the
times being the beginnings of ten minutes in UTC. Where everything was recorded there is none.
"""

from __future__ import annotations

import os
import threading
from collections import Counter, defaultdict
from datetime import datetime, timezone

from prediction_log.spooling.locked_files import create_locked, release

ENDING = ".json"
RECORDED = "recorded"
NOT_SAMPLED = "not sampled"
QUEUE_FULL = "queue full"
SPOOL_FULL = "spool full"
DISK_FAILED = "disk not writable"
LINE_TOO_LONG = "row too long"
FAILED = "not loggable"


class Counts:
    """Counts of one process, by day and ten minutes; safe to use from many threads."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._lock = threading.Lock()
        self._days: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._changed: set[str] = set()
        self.total: Counter[str] = Counter()

    def add(self, time_s: float, what: str, number: int = 1) -> None:
        """Count requests that were answered at a time."""
        moment = datetime.fromtimestamp(time_s, timezone.utc)
        day, bin_start = f"{moment:%Y-%m-%d}", f"{moment:%H}:{moment.minute // 10}0"
        with self._lock:
            self._days[day][bin_start][what] += number
            self.total[what] += number
            self._changed.add(day)

    def changed(self) -> dict[str, bytes]:
        """Return the documents, by day, of days that changed and lack some of their requests."""
        with self._lock:
            days, self._changed = self._changed, set()
            return {day: self._document(day) for day in days if self._tells_something(day)}

    def not_saved(self, day: str) -> None:
        """Let `changed` return a day's document once more."""
        with self._lock:
            self._changed.add(day)

    def forget_before(self, day: str) -> None:
        """Drop the counts of days that are over."""
        with self._lock:
            for old in [one for one in self._days if one < day]:
                del self._days[old]

    def _tells_something(self, day: str) -> bool:
        kinds = {what for counts in self._days[day].values() for what in counts}
        return self._share < 1 or kinds != {RECORDED}

    def _document(self, day: str) -> bytes:
        # Imported in the thread that writes, not while the server starts.
        import json  # noqa: PLC0415

        counts = {start: dict(sorted(one.items())) for start, one in self._days[day].items()}
        document = {"share": self._share, "counts": dict(sorted(counts.items()))}
        return json.dumps(document).encode()


class CountsFile:
    """The document of one day in the spool, locked while its process lives.

    Counts only grow, so each document is at least as long as the one before and replaces it whole.

    Parameters
    ----------
    writer
        What the process calls itself.

    Raises
    ------
    OSError
        If there can be no such file at the moment.
    """

    def __init__(self, folder: str, day: str, writer: str) -> None:
        path = os.path.join(folder, f"dt={day}", writer + ENDING)
        number = create_locked(path)
        if number is None:
            raise FileExistsError(f"{path} was taken by another process")
        self._number = number

    def replace(self, document: bytes) -> None:
        """Write the document in place of the one before."""
        os.pwrite(self._number, document, 0)

    def close(self) -> None:
        """Finish the day: from now on anybody may send it."""
        release(self._number)

    def forget(self) -> None:
        """Close the file in a forked child; the lock stays with the parent."""
        os.close(self._number)
