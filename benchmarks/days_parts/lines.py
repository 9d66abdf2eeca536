"""A measurement beside its bar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the table of bars."""

    what: str
    measured: str
    bar: str
    met: bool

    @property
    def text(self) -> str:
        """It, as it is printed."""
        word = "met" if self.met else "MISSED"
        return f"{self.what:58} {self.measured:34} {self.bar:26} {word}"
