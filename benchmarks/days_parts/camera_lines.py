"""What worlds with cameras say, beside its bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.days_parts.cameras import CameraFound, CamerasSaid
from benchmarks.days_parts.lines import Line
from benchmarks.days_parts.ours import Said
from benchmarks.days_parts.rates import Rate, Tally, rate_of

_BAR, _UPPER_END = 0.012, 0.02
_FOUND = 0.90

Worlds = Sequence[tuple[str, CamerasSaid]]


def camera_lines(worlds: Worlds) -> Iterable[Line]:
    """Yield the rate of false alarms and of faults found, by kind of days.

    Parameters
    ----------
    worlds
        The name of each one's case, and what was said.
    """
    for case in dict.fromkeys(name for name, _ in worlds):
        said = [one for name, one in worlds if name == case]
        if said[0].found:
            yield _of_faults(case, [found for one in said for found in one.found])
        else:
            yield _of_alarms(case, said)


def _of_alarms(case: str, said: Sequence[CamerasSaid]) -> Line:
    tested = rate_of([_tally(one.tested) for one in said])
    untested = rate_of([_tally(one.untested) for one in said])
    return Line(
        what=f"false alarms, {case}",
        measured=f"{_rate(tested)}; untested {untested.rate:.2%}",
        bar=f"<= {_BAR:.1%}, upper end <= {_UPPER_END:.0%}",
        met=tested.rate <= _BAR and tested.high <= _UPPER_END,
    )


def _of_faults(case: str, found: Sequence[CameraFound]) -> Line:
    tested, untested, named = (
        sum(getattr(one, name) for one in found) / len(found)
        for name in ("tested", "untested", "named")
    )
    return Line(
        what=f"faults of one camera, {case}",
        measured=f"{tested:.0%} of {len(found)}, named {named:.0%}; untested {untested:.0%}",
        bar=f">= {_FOUND:.0%}",
        met=tested >= _FOUND,
    )


def _tally(said: Sequence[Said]) -> Tally:
    return Tally(alarms=sum(one.alarm for one in said), runs=len(said))


def _rate(rate: Rate) -> str:
    return f"{rate.rate:.2%} of {rate.runs:,} ({rate.low:.1%} to {rate.high:.1%})"
