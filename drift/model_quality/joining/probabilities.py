"""Which class a column of probabilities is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.values.class_names import canonical_class

_SEVERAL = 2


def class_names(columns: Sequence[str], named: LogColumns) -> dict[str, str]:
    """Return the column of each class's probability, by the class.

    What `*` stands for in the pattern of `predictions.columns.probabilities` is the class: ``p_*``
    takes in ``p_cat``, the probability of ``cat``. Of columns that are named one by one, it is what
    remains without what all these names begin and end with.

    Parameters
    ----------
    columns
        The probability columns of the log.
    """
    listed = [one for one in named.probabilities if "*" not in one]
    start, end = _common(listed), _common([one[::-1] for one in listed])
    found: dict[str, str] = {}
    for column in columns:
        name = _by_pattern(column, named.probabilities)
        if name is None:
            name = column[start : len(column) - end] or column
        found.setdefault(canonical_class(name), column)
    return found


def _common(names: Sequence[str]) -> int:
    """Return with how many same characters several names begin."""
    if len(names) < _SEVERAL:
        return 0
    columns = zip(*names, strict=False)
    return len(list(takewhile(lambda letters: len(set(letters)) == 1, columns)))


def _by_pattern(column: str, patterns: Sequence[str]) -> str | None:
    for pattern in patterns:
        if pattern.count("*") != 1:
            continue
        before, _, behind = pattern.partition("*")
        match = re.fullmatch(re.escape(before) + "(.+)" + re.escape(behind), column, re.DOTALL)
        if match is not None:
            return match[1]
    return None
