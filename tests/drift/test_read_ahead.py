import threading
import time
from contextlib import closing

import pytest

from drift.read_ahead import read_ahead


def test_results_come_in_the_order_of_the_items_whichever_is_ready_first():
    def read(number: int) -> int:
        time.sleep(0.02 * (number % 3))
        return number * number

    assert list(read_ahead(read, range(20), at_once=5)) == [(n, n * n) for n in range(20)]


def test_no_more_than_asked_for_are_read_beyond_what_was_taken():
    begun: list[int] = []
    with closing(read_ahead(begun.append, range(100), at_once=4)) as results:
        for _ in range(3):
            next(results)
    assert 3 <= len(begun) <= 3 + 4


def test_they_are_read_at_the_same_time():
    """Each waits for all others: read one by one, none would ever end."""
    together = threading.Barrier(4, timeout=20)
    assert len(list(read_ahead(lambda _: together.wait(), range(4), at_once=4))) == 4


def test_an_error_is_raised_where_the_result_would_be():
    def read(number: int) -> int:
        return 1 // (2 - number)

    results = read_ahead(read, range(5), at_once=2)
    assert [next(results), next(results)] == [(0, 0), (1, 1)]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_without_items_there_is_nothing():
    assert list(read_ahead(str, [])) == []
