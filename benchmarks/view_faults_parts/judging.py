"""One fault: its strength, then its windows, in a process of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from benchmarks.view_faults_parts.results import Counted, FaultResult
from benchmarks.view_faults_parts.strengths import LADDERS, Where, choose
from benchmarks.view_faults_parts.trials import FaultPool, Measured, Strength

# If so many windows say the same, the strength is too small or too large.
_FEWEST_PILOTS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultTask:
    """What is to be measured of one fault.

    Attributes
    ----------
    faulty
        The first of the clean pictures, with the fault.
    reference
        How many pictures a reference has.
    windows, pilots
        How many windows are judged, and how many of other draws choose the strength.
    """

    name: str
    where: Where
    faulty: Measured
    reference: int
    windows: int
    pilots: int
    seed: int


class _Shared:
    """The clean pictures, which every fault of this process needs: set once."""

    clean: Measured | None = None


def prepare_process(clean: Measured) -> None:
    """Give a worker process the clean pictures."""
    _Shared.clean = clean


def judge_fault(task: FaultTask) -> FaultResult:
    """Choose the strength of a fault, and count what windows with it say."""
    if _Shared.clean is None:
        raise RuntimeError("the process was not prepared with `prepare_process`")
    pool = FaultPool(clean=_Shared.clean, faulty=task.faulty, reference=task.reference)
    words = (task.seed, task.name, task.where.value)

    def power(strength: Strength) -> float:
        alarms: list[bool] = []
        for number in range(task.pilots):
            alarms.append(pool.pixels_alarm(strength, "pilot", *words, number))
            if number + 1 == _FEWEST_PILOTS and len(set(alarms)) == 1:
                break
        return sum(alarms) / len(alarms)

    chosen = choose(LADDERS[task.where], power)
    said = []
    if chosen.can_tell:
        said = [
            pool.said(chosen.strength, "window", *words, number) for number in range(task.windows)
        ]
    counted = Counted.of(said)
    print(f"{task.name}, {task.where}: {chosen.strength}, {counted}", file=sys.stderr, flush=True)
    return FaultResult(fault=task.name, where=task.where, chosen=chosen, counted=counted)
