"""The result of one check of ``drift check``."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.errors import DriftError, ExitCode


class CheckState(enum.StrEnum):
    """The state of one thing that was checked."""

    OK = "ok"
    LOOK = "look at this"
    FAILS = "fails"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a run needs.

    Attributes
    ----------
    thing
        The thing that was checked, in a word or two.
    found
        What was found.
    mend
        What to do; empty if there is nothing to do.
    exit_code
        The exit code of a run because of it; only for a check that fails.
    """

    thing: str
    state: CheckState
    found: str
    mend: str = ""
    exit_code: ExitCode = ExitCode.FINISHED


def is_ok(thing: str, found: str) -> Check:
    """Return a check that found everything right."""
    return Check(thing=thing, state=CheckState.OK, found=found)


def look(thing: str, found: str, mend: str) -> Check:
    """Return a check of a thing that a run can work with, but that may not be intended."""
    return Check(thing=thing, state=CheckState.LOOK, found=found, mend=mend)


def not_tried(thing: str, found: str) -> Check:
    """Return a check that could not be made."""
    return Check(thing=thing, state=CheckState.NOT_TRIED, found=found)


def fails(thing: str, found: str, mend: str, exit_code: ExitCode = ExitCode.INPUT) -> Check:
    """Return a check because of which a run would fail or find nothing."""
    return Check(thing=thing, state=CheckState.FAILS, found=found, mend=mend, exit_code=exit_code)


def failed(thing: str, error: DriftError) -> Check:
    """Return the failed check for an error of this project; the error's message says what to do."""
    return fails(thing, error.message, "", error.exit_code)


def exit_code_of(checks: Sequence[Check]) -> ExitCode:
    """Return the exit code that a run would end with: that of the first check that fails."""
    codes = (one.exit_code for one in checks if one.state is CheckState.FAILS)
    return next(codes, ExitCode.FINISHED)
