"""What a window is measured by: normal days or the reference, and what is known of both."""

from __future__ import annotations

from dataclasses import dataclass

from reports.findings.days import Baseline, Basis, Episode, Level
from reports.words.normal_days import usually


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What the verdict compares the window with.

    Attributes
    ----------
    basis
        Normal days, or the reference.
    level
        How production differs from the reference; None where that was not asked.
    baseline
        The normal days that the run knew; None where none are kept.
    episode
        The stretch of unusual blocks that the window is a part of; None outside of one.
    smallest_shift
        The smallest shift of one number, in reference standard deviations, that the run would
        have seen with 80 % power. None for what the comparison with the reference says; on the
        basis of days that is not known then.
    images_needed
        On the basis of days: how many images would show `detection.effect_to_see`; None where no
        number of images would, or that is not known.
    """

    basis: Basis = Basis.REFERENCE
    level: Level | None = None
    baseline: Baseline | None = None
    episode: Episode | None = None
    smallest_shift: float | None = None
    images_needed: int | None = None

    @property
    def is_days(self) -> bool:
        """Whether the verdict is about normal days."""
        return self.basis is Basis.DAYS

    @property
    def unit(self) -> str:
        """What a block is: see `Baseline.unit`."""
        return "day" if self.baseline is None else self.baseline.unit

    @property
    def than(self) -> str:
        """What the images are like or unlike, to follow a comparative."""
        return f"than {usually(self.unit)}" if self.is_days else "than the reference"

    @property
    def as_usual(self) -> str:
        """What things are to be like, to follow ``as``."""
        return usually(self.unit) if self.is_days else "in the reference"

    @property
    def learns(self) -> bool:
        """Whether it is open what is normal: too few normal blocks and another level.

        A level that a person accepted is normal, however few blocks there are.
        """
        if self.baseline is None or not self.baseline.is_learning or self.level is None:
            return False
        return self.level.stands_out


REFERENCE_ALONE = Yardstick()
"""The window is compared with the reference, and nothing is known of days."""
