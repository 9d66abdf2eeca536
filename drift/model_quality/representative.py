"""Whether the labelled images are like the others: else their accuracy is not that of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.permutation.adjustment import PermutationPlan, significant_result
from drift.comparison.permutation.scores import LinearStatistic, ScoreTable, standardised
from drift.comparison.permutation.statistic_key import StatisticKey

FEWEST_IMAGES = 20
"""With fewer labelled images, or fewer others, nothing is said."""
SMALLEST_DIFFERENCE = 0.2
"""A column whose mean differs by fewer standard deviations is not named."""
_MOST_IMAGES = 5_000
_RESAMPLES = 1_999
_SEED = 20
# Values beyond count as these: one broken value must not hide how the others differ.
_CLIPPED = (0.5, 99.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDifference:
    """A column in which the labelled images differ from the others.

    Attributes
    ----------
    column
        Its name.
    labelled, others
        The means, without the most extreme hundredth of the values.
    deviations
        By how many standard deviations of all images the labelled ones are higher.
    p_value
        Adjusted for all columns.
    """

    column: str
    labelled: float
    others: float
    deviations: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlikeLabels:
    """The labelled images differ from the others.

    Attributes
    ----------
    columns
        Where they differ, the largest difference first.
    labelled, others
        How many images were compared.
    rate
        How often this is said of labelled images that were drawn at random.
    """

    columns: tuple[ColumnDifference, ...]
    labelled: int
    others: int
    rate: float


def unlike_labels(
    table: pd.DataFrame, labelled: NDArray[np.bool_], rate: float = 0.01
) -> UnlikeLabels | None:
    """Return where labelled images differ from the others, or None where nothing is to be said.

    The labels are permuted among the images, and the largest difference of any column counts. Of
    more than 5,000 images of either side so many are drawn, always the same.

    Parameters
    ----------
    table
        Numbers, one row an image; a missing value says nothing. Columns that do not vary and those
        with values of fewer than 20 images of either side are left out.
    labelled
        By row.
    rate
        The chance that images labelled at random are called unlike the others.
    """
    chosen, count = _chosen(np.asarray(labelled, dtype=np.bool_))
    if min(count, len(chosen) - count) < FEWEST_IMAGES:
        return None
    columns, clipped = _varying(table, chosen, count)
    if not columns:
        return None
    scored = _score_table(columns, clipped, count)
    if not scored.linear:
        return None
    plan = PermutationPlan(resamples=_RESAMPLES, seed=_SEED, level=rate, widening={})
    result = significant_result(scored, plan)
    if result is None:
        return None
    differences = [
        _difference(name, clipped[:, at], count, result.adjusted_p_values[name])
        for at, name in enumerate(columns)
        if result.adjusted_p_values.get(name, 1.0) <= rate
    ]
    told = [one for one in differences if abs(one.deviations) >= SMALLEST_DIFFERENCE]
    if not told:
        return None
    return UnlikeLabels(
        columns=tuple(sorted(told, key=lambda one: (-abs(one.deviations), one.column))),
        labelled=count,
        others=len(chosen) - count,
        rate=rate,
    )


def _chosen(labelled: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Return the rows that are compared, the labelled ones first, and how many these are."""
    random = np.random.default_rng(_SEED)
    sides = []
    for side in (np.flatnonzero(labelled), np.flatnonzero(~labelled)):
        rows = side
        if len(side) > _MOST_IMAGES:
            rows = np.sort(random.choice(side, _MOST_IMAGES, replace=False))
        sides.append(rows)
    return np.concatenate(sides), len(sides[0])


def _varying(
    table: pd.DataFrame, chosen: NDArray[np.int64], count: int
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the columns that can be compared, and their values without extremes."""
    names: list[str] = []
    kept: list[NDArray[np.float64]] = []
    for name in table.columns:
        values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)[chosen]
        values = np.where(np.isfinite(values), values, np.nan)
        there = np.isfinite(values)
        if min(there[:count].sum(), there[count:].sum()) < FEWEST_IMAGES:
            continue
        clipped = np.clip(values, *np.nanpercentile(values, _CLIPPED))
        if np.nanstd(clipped) > 1e-9 * max(1.0, float(np.nanmax(np.abs(clipped)))):
            names.append(str(name))
            kept.append(clipped)
    return names, np.stack(kept, axis=1) if kept else np.empty((len(chosen), 0))


def _score_table(columns: list[str], clipped: NDArray[np.float64], count: int) -> ScoreTable:
    centred = clipped - np.nanmean(clipped, axis=0)
    statistics = [
        LinearStatistic(key=StatisticKey(group=name, method="location"), two_sided=True)
        for name in columns
    ]
    scores, linear = standardised([np.nan_to_num(centred / np.nanstd(clipped, axis=0))], statistics)
    return ScoreTable(scores=scores, current_units=count, linear=linear)


def _difference(
    name: str, values: NDArray[np.float64], count: int, p_value: float
) -> ColumnDifference:
    labelled, others = float(np.nanmean(values[:count])), float(np.nanmean(values[count:]))
    return ColumnDifference(
        column=name,
        labelled=labelled,
        others=others,
        deviations=(labelled - others) / float(np.nanstd(values)),
        p_value=p_value,
    )
