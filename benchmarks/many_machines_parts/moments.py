"""Random moments of a run, told by how many images were begun by then, and killing at one."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.many_machines_parts.noting import begun

_LOOKS_EVERY_S = 0.005
# So far behind the image of a moment, at most: between two images something is written.
_BEHIND_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a run goes that nobody disturbs.

    Attributes
    ----------
    images
        How many images are begun.
    again
        How many of them again.
    before_s, after_s
        The seconds until the first one, and from the last one on.
    """

    images: int
    again: int
    before_s: float
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment of a run.

    Attributes
    ----------
    begun
        How many images all processes had begun.
    seconds
        How much later.
    """

    begun: int
    seconds: float

    @classmethod
    def drawn(cls, draws: random.Random, course: Course, stage: str) -> Moment:
        """Draw a moment while images are measured, before the first or after the last.

        Parameters
        ----------
        stage
            ``"work"``, ``"before"`` or ``"after"``.
        """
        if stage == "before":
            return cls(begun=0, seconds=draws.uniform(0.0, course.before_s))
        if stage == "after":
            return cls(begun=course.images, seconds=draws.uniform(0.0, course.after_s))
        return cls(begun=draws.randrange(1, course.images), seconds=draws.uniform(0.0, _BEHIND_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a kill found.

    Attributes
    ----------
    begun
        How many images all processes had begun.
    by_victim
        And how many the killed one.
    """

    begun: int
    by_victim: int

    def is_within(self, course: Course) -> bool:
        """Whether some images were begun and some were not."""
        return 0 < self.begun < course.images


def kill_at(
    moment: Moment,
    victims: Sequence[subprocess.Popen[bytes]],
    notes: Path,
    run: subprocess.Popen[bytes] | None = None,
) -> tuple[Hit, subprocess.Popen[bytes]] | None:
    """Kill the first of some processes that still runs at a moment.

    Parameters
    ----------
    moment
        When.
    victims
        Who may be killed.
    notes
        The folder in which processes note what they decode.
    run
        Whoever has to run still, too.

    Returns
    -------
    tuple[Hit, subprocess.Popen[bytes]] | None
        What was found, and who was killed; None where all had ended by then.
    """
    while begun(notes) < moment.begun:
        if _ended(victims, run):
            return None
        time.sleep(_LOOKS_EVERY_S)
    time.sleep(moment.seconds)
    if _ended(victims, run):
        return None
    victim = next(one for one in victims if one.poll() is None)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    return Hit(begun=begun(notes), by_victim=begun(notes, victim.pid)), victim


def _ended(victims: Sequence[subprocess.Popen[bytes]], run: subprocess.Popen[bytes] | None) -> bool:
    is_over = run is not None and run.poll() is not None
    return is_over or all(one.poll() is not None for one in victims)
