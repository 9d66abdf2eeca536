"""Sorting a million rows by a number, with names for the few that share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def order_by(
    numbers: NDArray[Any], ties: Callable[[NDArray[np.int64]], Sequence[NDArray[Any]]]
) -> NDArray[np.int64]:
    """Return the rows by ascending number.

    Parameters
    ----------
    ties
        Called with the rows that share their number with another one; returns what those are
        ordered by, the most important last. Sorting all names would take seconds.
    """
    order = np.argsort(numbers, kind="stable")
    in_order = numbers[order]
    follows = in_order[1:] == in_order[:-1]
    tied = np.flatnonzero(np.append(follows, False) | np.append(False, follows))
    if len(tied):
        rows = order[tied]
        order[tied] = rows[np.lexsort((*ties(rows), numbers[rows]))]
    return order
