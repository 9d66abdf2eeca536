"""The beginning of a headline about the log's further numbers, which have no looks."""

from __future__ import annotations

from collections.abc import Sequence

from drift.comparison.columns.doubts import shorten_label
from drift.verdict.headline.reach import reach
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding
from reports.findings.effect_sizes import TAILS
from reports.words.movements import spread_widened
from reports.words.numbers import listed

_NAMED = 2
_FAR_ENOUGH = 0.6
# Where more rows than this left the usual range, all have moved.
_MOST = 0.5


def numbers_opening(drifted: Sequence[Finding], as_usual: str) -> str:
    """Return what moved farthest: ``speed is higher than on normal days``.

    Parameters
    ----------
    drifted
        The numbers that drifted, at least one.
    as_usual
        What they are compared with: ``on normal days``.
    """
    by_size = sorted(drifted, key=lambda one: (-reach(one), one.name))
    named = [one for one in by_size if reach(one) >= _FAR_ENOUGH * reach(by_size[0])][:_NAMED]
    return f"{listed([_moved(one) for one in named])} than {as_usual}"


def _moved(finding: Finding) -> str:
    if finding.categories is not None:
        return _moved_class(finding)
    in_most = (finding.effect or 0.0) >= _MOST
    if finding.direction == "up" or (finding.direction == "upper_tail" and in_most):
        return f"{finding.name} is higher"
    if finding.direction == "down" or (finding.direction == "lower_tail" and in_most):
        return f"{finding.name} is lower"
    if finding.pile is not None:
        return f"{finding.name} is alike in more rows"
    if finding.direction in TAILS:
        side = "high" if finding.direction == "upper_tail" else "low"
        return f"{finding.name} is very {side} more often"
    return f"{finding.name} varies {'more' if spread_widened(finding) else 'less'}"


def _moved_class(finding: Finding) -> str:
    shares = usual_and_current(finding)
    name = max(shares, key=lambda one: abs(shares[one][1] - shares[one][0]))
    then, now = shares[name]
    often = "more often" if now > then else "less often"
    return f"{finding.name} is {often} {shorten_label(name)!r}"
