"""What every drift method must do; subclassed once per method."""

import numpy as np
import pandas as pd
import pytest

from drift.methods.method import DriftMethod

RUNS = 100
LEVEL = 0.05
# P(Binomial(100, 0.05) > 12) is 0.1 %: more alarms than this disprove the level.
MOST_ALARMS = 12


class DriftMethodContract:
    """The level holds where nothing moved, whatever the sizes and ties; a large move is seen."""

    method: DriftMethod

    def draw(self, generator: np.random.Generator, rows: int, kind: str) -> pd.Series:
        """Return rows of a population of that kind."""
        raise NotImplementedError

    def draw_moved(self, generator: np.random.Generator, rows: int) -> pd.Series:
        """Return rows of a population that clearly differs from every kind."""
        raise NotImplementedError

    kinds: tuple[str, ...]

    def test_the_level_holds_where_nothing_moved(self):
        for kind in self.kinds:
            for sizes in ((60, 60), (300, 25)):
                generator = np.random.default_rng(5)
                alarms = sum(
                    self.method.compare(
                        self.draw(generator, sizes[0], kind), self.draw(generator, sizes[1], kind)
                    ).p_value
                    <= LEVEL
                    for _ in range(RUNS)
                )
                assert alarms <= MOST_ALARMS, (kind, sizes, alarms)

    def test_a_large_move_is_seen(self):
        generator = np.random.default_rng(5)
        for kind in self.kinds:
            result = self.method.compare(
                self.draw(generator, 400, kind), self.draw_moved(generator, 100)
            )
            assert result.p_value < 1e-3

    def test_equal_input_gives_an_equal_result(self):
        generator = np.random.default_rng(5)
        sides = [self.draw(generator, rows, self.kinds[-1]) for rows in (150, 40)]
        assert self.method.compare(*sides) == self.method.compare(*sides)

    def test_the_order_of_rows_does_not_matter(self):
        generator = np.random.default_rng(5)
        reference, current = (self.draw(generator, rows, self.kinds[0]) for rows in (150, 40))
        shuffled = current.sample(frac=1, random_state=1).reset_index(drop=True)
        assert self.method.compare(reference, shuffled) == self.method.compare(reference, current)

    @pytest.mark.parametrize("rows", [1, 2])
    def test_a_single_row_is_no_fault_and_no_alarm(self, rows):
        generator = np.random.default_rng(5)
        reference, current = (self.draw(generator, size, self.kinds[0]) for size in (200, rows))
        result = self.method.compare(reference, current)
        assert 0 < result.p_value <= 1
