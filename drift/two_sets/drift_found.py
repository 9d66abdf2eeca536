"""The error by which a test of data fails."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.errors import DriftError, ExitCode
from jobs.visible_text import visible


class DriftFoundError(DriftError, AssertionError):
    """Data that were to be alike are not; a test that meets it fails.

    Parameters
    ----------
    lines
        What was found, a line each.
    """

    exit_code = ExitCode.DRIFT

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(map(visible, lines))
        super().__init__(" ".join(self.lines))
        self.message = "\n".join(self.lines)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type[DriftFoundError], tuple[tuple[str, ...]]]:
        return type(self), (self.lines,)
