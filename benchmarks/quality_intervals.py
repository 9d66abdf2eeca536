"""How often the 95 % intervals of a classifier's scores hold the truth, and how wide they are.

Predictions are drawn from classifiers whose true scores are known: few and many classes, even and
skewed, and from confidences whose calibration error is known. Beside each coverage stands the mean
width.

Run as ``python -m benchmarks.quality_intervals`` (a minute or two), or with ``--quick``. Seeded.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.scoring.scores import scores_of
from drift.model_quality.scoring.summing import bin_edges
from drift.model_quality.sums import BINS, ClassifierSums, ConfidenceBin
from reports.findings.model_quality.scores import ClassifierScores, Estimate

Numbers = NDArray[np.float64]
NAMES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A classifier, and how many labels are drawn."""

    classes: int
    accuracy: float
    skewed: bool
    labels: int

    def shares(self, generator: np.random.Generator) -> Numbers:
        """Return the true shares of pairs of a true (rows) and an answered class."""
        prior = 1 / np.arange(1, self.classes + 1) if self.skewed else np.ones(self.classes)
        spread = generator.uniform(-1, 1, self.classes) * (1 - self.accuracy)
        recall = np.clip(self.accuracy + spread, 0.02, 0.999)
        shares = generator.gamma(0.3, size=(self.classes, self.classes))
        np.fill_diagonal(shares, 0)
        shares *= (1 - recall)[:, None] / shares.sum(axis=1, keepdims=True)
        np.fill_diagonal(shares, recall)
        weighted: Numbers = shares * (prior / prior.sum())[:, None]
        return weighted


SETTINGS = (
    Setting(classes=2, accuracy=0.9, skewed=False, labels=100),
    Setting(classes=10, accuracy=0.9, skewed=False, labels=300),
    Setting(classes=10, accuracy=0.9, skewed=True, labels=300),
    Setting(classes=10, accuracy=0.99, skewed=True, labels=300),
    Setting(classes=10, accuracy=0.6, skewed=True, labels=300),
    Setting(classes=100, accuracy=0.9, skewed=False, labels=300),
    Setting(classes=100, accuracy=0.9, skewed=True, labels=2000),
    Setting(classes=1000, accuracy=0.9, skewed=False, labels=5000),
    Setting(classes=1000, accuracy=0.8, skewed=True, labels=20_000),
)
GAPS: dict[str, Callable[[Numbers], Numbers]] = {
    "calibrated": lambda confidence: confidence,
    "10 points too sure": lambda confidence: confidence - 0.1,
    "too sure above, not below": lambda confidence: confidence + 0.3 * (0.6 - confidence),
}


def truth(shares: Numbers) -> dict[str, float]:
    """Return the scores that endless labels would show."""
    right, true, called = np.diag(shares), shares.sum(axis=1), shares.sum(axis=0)
    return {
        "accuracy": float(right.sum()),
        "balanced_accuracy": float((right / true).mean()),
        "precision": float((right / called).mean()),
        "recall": float((right / true).mean()),
        "f1": float((2 * right / (true + called)).mean()),
    }


def drawn(shares: Numbers, labels: int, generator: np.random.Generator) -> ClassifierScores:
    """Return the scores of labels that are drawn from a classifier."""
    counts, width = generator.multinomial(labels, shares.ravel()), len(shares)
    cells = np.flatnonzero(counts).tolist()
    confusion = {(f"{c // width:04}", f"{c % width:04}"): int(counts[c]) for c in cells}
    return scores_of(ClassifierSums(predictions=labels, confusion=confusion, images=labels))


def cover(setting: Setting, runs: int) -> str:
    """Return each score's coverage and mean width as a line."""
    generator = np.random.default_rng(1)
    shares = setting.shares(generator)
    expected, found = truth(shares), [drawn(shares, setting.labels, generator) for _ in range(runs)]
    cells = []
    for name in NAMES:
        estimates = [getattr(scores, name) for scores in found]
        cells.append(f"{_coverage(estimates, expected[name]):>17}")
    kind = "skewed" if setting.skewed else "even"
    return (
        f"{setting.classes:>5} {kind:<6} {setting.accuracy:>5} {setting.labels:>6} {''.join(cells)}"
    )


def cover_calibration(name: str, labels: int, runs: int) -> str:
    """Return the coverage and mean width of the expected calibration error as a line."""
    generator = np.random.default_rng(2)
    everything = generator.beta(5, 1, 200_000)
    chance = np.clip(GAPS[name](everything), 0, 1)
    place = np.searchsorted(bin_edges()[1:-1], everything)
    expected = np.abs(np.bincount(place, chance - everything, BINS)).sum() / len(everything)
    found = []
    for _ in range(runs):
        rows = generator.integers(0, len(everything), labels)
        right = generator.random(labels) < chance[rows]
        error = scores_of(_binned(everything[rows], right, place[rows])).calibration_error
        found.append(error or Estimate(value=0.0))
    mean = np.mean([estimate.value for estimate in found])
    shown = _coverage(found, float(expected))
    return f"{name:<26} {labels:>6} {expected:>8.3f} {mean:>11.3f} {shown:>17}"


def _binned(
    confidence: Numbers, right: NDArray[np.bool_], place: NDArray[np.intp]
) -> ClassifierSums:
    bins = tuple(
        ConfidenceBin(
            count=int((place == number).sum()),
            confidence=float(confidence[place == number].sum()),
            right=int(right[place == number].sum()),
        )
        for number in range(BINS)
    )
    count = len(confidence)
    return ClassifierSums(predictions=count, confusion={("a", "a"): count}, images=count, bins=bins)


def _coverage(estimates: list[Estimate], expected: float) -> str:
    ends = np.array([(one.low, one.high) for one in estimates], dtype=np.float64)
    # Bisection ends within a rounding of an error of exactly 0.
    held = (ends[:, 0] <= expected + 1e-9) & (expected - 1e-9 <= ends[:, 1])
    return f"{held.mean():.1%} {(ends[:, 1] - ends[:, 0]).mean():.3f}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="100 draws in place of 400")
    runs = 100 if parser.parse_args().quick else 400
    print(f"{runs} draws, a tenth for 1,000 classes, half for confidences; of a coverage by all")
    print(f"draws the standard error is {(0.95 * 0.05 / runs) ** 0.5:.1%}. Then the mean width.\n")
    print("classes       acc. labels" + "".join(f"{name:>17}" for name in NAMES))
    for setting in SETTINGS:
        print(cover(setting, runs if setting.classes < 1000 else runs // 10), flush=True)
    print("\nconfidences                labels the error its estimate          coverage")
    for name in GAPS:
        for labels in (60, 300, 3000):
            print(cover_calibration(name, labels, runs // 2), flush=True)


if __name__ == "__main__":
    main()
