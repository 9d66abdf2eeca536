"""What windows of one fault said, with the model's view and without it, window by window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from benchmarks.detection_parts.intervals import clopper_pearson
from benchmarks.view_faults_parts.strengths import Chosen, Where
from benchmarks.view_faults_parts.trials import Said

MEAN_BAR, FAULT_BAR = 0.03, 0.10
_HEAD = (
    f"{'fault':22}{'in':>12}{'pixels alone':>26}{'with the view':>26}{'change':>8}"
    f"{'view':>7}{'lost':>6}{'won':>5}{'p':>7}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many of the same windows alarmed.

    Attributes
    ----------
    alone, beside
        Without the view, and with it.
    view
        By the view's own family.
    lost, won
        With an alarm without the view and none with it, and the other way round: the pairs that
        McNemar's test looks at.
    """

    windows: int
    alone: int
    beside: int
    view: int
    lost: int
    won: int

    @classmethod
    def of(cls, said: Sequence[Said]) -> Counted:
        """Count what was said of each window."""
        return cls(
            windows=len(said),
            alone=sum(one.alone for one in said),
            beside=sum(one.beside for one in said),
            view=sum(one.view for one in said),
            lost=sum(one.alone and not one.beside for one in said),
            won=sum(one.beside and not one.alone for one in said),
        )

    @classmethod
    def together(cls, counted: Iterable[Counted]) -> Counted:
        """Add up several."""
        found = list(counted)
        return cls(
            windows=sum(one.windows for one in found),
            alone=sum(one.alone for one in found),
            beside=sum(one.beside for one in found),
            view=sum(one.view for one in found),
            lost=sum(one.lost for one in found),
            won=sum(one.won for one in found),
        )

    @property
    def change(self) -> float:
        """By how much the power grew with the view."""
        return (self.won - self.lost) / self.windows if self.windows else 0.0

    @property
    def change_interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the change, given how many windows were judged otherwise."""
        apart = self.won + self.lost
        if not apart:
            return 0.0, 0.0
        low, high = clopper_pearson(self.won, apart)
        scale = apart / self.windows
        return scale * (2 * low - 1), scale * (2 * high - 1)

    @property
    def p_value(self) -> float:
        """McNemar's exact test: how probable so unequal counts are where nothing changes."""
        apart = self.won + self.lost
        return float(binomtest(self.won, apart).pvalue) if apart else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultResult:
    """One fault at its strength."""

    fault: str
    where: Where
    chosen: Chosen
    counted: Counted


def result_lines(results: Sequence[FaultResult]) -> Iterator[str]:
    """Yield a line per fault, those by which a loss can be seen first, and their mean."""
    for where in Where:
        some = [one for one in results if one.where is where]
        telling = [one for one in some if one.chosen.can_tell]
        if some:
            yield f"\n{where}: faults seen in some windows by the pixels alone\n{_HEAD}"
            yield from map(_line, telling)
            yield from _mean_lines(telling)
        for one in some:
            if not one.chosen.can_tell:
                power = f"{one.chosen.power:.0%} in {one.chosen.strength}"
                yield f"{one.fault:22} left out: the nearest power is {power}"


def _mean_lines(results: Sequence[FaultResult]) -> Iterator[str]:
    if not results:
        return
    total = Counted.together(one.counted for one in results)
    low, high = total.change_interval
    changes = [one.counted.change for one in results]
    mean, worst = sum(changes) / len(changes), min(changes)
    yield _line_of(f"mean of {len(results)}", "", total)
    yield (
        f"change of the mean {mean:+.1%} ({low:+.1%} to {high:+.1%}); bar >= {-MEAN_BAR:.0%}: "
        f"{_met(mean >= -MEAN_BAR)}"
    )
    below = sum(one < -FAULT_BAR for one in changes)
    yield (
        f"largest fall {worst:+.1%}; bar >= {-FAULT_BAR:.0%} of each: {_met(not below)}"
        f"{f', by {below} of {len(changes)}' if below else ''}"
    )


def _line(result: FaultResult) -> str:
    return _line_of(result.fault, str(result.chosen.strength), result.counted)


def _line_of(name: str, strength: str, counted: Counted) -> str:
    return (
        f"{name:22}{strength:>12}{_rate(counted.alone, counted.windows):>26}"
        f"{_rate(counted.beside, counted.windows):>26}{100 * counted.change:>+8.1f}"
        f"{counted.view:>7}{counted.lost:>6}{counted.won:>5}{counted.p_value:>7.3f}"
    )


def _rate(count: int, windows: int) -> str:
    low, high = clopper_pearson(count, windows)
    return f"{count}/{windows} ({low:.0%} to {high:.0%})"


def _met(met: bool) -> str:
    return "met" if met else "missed"
