"""Waiting for the plan that task 0 makes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from drift.execution.tasks.plan import ExecutionPlan
from drift.execution.tasks.store import ExecutionStore
from jobs.errors import InputError

logger = logging.getLogger(__name__)
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the plan is waited for.

    Attributes
    ----------
    most_s
        So long. Task 0 reads the log of the window and of the days before it, and a platform may
        start it late or once more.
    first_s, longest_s
        The pauses between two looks: they begin short and grow.
    """

    most_s: float = 30 * _MINUTE_S
    first_s: float = 1.0
    longest_s: float = 10.0


def awaited_plan(store: ExecutionStore, patience: Patience) -> ExecutionPlan:
    """Return the plan of an execution once it is there.

    Raises
    ------
    InputError
        If it does not come in time, or cannot be read.
    """
    started, pause_s = time.monotonic(), patience.first_s
    while (plan := store.read_plan()) is None:
        past_s = time.monotonic() - started
        if past_s >= patience.most_s:
            raise InputError(
                f"{store.plan_url}: task 0 has not made the plan within "
                f"{patience.most_s / _MINUTE_S:.0f} minutes. Look into the log of task 0. All "
                "tasks of an array need the same --execution, where the platform names none."
            )
        if pause_s == patience.first_s:
            logger.info("waiting for the plan of task 0")
        time.sleep(min(pause_s, patience.most_s - past_s))
        pause_s = min(1.5 * pause_s, patience.longest_s)
    return plan
