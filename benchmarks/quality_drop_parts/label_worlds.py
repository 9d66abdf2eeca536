"""Days of labels whose true accuracy is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr
from scipy.stats import beta

from drift.model_quality.judging.judge import NewestTest, newest_test
from drift.model_quality.judging.judgement import DayScore, JudgeSettings, NewestRule

Numbers = NDArray[np.float64]
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = JudgeSettings()


@dataclass(frozen=True, kw_only=True)
class LabelWorld:
    """What the days are like.

    Attributes
    ----------
    earlier_days
        Days before the window; 0 where only the reference is there.
    window_days, window_labels
        The window, and how many labels it has in all.
    accuracy, drop
        Before the window, and by how much it is lower in the window.
    spread
        The standard deviation of the days' accuracies.
    likeness
        The correlation of two days that follow one another.
    uneven
        Days have 5 to 300 labels, evenly on a logarithmic scale, instead of equally many.
    reference
        The reference's labels, which have the accuracy before the window; 0 where it has none.
    """

    earlier_days: int = 0
    window_days: int = 1
    window_labels: int = 300
    accuracy: float = 0.9
    drop: float = 0.0
    spread: float = 0.0
    likeness: float = 0.0
    uneven: bool = False
    reference: int = 1000

    @property
    def days(self) -> int:
        """All days."""
        return self.earlier_days + self.window_days

    def means(self) -> Numbers:
        """Return the expected accuracy by day."""
        return np.where(np.arange(self.days) < self.earlier_days, 1.0, 0.0) * self.drop + (
            self.accuracy - self.drop
        )


def day_scores(right: Numbers, images: Numbers) -> list[DayScore]:
    """Return days that follow one another."""
    return [
        DayScore(start=FIRST + at * DAY, end=FIRST + (at + 1) * DAY, images=n, right=k)
        for at, (k, n) in enumerate(zip(right.tolist(), images.tolist(), strict=True))
    ]


def day_accuracies(
    random: np.random.Generator, means: Numbers, spread: float, likeness: float
) -> Numbers:
    """Return beta-distributed accuracies, of which neighbours are alike."""
    if spread == 0:
        return means
    noise = random.standard_normal(len(means))
    course = noise.copy()
    for at in range(1, len(noise)):
        course[at] = likeness * course[at - 1] + np.sqrt(1 - likeness**2) * noise[at]
    strength = np.maximum(means * (1 - means) / spread**2 - 1, 0.1)
    accuracies: Numbers = betaincinv(means * strength, (1 - means) * strength, ndtr(course))
    return accuracies


def day_labels(random: np.random.Generator, world: LabelWorld) -> NDArray[np.int64]:
    """Return how many labels each day has."""
    if world.uneven:
        logs = random.uniform(np.log(5), np.log(300), world.days)
        return np.rint(np.exp(logs)).astype(np.int64)
    return np.full(world.days, round(world.window_labels / world.window_days))


def judged_windows(world: LabelWorld, worlds: int, seed: int) -> Iterator[NewestTest | None]:
    """Yield the test of the window, one world after the other; None where nothing is compared."""
    rule = NewestRule(window_end=FIRST + world.days * DAY, window_days=world.window_days)
    for number in range(worlds):
        random = np.random.default_rng([seed, number])
        accuracies = day_accuracies(random, world.means(), world.spread, world.likeness)
        images = day_labels(random, world)
        right = random.binomial(images, accuracies)
        reference = None
        if world.reference:
            reference = (world.reference, random.binomial(world.reference, world.accuracy))
        days = day_scores(right.astype(np.float64), images.astype(np.float64))
        test = newest_test(days, reference, SETTINGS, rule)
        yield test if isinstance(test, NewestTest) else None


def share_found(world: LabelWorld, worlds: int, seed: int) -> tuple[int, int]:
    """Return how many windows are found to be worse, and of how many."""
    tests = [test for test in judged_windows(world, worlds, seed) if test is not None]
    return sum(test.dropped for test in tests), len(tests)


def interval(found: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, after Clopper and Pearson."""
    low = 0.0 if found == 0 else float(beta.ppf(0.025, found, of - found + 1))
    high = 1.0 if found == of else float(beta.ppf(0.975, found + 1, of - found))
    return low, high
