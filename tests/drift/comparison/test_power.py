"""What a run of a given size could have seen."""

import math

from hypothesis import given
from hypothesis import strategies as st

from drift.comparison.power import images_needed, smallest_effect


@given(st.integers(200, 100_000), st.integers(20, 100_000), st.floats(2.5, 6))
def test_more_images_see_smaller_shifts(reference_rows, current_rows, critical):
    fewer = smallest_effect(reference_rows, current_rows, critical)
    more = smallest_effect(reference_rows, current_rows * 2, critical)
    assert more is not None
    assert fewer is None or more < fewer


@given(st.integers(100, 100_000), st.floats(2.5, 6), st.floats(0.1, 2))
def test_the_needed_window_is_the_smallest_that_sees_the_effect(reference_rows, critical, effect):
    needed = images_needed(reference_rows, critical, effect)
    if needed is None:
        seen = smallest_effect(reference_rows, 10**9, critical)
        assert seen is None or seen >= effect * (1 - 1e-6)
        return
    assert smallest_effect(reference_rows, needed, critical) <= effect * (1 + 1e-9)
    if needed > 1:
        fewer = smallest_effect(reference_rows, needed - 1, critical)
        assert fewer is None or fewer > effect or math.isclose(fewer, effect)


def test_an_empty_side_sees_nothing():
    assert smallest_effect(0, 100, 4.0) is None
    assert smallest_effect(100, 0, 4.0) is None
    assert images_needed(0, 4.0, 0.5) is None
