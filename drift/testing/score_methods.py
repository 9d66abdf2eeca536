"""What every score method must do; subclassed once per method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.method import CountMethod, ScoreMethod
from drift.comparison.methods.normal_scores import normal_scores
from drift.comparison.permutation.adjustment import PermutationPlan, permutation_test
from drift.comparison.permutation.bin_counts import BinCounts, BinStatistic
from drift.comparison.permutation.scores import LinearStatistic, ScoreTable, standardised
from drift.comparison.permutation.statistic_key import StatisticKey

PLAN = PermutationPlan(resamples=399, seed=1, level=0.05, widening={})
RUNS = 100
# P(Binomial(100, 0.05) > 12) is 0.1 %: more alarms than this disprove the level.
MOST_ALARMS = 12


class _MethodContract(ABC):
    """False alarms stay rare where nothing moved, and the method sees the difference it looks for.

    The two classes below, one for methods of scores and one for methods that count, are what to
    subclass.
    """

    @abstractmethod
    def draw_moved(self, generator: np.random.Generator, rows: int) -> NDArray[np.float64]:
        """Return rows that differ from a standard normal in the way the method looks for."""

    def p_value(self, reference: NDArray[np.float64], current: NDArray[np.float64]) -> float:
        """Return how likely chance alone makes the two sides differ so much, 0 to 1."""
        pooled = normal_scores(np.concatenate([current, reference])[:, None])
        table = self.table(pooled, len(current))
        # None where no unit lies where the method looks.
        return 1.0 if table is None else permutation_test(table, PLAN).p_values["x"]

    @abstractmethod
    def table(self, pooled: NDArray[np.float64], current: int) -> ScoreTable | None:
        """Return the method's statistic of a number ``x``; None where it has none.

        Parameters
        ----------
        pooled
            Normal scores of both sides, shape (units, 1), the window's rows first.
        current
            How many rows are the window's.
        """

    def test_the_level_holds_where_nothing_moved(self) -> None:
        generator = np.random.default_rng(5)
        draws: dict[str, Callable[[int], NDArray[np.float64]]] = {
            "tied": lambda rows: np.asarray(generator.binomial(1, 0.1, rows), dtype=np.float64),
            "skewed": lambda rows: generator.lognormal(0, 2, rows),
        }
        for kind, draw in draws.items():
            alarms = sum(self.p_value(draw(200), draw(25)) <= 0.05 for _ in range(RUNS))
            assert alarms <= MOST_ALARMS, (kind, alarms)

    def test_what_it_looks_for_is_seen(self) -> None:
        generator = np.random.default_rng(5)
        moved = self.draw_moved(generator, 200)
        assert self.p_value(generator.normal(size=600), moved) == 1 / 400


class ScoreMethodContract(_MethodContract):
    """The contract of a method that gives scores.

    A subclass names its `method` and draws rows that have moved; its own name begins with ``Test``,
    so that pytest finds it.
    """

    method: ClassVar[ScoreMethod]

    def table(self, pooled: NDArray[np.float64], current: int) -> ScoreTable | None:
        key = StatisticKey(group="x", method=self.method.name)
        statistic = LinearStatistic(key=key, two_sided=self.method.two_sided)
        scores, linear = standardised([self.method.scores(pooled)], [statistic])
        if not linear:
            return None
        return ScoreTable(scores=scores, current_units=current, linear=linear)

    def test_scores_keep_their_shape_and_are_finite(self) -> None:
        values = np.random.default_rng(0).normal(size=(50, 3))
        scores = self.method.scores(values)
        assert scores.shape == values.shape
        assert np.isfinite(scores).all()


class CountMethodContract(_MethodContract):
    """The contract of a method that counts units in bins; to subclass as the one above."""

    method: ClassVar[CountMethod]

    def table(self, pooled: NDArray[np.float64], current: int) -> ScoreTable | None:
        members = self.method.bins(pooled[:, 0], np.zeros(len(pooled), dtype=np.bool_))
        if not members.shape[1]:
            return None
        key = StatisticKey(group="x", method=self.method.name)
        bins = BinCounts.of([BinStatistic(key=key, members=members)], seed=1)
        nothing = np.zeros((len(pooled), 0), dtype=np.float32)
        return ScoreTable(scores=nothing, current_units=current, linear=(), bins=bins)

    def test_equal_values_lie_in_the_same_bins(self) -> None:
        values = np.random.default_rng(0).integers(0, 9, size=90).astype(np.float64)
        known = np.zeros(90, dtype=np.bool_)
        members = self.method.bins(normal_scores(values[:, None])[:, 0], known)
        for value in range(9):
            some = members[values == value]
            assert (some == some[0]).all()

    def test_no_bin_is_empty_and_units_without_a_value_are_in_bins_like_others(self) -> None:
        generator = np.random.default_rng(0)
        values = generator.normal(size=(400, 1))
        missing = generator.random(400) < 0.4
        values[missing] = np.nan
        members = self.method.bins(normal_scores(values)[:, 0], missing)
        assert members.any(axis=0).all()
        # Each side of a bin may be off by chance: five binomial standard errors.
        sizes = members.sum(axis=0)
        share = members[missing].sum(axis=0) / sizes
        assert (np.abs(share - missing.mean()) < 5 * np.sqrt(0.25 / sizes)).all()
