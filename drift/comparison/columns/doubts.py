"""Why a column is not compared although both sides have values: a difference would mean nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from drift.comparison.columns.columns import Column, Sides
from drift.comparison.methods.classes import RARE
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import listed

_NAMED = 3
_LONGEST_LABEL = 60


def no_class_in_common(
    column: str, counts: Sides, renamed: Mapping[str, str] | None = None
) -> Remark | None:
    """Return the question that arises where the two sides share no class; None where they do.

    Nothing is asked of a side with fewer than five values, nor where no class occurs five times:
    such classes are too rare to be compared at all.

    Parameters
    ----------
    counts
        In about how many units each class occurs, by side.
    renamed
        Classes that are taken for others.
    """
    sides = (counts.reference, counts.current)
    if any(side.sum() < RARE for side in sides) or max(side.max() for side in sides) < RARE:
        return None
    taken = renamed or {}
    then, now = ({taken.get(str(name), str(name)) for name in side.index} for side in sides)
    if then & now:
        return None
    return Remark(
        code="no_class_in_common",
        text=(
            f"No class of {column} in the window is known to the reference: the reference has "
            f"{_most_frequent(sides[0])}, the window {_most_frequent(sides[1])}. Other names for "
            "the classes? Their shares are not compared. Write the classes alike on both sides, "
            "or run drift profile build with predictions of today's model."
        ),
        weight=RemarkWeight.NOT_STEADY,
        headline="No class of the window is known to the reference",
    )


def too_rare(column: str, classes: int, values: int) -> Remark:
    """Return why a column of classes was not tested."""
    return Remark(
        code="classes_too_rare",
        text=(
            f"The classes of {column} are too rare to be compared, each: {classes:,} classes in "
            f"{values:,} values of both sides. All other columns are compared. For shares that "
            "can be compared, log coarser classes."
        ),
    )


def doubted(column: Column, doubt: Remark | None) -> Column:
    """Return a column that both sides have with why it is not tested; None for no reason."""
    if column.doubt is not None or column.reference.empty or column.current.empty:
        return column
    return replace(column, doubt=doubt)


def known_by_heart() -> Remark:
    """Return why a model's view is not compared with images that it may have been trained on."""
    return Remark(
        code="model_knows_reference",
        text=(
            "What the model sees is not compared with the reference: a model knows by heart the "
            "images that it was trained on, and everything else looks new beside them. It is "
            "compared with normal days, from the first one on. If these images were kept out of "
            "its training, set model.trained_on_reference = false."
        ),
    )


def _most_frequent(counts: pd.Series) -> str:
    names = sorted(map(str, counts.index), key=lambda one: (-counts[one], one))
    return listed([repr(shorten_label(name)) for name in names], most=_NAMED)


def shorten_label(label: str) -> str:
    """Return a class's name as it fits into a sentence."""
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
