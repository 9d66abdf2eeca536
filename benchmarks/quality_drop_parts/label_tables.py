"""Which worlds are judged, and where they are said to be worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from benchmarks.quality_drop_parts.label_worlds import (
    DAY,
    FIRST,
    SETTINGS,
    LabelWorld,
    Numbers,
    day_accuracies,
    day_scores,
)
from drift.model_quality.judging.judge import judge
from drift.model_quality.judging.judgement import NewestRule
from drift.model_quality.representative import unlike_labels
from reports.findings.model_quality.quality import QualityState

BASES = {"reference": 0, "28 days": 28}
WINDOWS = (1, 7)
ACCURACIES = (0.7, 0.9, 0.97)
SPREADS = (0.0, 0.01, 0.02, 0.03)
DROP = 0.1


def bar_worlds() -> Iterator[tuple[str, LabelWorld]]:
    """Yield the worlds that the bars are about: 0.90, without day effects and with two points."""
    for (basis, earlier), window, spread in product(BASES.items(), WINDOWS, (0.0, 0.02)):
        name = f"{basis:9}, {window} d, days differ by {100 * spread:.0f} points"
        yield name, LabelWorld(earlier_days=earlier, window_days=window, spread=spread)


def grid_worlds() -> Iterator[tuple[str, LabelWorld]]:
    """Yield worlds of all accuracies and spreads."""
    for accuracy, (basis, earlier), window in product(ACCURACIES, BASES.items(), WINDOWS):
        for spread in SPREADS:
            name = f"{accuracy:.2f}, {basis:9}, {window} d, spread {100 * spread:.0f}"
            yield (
                name,
                LabelWorld(
                    earlier_days=earlier, window_days=window, accuracy=accuracy, spread=spread
                ),
            )


def odd_worlds() -> Iterator[tuple[str, LabelWorld]]:
    """Yield worlds with uneven days, with days that are alike, and with few earlier days."""
    two = LabelWorld(earlier_days=28, spread=0.02)
    for window in WINDOWS:
        week = replace(two, window_days=window)
        yield f"5 to 300 labels a day, {window} d", replace(week, uneven=True)
        for likeness in (0.4, 0.7):
            name = f"neighbours alike {likeness}, {window} d"
            yield f"{name}, 28 days", replace(week, likeness=likeness)
            if window > 1:
                yield f"{name}, reference", replace(week, likeness=likeness, earlier_days=0)
                many = replace(week, likeness=likeness, window_labels=2100)
                yield f"{name}, 28 days of 300 labels", many
        few = replace(week, earlier_days=2, window_labels=300 * window, reference=0)
        yield f"2 earlier days, no reference, {window} d", few


def decline_found(window_days: int, spread: float, worlds: int, seed: int) -> Numbers:
    """Return the week in which a decline of half a point a week is first found, 0.90 at its start.

    Eight weeks at 0.90 go before, and each week is judged at its end; infinity where a year is too
    short.
    """
    first = np.full(worlds, np.inf)
    steady, weeks = 56, 40
    for number in range(worlds):
        random = np.random.default_rng([seed, number])
        lost = 0.005 / 7 * np.maximum(np.arange(steady + 7 * weeks) - steady, 0)
        right = random.binomial(100, day_accuracies(random, 0.9 - lost, spread, 0.0))
        days = day_scores(right.astype(np.float64), np.full(len(lost), 100.0))
        for week in range(1, weeks + 1):
            last = steady + 7 * week
            rule = NewestRule(window_end=FIRST + last * DAY, window_days=window_days)
            if judge(days[:last], None, SETTINGS, rule).state is QualityState.DROPPED:
                first[number] = week
                break
    return first


def images_called_unlike(
    images: int, share: float, shift: float, worlds: int, seed: int
) -> tuple[int, int]:
    """Return how often labelled images are called unlike the others, and of how many worlds.

    Twenty columns, of which one is skewed, one constant, and all lack some values; the first is
    higher by `shift` standard deviations where there is a label.
    """
    found = 0
    for number in range(worlds):
        random = np.random.default_rng([seed, number])
        common = random.standard_normal((images, 1))
        values = np.sqrt(0.5) * (common + random.standard_normal((images, 20)))
        labelled = random.random(images) < share
        values[labelled, 0] += shift
        values[:, 1] = np.exp(2 * values[:, 1])
        values[random.random(values.shape) < 0.05] = np.nan
        values[:, 2] = 1
        table = pd.DataFrame(values, columns=[f"feature {at}" for at in range(20)])
        found += unlike_labels(table, labelled) is not None
    return found, worlds
