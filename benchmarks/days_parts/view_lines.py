"""What worlds with a model's view say, beside their bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.days_parts.lines import Line
from benchmarks.days_parts.ours import Said
from benchmarks.days_parts.rates import Rate, Tally, rate_of
from benchmarks.days_parts.views import ViewsSaid

_BAR, _UPPER_END = 0.012, 0.02


def view_lines(worlds: Sequence[ViewsSaid]) -> Iterable[Line]:
    """Yield the rates of false alarms over all worlds, without a view and with it."""
    if not worlds:
        return
    sides = (
        ("without a view", [one.without for one in worlds]),
        ("with a view", [one.seen for one in worlds]),
        ("with the view of a new model", [one.new_model for one in worlds]),
    )
    for name, said in sides:
        rate = rate_of([_tally(one) for one in said])
        yield Line(
            what=f"false alarms, {name}",
            measured=_rate(rate),
            bar=f"<= {_BAR:.1%}, upper end <= {_UPPER_END:.0%}",
            met=rate.rate <= _BAR and rate.high <= _UPPER_END,
        )
    learning = rate_of([_tally(one.learning) for one in worlds])
    yield Line(
        what="  its first seven days",
        measured=_rate(learning),
        bar=f"lower end <= {_BAR:.1%}",
        met=learning.low <= _BAR,
    )


def _tally(said: Sequence[Said]) -> Tally:
    return Tally(alarms=sum(one.alarm for one in said), runs=len(said))


def _rate(rate: Rate) -> str:
    return f"{rate.rate:.2%} of {rate.runs:,} ({rate.low:.1%} to {rate.high:.1%})"
