"""How many values of a window lie outside the reference's central 99 %."""

import numpy as np
import pandas as pd

from drift.comparison.columns.constants import Constant
from drift.comparison.columns.outside import outside_reference

THOUSAND = pd.Series(np.arange(1000.0))


def test_values_beyond_either_end_are_counted_apart():
    window = pd.Series([-1.0, 0.0, 500.0, 999.0, 2000.0, 3000.0])

    outside = outside_reference(THOUSAND, window, None)

    assert (outside.images, outside.below, outside.above) == (6, 2, 3)
    assert outside.usual_below == outside.usual_above == 0.004


def test_what_means_nothing_is_not_outside_a_constant_reference():
    white = pd.Series(np.full(50, 255.0))
    constant = Constant.of(white, 1.0)

    outside = outside_reference(white, pd.Series([254.0, 255.0, 253.0]), constant)

    assert (outside.below, outside.above, outside.usual_below) == (1, 0, 0.0)


def test_nothing_is_counted_where_a_side_has_no_value():
    nothing = pd.Series([], dtype=float)

    assert outside_reference(nothing, THOUSAND, None) is None
    assert outside_reference(THOUSAND, nothing, None) is None
