"""From single lines and scrapes, in any order, to what a server measured in one window."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from jobs.serving.counters import CountersBefore, GrowingCounters
from jobs.serving.figures import ModelSums, ServedFigures, SingleValues
from jobs.serving.samples import (
    LATENCY,
    QUEUE,
    REQUESTS,
    LoggedValue,
    Scrape,
    Series,
    ServedModel,
    WorkerStart,
)
from jobs.serving.starts import HostLines, restarts_of_folder

MOST_KEPT = 500_000


class TooManySamplesError(Exception):
    """The window holds more counters and starts of workers than are kept in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyResult:
    """What a server measured in one window.

    Attributes
    ----------
    lines, scrapes
        How many values of single requests, and how many scrapes, lie in the window.
    span
        The times of the first and the last of them, in seconds since 1970; with scrapes, the one
        before the window that their growth is counted from. None without any.
    """

    lines: int
    scrapes: int
    span: tuple[float, float] | None
    restarts: int
    all_models: ServedFigures
    models: dict[ServedModel, ServedFigures]

    @property
    def lacks_base(self) -> bool:
        """Whether all that is known is one scrape, which counters cannot have grown since."""
        if self.lines or self.span is None:
            return False
        return self.scrapes == 1 and self.span[0] == self.span[1]


@dataclass(slots=True)
class ServingTally:
    """Takes what was read in any order; remembers what the window ``[start, end)`` needs.

    Attributes
    ----------
    start, end
        In seconds since 1970, UTC.
    model
        The model whose requests count; None for all.
    """

    start: float
    end: float
    model: str | None = None
    most_kept: int = MOST_KEPT
    _lines: int = 0
    _kept: int = 0
    _span: list[float] = field(default_factory=list)
    _sums: dict[ServedModel, ModelSums] = field(default_factory=lambda: defaultdict(ModelSums))
    _single: SingleValues = field(default_factory=SingleValues)
    _hosts: dict[str, dict[str, HostLines]] = field(default_factory=lambda: defaultdict(dict))
    _before: dict[str, CountersBefore] = field(default_factory=lambda: defaultdict(CountersBefore))
    _scrapes: dict[str, list[Scrape]] = field(default_factory=lambda: defaultdict(list))
    _series: dict[Series, Series] = field(default_factory=dict)

    def take_line(self, folder: str, line: LoggedValue | WorkerStart) -> None:
        """Take a line of a log that lies in a folder."""
        if line.moment >= self.end:
            return
        host = self._hosts[folder].setdefault(line.host, HostLines(line.moment, line.moment))
        host.widen(line.moment)
        if isinstance(line, WorkerStart):
            self._keep(1)
            host.starts.append((line.moment, line.worker))
        elif line.moment >= self.start and self.model in {None, line.model.name}:
            self._lines += 1
            self._see(line.moment)
            self._add(line)

    def take_scrape(self, folder: str, scrape: Scrape) -> None:
        """Take a scrape of the server whose scrapes lie in a folder."""
        if scrape.moment >= self.end:
            return
        values = {
            self._series.setdefault(series, series): value
            for series, value in scrape.values.items()
            if self.model in {None, series.model.name}
        }
        known = Scrape(moment=scrape.moment, values=values)
        if scrape.moment < self.start:
            self._before[folder].take(known)
            return
        self._keep(1 + len(values))
        self._see(scrape.moment)
        self._scrapes[folder].append(known)

    def result(self) -> TallyResult:
        """Return what was measured; to be called once, when all is taken."""
        restarts = sum(
            restarts_of_folder(hosts, (self.start, self.end)) for hosts in self._hosts.values()
        )
        for folder, scrapes in self._scrapes.items():
            before = self._before[folder]
            if before.moment is not None:
                self._see(before.moment)
            counters = GrowingCounters.over(before, scrapes)
            restarts += len(counters.restarts)
            self._add_growth(counters)
        return TallyResult(
            lines=self._lines,
            scrapes=sum(len(scrapes) for scrapes in self._scrapes.values()),
            span=(self._span[0], self._span[1]) if self._span else None,
            restarts=restarts,
            all_models=ServedFigures.of(self._sums.values()),
            models={model: ServedFigures.of([self._sums[model]]) for model in sorted(self._sums)},
        )

    def _add(self, line: LoggedValue) -> None:
        sums = self._sums[line.model]
        if line.metric == REQUESTS:
            sums.requests += line.value
        elif line.metric == QUEUE:
            sums.queue_us += line.value
        else:
            sums.latency_us += line.value
            sums.answered += 1
            self._single.add(sums, line.value, self._sums)

    def _add_growth(self, counters: GrowingCounters) -> None:
        for (model, metric), grown in counters.growth.items():
            sums = self._sums[model]
            if metric == REQUESTS:
                sums.requests += grown
                sums.answered += grown
            elif metric == LATENCY:
                sums.latency_us += grown
            else:
                sums.queue_us += grown

    def _see(self, moment: float) -> None:
        low, high = self._span or (moment, moment)
        self._span = [min(low, moment), max(high, moment)]

    def _keep(self, count: int) -> None:
        self._kept += count
        if self._kept > self.most_kept:
            raise TooManySamplesError
