"""What one look of ``drift check`` says."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.errors import DriftError, ExitCode


class CheckState(enum.StrEnum):
    """How one thing stands."""

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
        What was looked at, in a word or two.
    found
        What is there.
    mend
        What to do; empty where nothing is to be done.
    exit_code
        What a run would end with because of it; only where it fails.
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
    """Return a check that does not keep a run from working, but may not be meant."""
    return Check(thing=thing, state=CheckState.LOOK, found=found, mend=mend)


def not_tried(thing: str, found: str) -> Check:
    """Return a check that could not be made."""
    return Check(thing=thing, state=CheckState.NOT_TRIED, found=found)


def fails(thing: str, found: str, mend: str, exit_code: ExitCode = ExitCode.INPUT) -> Check:
    """Return a check because of which a run would fail or find nothing."""
    return Check(thing=thing, state=CheckState.FAILS, found=found, mend=mend, exit_code=exit_code)


def failed(thing: str, error: DriftError) -> Check:
    """Return the check that an error of this project means; its message says what to do."""
    return fails(thing, error.message, "", error.exit_code)


def exit_code_of(checks: Sequence[Check]) -> ExitCode:
    """Return what a run would end with: the code of the first thing that fails."""
    codes = (one.exit_code for one in checks if one.state is CheckState.FAILS)
    return next(codes, ExitCode.FINISHED)
