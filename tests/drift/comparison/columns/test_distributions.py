"""Both sides of a column in numbers, from one sort of each."""

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from drift.comparison.columns.distributions import (
    BINS,
    QUANTILES,
    counts_of_sorted,
    describe_numbers,
    quantiles_of_sorted,
)

NUMBERS = st.lists(
    st.floats(-1e9, 1e9) | st.integers(-3, 3).map(float), min_size=1, max_size=60
).map(np.array)


@given(numbers=NUMBERS)
@example(numbers=np.array([-0.0]))
def test_quantiles_are_those_of_numpy_to_the_last_bit(numbers):
    shares = np.array([0.0, *QUANTILES, 1.0])
    found = quantiles_of_sorted(np.sort(numbers), shares)
    assert found.tobytes() == np.quantile(numbers, shares).tobytes()


@given(numbers=NUMBERS, low=st.floats(-1e9, 0), width=st.floats(1, 1e9))
def test_counts_are_those_of_numpys_histogram(numbers, low, width):
    edges = np.linspace(low, low + width, BINS + 1)
    inside = np.clip(numbers, edges[0], edges[-1])
    for values in (numbers, inside):
        expected = np.histogram(values, bins=edges)[0]
        assert counts_of_sorted(np.sort(values), edges).tolist() == expected.tolist()


def test_both_sides_share_their_edges_and_an_empty_side_has_none():
    reference, nothing = describe_numbers(pd.Series([3.0, 1.0, 2.0]), pd.Series(dtype="float64"))
    assert reference.histogram.edges[0] == 1.0
    assert reference.histogram.edges[-1] == 3.0
    assert sum(reference.histogram.counts) == reference.count == 3
    assert nothing.count == 0
    assert nothing.histogram is None
