"""What a column is like on normal days, in its own unit: what words and pages say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from drift.days.sums import ColumnSums, FamilySums
from reports.findings.columns import Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualNumber:
    """A number on normal days: the mean over blocks of what each block's images say.

    Attributes
    ----------
    mean
        In the column's unit.
    deviation
        The standard deviation between the images of one block, in the same unit.
    above, below
        The share of images beyond the reference's central 99 %.
    """

    mean: float
    deviation: float
    above: float
    below: float


def usual_number(blocks: Sequence[FamilySums], column: str) -> UsualNumber | None:
    """Return what a number is like in these blocks; None where no block knows it.

    Each block counts once, however many images it holds.

    >>> sums = ColumnSums(known=4, total=8.0, squares=20.0, above=1, below=0)
    >>> usual_number([FamilySums(images=4, effective=4.0, columns={"mean": sums})], "mean")
    UsualNumber(mean=2.0, deviation=1.0, above=0.25, below=0.0)
    """
    known = [block.columns[column] for block in blocks if column in block.columns]
    known = [sums for sums in known if sums.known]
    if not known:
        return None
    number = len(known)
    return UsualNumber(
        mean=sum(sums.total / sums.known for sums in known) / number,
        deviation=math.sqrt(sum(_variance(sums) for sums in known) / number),
        above=sum(sums.above / sums.known for sums in known) / number,
        below=sum(sums.below / sums.known for sums in known) / number,
    )


def outside_usual(blocks: Sequence[FamilySums], window: FamilySums, column: str) -> Outside | None:
    """Return how many images of the window lie outside the reference's central 99 %.

    None where either side does not know the number.

    >>> sums = ColumnSums(known=4, total=8.0, squares=20.0, above=1, below=0)
    >>> day = FamilySums(images=4, effective=4.0, columns={"mean": sums})
    >>> outside_usual([day, day], day, "mean")
    Outside(images=4, below=0, above=1, usual_below=0.0, usual_above=0.25)
    """
    usual, now = usual_number(blocks, column), window.columns.get(column)
    if usual is None or now is None or not now.known:
        return None
    return Outside(
        images=now.known,
        below=now.below,
        above=now.above,
        usual_below=usual.below,
        usual_above=usual.above,
    )


def usual_shares(blocks: Sequence[FamilySums], column: str) -> dict[str, float]:
    """Return the mean over blocks of the share of each class; empty where no block knows any.

    >>> blocks = [FamilySums(images=4, effective=4.0, classes={"prediction": {"cat": 3, "dog": 1}})]
    >>> usual_shares(blocks, "prediction")
    {'cat': 0.75, 'dog': 0.25}
    """
    known = [block.classes[column] for block in blocks if block.classes.get(column)]
    shares: Counter[str] = Counter()
    for counts in known:
        whole = sum(counts.values())
        shares.update({label: count / whole for label, count in counts.items()})
    return {label: shares[label] / len(known) for label in sorted(shares)}


def _variance(sums: ColumnSums) -> float:
    return max(sums.squares / sums.known - (sums.total / sums.known) ** 2, 0.0)
