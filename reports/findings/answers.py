"""The answers of a run and of a column."""

from __future__ import annotations

import enum


class Verdict(enum.StrEnum):
    """The answer of a whole run."""

    STEADY = "steady"
    DRIFT = "drift"
    INCONCLUSIVE = "inconclusive"


class State(enum.StrEnum):
    """The answer for one column."""

    STEADY = "steady"
    DRIFT = "drift"
    INCONCLUSIVE = "inconclusive"
    MISSING = "missing"
    CONSTANT = "constant"
    FAILED = "failed"
