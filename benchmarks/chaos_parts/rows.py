"""What one kind of fault came to: a row of the table."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

HEADER = ("fault", "injected", "lost", "made good by", "command")


@dataclass(kw_only=True)
class Tally:
    """The trials of one fault so far.

    Attributes
    ----------
    fault
        What was done to the run, in words.
    by
        What makes up for it.
    command
        What repeats the trials.
    ends
        How many runs ended in which way.
    lost
        One sentence per thing that was lost, or shown although it was not whole.
    skipped
        Why nothing could be injected; empty where something was.
    """

    fault: str
    by: str
    command: str
    injected: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    skipped: str = ""

    def add(self, end: str, problems: Iterable[str], label: str = "") -> None:
        """Count one trial.

        Parameters
        ----------
        end
            How the disturbed run ended.
        problems
            What was lost.
        label
            Which trial it was, for the problems.
        """
        self.injected += 1
        self.ends[end] = self.ends.get(end, 0) + 1
        self.lost += [f"{self.fault}, {label or end}: {problem}" for problem in problems]

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        lost = str(len(self.lost)) if self.lost else "nothing"
        ends = ", ".join(f"{count} x {end}" for end, count in sorted(self.ends.items()))
        shown = self.skipped or f"{self.by} ({ends})"
        return (self.fault, str(self.injected), lost, shown, f"`{self.command}`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the time: no further trial begins after its end."""

    ends_at: float

    @classmethod
    def of(cls, seconds: float) -> Share:
        """Return a share that begins now."""
        return cls(ends_at=time.monotonic() + seconds)

    @property
    def left_s(self) -> float:
        """What is left of it."""
        return max(self.ends_at - time.monotonic(), 0.0)

    @property
    def is_used_up(self) -> bool:
        """Whether no further trial is to begin."""
        return time.monotonic() >= self.ends_at


def table(tallies: Iterable[Tally]) -> str:
    """Return the rows as Markdown."""
    rows = [HEADER, ("---", "---:", "---", "---", "---"), *(one.cells for one in tallies)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
