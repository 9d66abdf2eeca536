"""Each drift method against the contract and an independent implementation."""

import numpy as np
import pandas as pd
from scipy import stats

from drift.methods.chi_square import CHI_SQUARE
from drift.methods.kolmogorov_smirnov import KOLMOGOROV_SMIRNOV
from tests.support.method_contract import DriftMethodContract


class TestKolmogorovSmirnov(DriftMethodContract):
    method = KOLMOGOROV_SMIRNOV
    kinds = ("tied", "skewed", "normal")

    def draw(self, generator, rows, kind):
        drawn = {
            "tied": lambda: generator.binomial(1, 0.03, rows).astype(float),
            "skewed": lambda: generator.lognormal(0, 2, rows),
            "normal": lambda: generator.normal(0, 1, rows),
        }
        return pd.Series(drawn[kind]())

    def draw_moved(self, generator, rows):
        return pd.Series(generator.normal(30, 1, rows))

    def test_the_statistic_is_the_largest_distance_of_the_distribution_functions(self):
        generator = np.random.default_rng(2)
        reference, current = generator.normal(size=300), generator.normal(0.3, 1, 80)
        grid = np.concatenate([reference, current])
        distances = [abs((reference <= x).mean() - (current <= x).mean()) for x in grid]
        result = KOLMOGOROV_SMIRNOV.compare(pd.Series(reference), pd.Series(current))
        assert np.isclose(result.value, max(distances), rtol=0, atol=1e-12)

    def test_a_large_sample_gives_the_asymptotic_p_value_in_no_time(self):
        generator = np.random.default_rng(2)
        sides = [pd.Series(generator.normal(size=100_000)) for _ in range(2)]
        result = KOLMOGOROV_SMIRNOV.compare(*sides)
        root = np.sqrt(50_000)
        assert np.isclose(result.p_value, stats.kstwobign.sf(result.value * root), atol=0.01)


class TestChiSquare(DriftMethodContract):
    method = CHI_SQUARE
    kinds = ("even", "rare", "many")

    def draw(self, generator, rows, kind):
        shares = {
            "even": np.full(4, 0.25),
            "rare": np.array([0.9, 0.06, 0.02, 0.01, 0.005, 0.005]),
            "many": np.full(60, 1 / 60),
        }[kind]
        names = np.array([f"class {number}" for number in range(len(shares))])
        return pd.Series(generator.choice(names, rows, p=shares))

    def draw_moved(self, generator, rows):
        return pd.Series(generator.choice(["class 1", "new"], rows))

    def test_with_common_classes_it_equals_the_textbook_test(self):
        counts = np.array([[50, 30, 20], [20, 25, 30]])
        sides = [pd.Series(np.repeat(["a", "b", "c"], row)) for row in counts]
        result = CHI_SQUARE.compare(*sides)
        expected = stats.chi2_contingency(counts, correction=False)
        assert np.isclose(result.value, expected.statistic)
        assert np.isclose(result.p_value, expected.pvalue)

    def test_with_rare_classes_it_equals_the_exact_test(self):
        counts = np.array([[96, 4], [17, 3]])
        sides = [pd.Series(np.repeat(["a", "b"], row)) for row in counts]
        exact = stats.fisher_exact(counts).pvalue
        assert np.isclose(CHI_SQUARE.compare(*sides).p_value, exact, atol=0.02)

    def test_a_single_class_is_no_difference(self):
        side = pd.Series(["a"] * 5)
        assert CHI_SQUARE.compare(side, side).p_value == 1
