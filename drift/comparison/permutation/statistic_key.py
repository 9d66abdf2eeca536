"""Which statistic of a test is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticKey:
    """Which statistic of a test is meant.

    Attributes
    ----------
    group
        The column that it speaks for, or ``"joint"`` for all image features together; adjusted
        p-values are given per group.
    method
        How it looks at the group: ``"location"``, ``"chi_square"``, ``"share of 'cat'"``.
    number
        The number that it looks at, where that is not the column itself: the ``"distance"`` of
        the joint view; else empty.
    """

    group: str
    method: str
    number: str = ""

    @property
    def within_group(self) -> str:
        """How a finding, which names its column, calls it: ``location``, ``distance.spread``."""
        return f"{self.number}.{self.method}" if self.number else self.method

    @property
    def text(self) -> str:
        """How ``report.json`` and the history call it: ``sharpness.location``.

        What they hold is looked up by this text, which is never taken apart: a column's name and
        a class may have full stops in them.
        """
        return f"{self.group}.{self.within_group}"
