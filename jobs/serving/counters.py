"""How much counters grew over the scrapes of one server, and how often it started anew.

A process counts from zero. A counter that fell was started anew, and so was one whose labels are
new while an older one of the same model is gone: older versions of TorchServe put a ``uuid`` of the
process there, and a container that is replaced has another host name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from jobs.serving.samples import Scrape, Series, ServedModel

Growth = dict[tuple[ServedModel, str], float]


@dataclass(slots=True)
class CountersBefore:
    """The newest values of a server's counters before the window.

    Attributes
    ----------
    moment
        When the newest scrape before the window was made; None without one.
    values
        The newest value of each counter, and when that was.
    """

    moment: float | None = None
    values: dict[Series, tuple[float, float]] = field(default_factory=dict)
    _is_empty: bool = False

    def take(self, scrape: Scrape) -> None:
        """Take a scrape, in any order."""
        if self.moment is None or scrape.moment > self.moment:
            self.moment, self._is_empty = scrape.moment, not scrape.values
        for series, value in scrape.values.items():
            if series not in self.values or self.values[series][0] < scrape.moment:
                self.values[series] = (scrape.moment, value)

    def newest(self) -> dict[Series, float]:
        """Return the counters' values; zero where the server had started anew since."""
        return {
            series: 0.0 if self._is_empty else value for series, (_, value) in self.values.items()
        }

    def gone(self) -> set[Series]:
        """Return the counters that the newest scrape no longer had."""
        return {series for series, (moment, _) in self.values.items() if moment != self.moment}


@dataclass(slots=True)
class GrowingCounters:
    """The counters of one server, scrape by scrape.

    Attributes
    ----------
    growth
        By how much the counters grew, by model and metric, over all their processes.
    restarts
        The times of the scrapes that showed a new process.
    """

    growth: Growth = field(default_factory=lambda: defaultdict(float))
    restarts: set[float] = field(default_factory=set)
    _last: dict[Series, float] = field(default_factory=dict)
    _gone: set[Series] = field(default_factory=set)
    _successors: dict[Series, tuple[Series, float, float]] = field(default_factory=dict)
    _has_begun: bool = False

    @classmethod
    def over(cls, before: CountersBefore, scrapes: Iterable[Scrape]) -> GrowingCounters:
        """Return what the window's scrapes show, the oldest first, from the one before them on."""
        counters = cls()
        if before.moment is not None:
            counters._last, counters._gone = before.newest(), before.gone()
            counters._has_begun = True
        for scrape in sorted(scrapes, key=lambda one: one.moment):
            counters._take(scrape)
        return counters

    def _take(self, scrape: Scrape) -> None:
        if not scrape.values and any(self._last.values()):
            # It answers and was asked nothing yet.
            self.restarts.add(scrape.moment)
            self._last = dict.fromkeys(self._last, 0.0)
            self._gone |= set(self._last)
        for series, value in scrape.values.items():
            self._grow(series, self._grown(series, value, scrape))
        self._last |= scrape.values
        self._has_begun = True

    def _grown(self, series: Series, value: float, scrape: Scrape) -> float:
        before = self._last.get(series)
        if before is None:
            return self._grown_from_nothing(series, value, scrape)
        if value < before:
            self._gone.discard(series)
            self.restarts.add(scrape.moment)
            return value
        self._take_back(series)
        return value - before

    def _grown_from_nothing(self, series: Series, value: float, scrape: Scrape) -> float:
        if not self._has_begun:
            # Whatever it counted so far was before the first scrape.
            return 0.0
        replaced = {
            one
            for one in self._last
            if one[:2] == series[:2] and one not in scrape.values and one not in self._gone
        }
        if replaced:
            self.restarts.add(scrape.moment)
            self._gone |= replaced
            for one in replaced:
                self._successors[one] = (series, value, scrape.moment)
        return value

    def _take_back(self, series: Series) -> None:
        """Correct what was said when a counter was gone that is there again: two servers answer.

        The other server's counter, as it was first seen, had grown before.
        """
        self._gone.discard(series)
        successor = self._successors.pop(series, None)
        if successor is not None:
            other, value, moment = successor
            self._grow(other, -value)
            self.restarts.discard(moment)

    def _grow(self, series: Series, by: float) -> None:
        self.growth[series.model, series.metric] += by
