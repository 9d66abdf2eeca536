"""What a process said last on its standard error."""

from __future__ import annotations

import threading
from typing import IO

_KEPT_BYTES = 8192
_LONGEST = 300


class LastWords:
    """Reads all that a process says and keeps the end of it.

    Parameters
    ----------
    stream
        Its standard error.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, name="model's words", daemon=True)
        self._thread.start()

    def sentence(self) -> str:
        """Return the last line once the process has ended; empty where it said nothing."""
        self._thread.join(timeout=5)
        lines = [line.strip() for line in self._kept.decode(errors="replace").splitlines()]
        last = next((line for line in reversed(lines) if line), "")
        return last[:_LONGEST]

    def _read(self) -> None:
        with self._stream:
            while said := self._stream.read1(_KEPT_BYTES):  # type: ignore[attr-defined]
                self._kept = (self._kept + said)[-_KEPT_BYTES:]
