"""The benchmark of piles judges the same windows with and without the statistic."""

from benchmarks.piles import KINDS, seen_by_both
from drift.comparison import scoring
from drift.comparison.methods.registry import COUNT_METHODS


def test_a_default_confidence_is_seen_with_the_statistic_alone():
    assert seen_by_both(KINDS["confidence"], 300, 30, run=0) == (False, True)
    assert scoring.COUNT_METHODS == COUNT_METHODS


def test_nothing_is_seen_where_nothing_is_piled_up():
    assert seen_by_both(KINDS["nothing"], 100, 10, run=0) == (False, False)
