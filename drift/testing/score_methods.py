"""What every score method must do; subclassed once per method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.method import ScoreMethod
from drift.comparison.methods.normal_scores import normal_scores
from drift.comparison.permutation.adjustment import PermutationPlan, permutation_test
from drift.comparison.permutation.scores import LinearStatistic, ScoreTable, standardised
from drift.comparison.permutation.statistic_key import StatisticKey

PLAN = PermutationPlan(resamples=399, seed=1, level=0.05, widening={})
RUNS = 100
# P(Binomial(100, 0.05) > 12) is 0.1 %: more alarms than this disprove the level.
MOST_ALARMS = 12


class ScoreMethodContract(ABC):
    """False alarms stay rare where nothing moved, and the method sees the difference it looks for.

    A subclass names its `method` and draws rows that have moved; its own name begins with ``Test``,
    so that pytest finds it.
    """

    method: ClassVar[ScoreMethod]

    @abstractmethod
    def draw_moved(self, generator: np.random.Generator, rows: int) -> NDArray[np.float64]:
        """Return rows that differ from a standard normal in the way the method looks for."""

    def p_value(self, reference: NDArray[np.float64], current: NDArray[np.float64]) -> float:
        """Return how likely chance alone makes the two sides differ so much, 0 to 1."""
        pooled = normal_scores(np.concatenate([current, reference])[:, None])
        key = StatisticKey(group="x", method=self.method.name)
        statistic = LinearStatistic(key=key, two_sided=self.method.two_sided)
        scores, linear = standardised([self.method.scores(pooled)], [statistic])
        if not linear:
            # No unit lies where the method looks.
            return 1.0
        table = ScoreTable(scores=scores, current_units=len(current), linear=linear)
        return permutation_test(table, PLAN).p_values["x"]

    def test_scores_keep_their_shape_and_are_finite(self) -> None:
        values = np.random.default_rng(0).normal(size=(50, 3))
        scores = self.method.scores(values)
        assert scores.shape == values.shape
        assert np.isfinite(scores).all()

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
