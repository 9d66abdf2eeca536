"""Rows in the order of a number, names only where numbers are equal."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drift.observations.near_copies.links import order_of
from drift.observations.near_copies.order import order_by


@given(rows=st.lists(st.tuples(st.integers(0, 3), st.text("ab", max_size=2)), max_size=30))
def test_the_order_is_that_of_number_and_name_together(rows):
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    names = np.array([name for _, name in rows], dtype=object)
    order = order_by(numbers, lambda some: (names[some].astype("U"),))
    assert [rows[place] for place in order] == sorted(rows)


def test_names_are_not_looked_at_where_no_number_occurs_twice():
    asked = []
    order = order_by(np.array([3.0, 1.0, 2.0]), lambda some: (asked.append(some),))
    assert order.tolist() == [1, 2, 0]
    assert asked == []


@given(
    numbers=st.lists(
        st.one_of(st.integers(0, 5), st.integers(0, 2**40), st.integers(0, 2**64 - 1)), max_size=40
    )
)
def test_keys_are_ordered_as_a_stable_sort_does(numbers):
    keys = np.array(numbers, dtype=np.uint64)
    assert order_of(keys).tolist() == np.argsort(keys, kind="stable").tolist()
