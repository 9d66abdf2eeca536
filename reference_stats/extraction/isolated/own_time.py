"""How long a process has been at something by its own time, however busy the machine is."""

from __future__ import annotations

import os
import time
from pathlib import Path

# It waits for a processor, or for memory that was moved to a disk: the machine keeps it waiting.
_KEPT_WAITING = frozenset("RD")
# On a machine that is so busy that a process gets a twentieth of a processor.
_MOST_CLOCK = 20.0
_NAME_ENDS = ")"


class OwnTime:
    """The time that a process has used or slept through since this was made.

    Its own time is that of the processor, and that in which it waits for nothing that the machine
    owes it. Where the system does not tell, it is that of the clock.

    Parameters
    ----------
    pid
        The process.
    most_s
        How much of its own time it may take; of the clock's time at most `_MOST_CLOCK` as much.
    """

    def __init__(self, pid: int, most_s: float) -> None:
        self._status = Path(f"/proc/{pid}/stat")
        self._most_s = most_s
        self._own_s = 0.0
        self._began = self._looked = time.monotonic()
        self._used = self._now_used()[1]

    def is_over(self) -> bool:
        """Tell whether it has taken its time; to be asked now and then."""
        now, (state, used) = time.monotonic(), self._now_used()
        passed, self._looked = now - self._looked, now
        worked, self._used = used - self._used, used
        self._own_s += worked if state in _KEPT_WAITING else passed
        return self._own_s >= self._most_s or now - self._began >= _MOST_CLOCK * self._most_s

    def _now_used(self) -> tuple[str, float]:
        """Return the state of the process and the seconds of processors that it has used."""
        try:
            said = self._status.read_text(encoding="ascii", errors="replace")
        except OSError:
            return "", 0.0
        # The name of the program may hold anything.
        state, *numbers = said.rpartition(_NAME_ENDS)[2].split()
        user, system = int(numbers[10]), int(numbers[11])
        return state, (user + system) / os.sysconf("SC_CLK_TCK")
