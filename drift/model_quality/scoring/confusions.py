"""Which class is taken for which, and where that became more frequent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from drift.model_quality.scoring.class_counts import information
from drift.model_quality.scoring.intervals import Numbers
from drift.model_quality.sums import ClassifierSums
from reports.findings.model_quality.scores import Confusion

Counts = NDArray[np.int64]
Pair = tuple[str, str]

MOST_CONFUSIONS = 40
GREW_RATE = 0.01
"""The chance that a model which is as good as before has any confusion that is said to grow."""


def confusions_of(sums: ClassifierSums, before: ClassifierSums | None) -> tuple[Confusion, ...]:
    """Return at most `MOST_CONFUSIONS`: those that grew first, then the most frequent.

    Those that grew are in the order of how many wrong answers they have more than before, the most
    first; ties by count, share and names.

    `Confusion.grew` is Fisher's exact test, one-sided, of the true class's predictions now and
    before, called so or not. The chance of any false one among all confusions of both sets is at
    most `GREW_RATE`, by Holm's step-down method over the confusions that could be found at all,
    which Tarone's bound tells from the margins alone (R. E. Tarone, "A modified Bonferroni method
    for discrete data", Biometrics 46, 1990). Counts are those of different images, rounded. As any
    such test it takes images to be independent: days that differ are not accounted for, which is
    why it describes and never decides.
    """
    grew = set() if before is None else _grown(sums, before)
    rows, earlier = _row_sums(sums), {} if before is None else _row_sums(before)
    past = {} if before is None else before.confusion
    found = [
        Confusion(
            true=true,
            predicted=predicted,
            count=count,
            share=count / rows[true],
            share_before=past.get((true, predicted), 0) / earlier[true]
            if true in earlier
            else None,
            grew=(true, predicted) in grew,
        )
        for (true, predicted), count in sums.confusion.items()
        if true != predicted
    ]
    return tuple(sorted(found, key=_place)[:MOST_CONFUSIONS])


def _place(one: Confusion) -> tuple[bool, float, int, float, str, str]:
    more = one.count * (1 - (one.share_before or 0.0) / one.share) if one.grew else 0.0
    return (not one.grew, -more, -one.count, -one.share, one.true, one.predicted)


def _row_sums(sums: ClassifierSums) -> dict[str, int]:
    found: dict[str, int] = {}
    for (true, _), count in sums.confusion.items():
        found[true] = found.get(true, 0) + count
    return found


def _grown(sums: ClassifierSums, before: ClassifierSums) -> set[Pair]:
    rows, earlier = _row_sums(sums), _row_sums(before)
    pairs = sorted(
        pair
        for pair in {*sums.confusion, *before.confusion}
        if pair[0] != pair[1] and pair[0] in rows and pair[0] in earlier
    )
    if not pairs:
        return set()
    now, past = information(sums), information(before)
    count = _rounded([sums.confusion.get(pair, 0) for pair in pairs], now)
    size = np.maximum(_rounded([rows[true] for true, _ in pairs], now), 1)
    count_before = _rounded([before.confusion.get(pair, 0) for pair in pairs], past)
    size_before = np.maximum(_rounded([earlier[true] for true, _ in pairs], past), 1)
    together = count + count_before
    margins = (size + size_before, together, size)
    # Of all tables with these margins, the one with the most in this set.
    able = _able(hypergeom.sf(np.minimum(together, size) - 1, *margins))
    chance = hypergeom.sf(count[able] - 1, *(margin[able] for margin in margins))
    return {pairs[able[place]] for place in _rejected(chance)}


def _rounded(counts: list[int], part: float) -> Counts:
    return np.rint(np.array(counts, dtype=np.float64) * part).astype(np.int64)


def _able(least: Numbers) -> Counts:
    """Return the tests that Tarone's bound leaves, from the least p-values they can have."""
    ordered = np.sort(least)
    tests = 1
    while np.searchsorted(ordered, GREW_RATE / tests, side="right") > tests:
        tests += 1
    return np.flatnonzero(least <= GREW_RATE / tests)


def _rejected(chance: Numbers) -> Counts:
    """Return the tests that Holm's method rejects, from their p-values."""
    order = np.argsort(chance, kind="stable")
    passed = chance[order] <= GREW_RATE / (len(order) - np.arange(len(order)))
    return order[: len(order) if passed.all() else int(np.argmin(passed))]
