"""Slow drift across runs: how soon it is seen, how rarely it is seen in vain, against one run.

Histories are simulated: 20 columns, each run a window of new images, all compared with one
reference that is drawn anew for every history. Beside the trend stands what a single run can see:
the largest shift of any column against a critical value simulated for the same correlation.

Run as ``python -m benchmarks.trend`` (about half an hour), or with ``--quick`` (seconds). Seeded.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.across_runs.e_detector import Observation, follow
from drift.across_runs.trend import FEWEST_RUNS, RUN_LENGTH, NormalRange, counting

Numbers = NDArray[np.float64]
COLUMNS = 20
CORRELATION = 0.7
MINIMUM_EFFECT = 0.1
# Of a run alone: the default, and one as rare as an alarm of the trend.
FALSE_ALARM_RATES = (0.01, 1 / RUN_LENGTH)
LONGEST_WAIT = 300
BATCH = 10


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Sizes of the two sides, what the numbers look like, and the part of the runs to simulate."""

    units: int
    reference: int
    noise: str = "normal"
    minimum_effect: float = MINIMUM_EFFECT
    day_effect: float = 0.0
    part: int = 8


NOISE: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Numbers]] = {
    "t, 3 degrees": lambda random, shape: random.standard_t(3, shape),
    "exponential": lambda random, shape: random.exponential(size=shape),
    "lognormal 1.2": lambda random, shape: random.lognormal(0, 1.2, shape),
    "1 in 50 not 0": lambda random, shape: (random.random(shape) < 0.02).astype(float),
}


def correlated_means(
    random: np.random.Generator, histories: int, units: int, correlation: float = CORRELATION
) -> Numbers:
    """Return means of correlated normal columns, one row a history."""
    common = random.standard_normal((histories, 1))
    own = random.standard_normal((histories, COLUMNS))
    means: Numbers = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    scaled: Numbers = means / np.sqrt(units)
    return scaled


def shifts(
    random: np.random.Generator, setting: Setting, histories: int, move: Callable[[int], float]
) -> Iterator[Numbers]:
    """Yield the shifts of one run after another; only the first column moves."""
    drawn = _normal if setting.noise == "normal" else _drawn
    for index, means in enumerate(drawn(random, setting, histories)):
        moved = means + setting.day_effect * random.standard_normal((histories, 1))
        moved[:, 0] += move(index + 1)
        yield moved


def _normal(random: np.random.Generator, setting: Setting, histories: int) -> Iterator[Numbers]:
    reference = correlated_means(random, histories, setting.reference)
    spread = np.sqrt(
        random.chisquare(setting.reference - 1, (histories, COLUMNS)) / (setting.reference - 1)
    )
    while True:
        yield (correlated_means(random, histories, setting.units) - reference) / spread


def _drawn(random: np.random.Generator, setting: Setting, histories: int) -> Iterator[Numbers]:
    population = NOISE[setting.noise](random, (500_000,))
    images = random.choice(population, (histories, setting.reference, COLUMNS))
    mean, spread = images.mean(axis=1), images.std(axis=1, ddof=1)
    spread[spread == 0] = np.nan
    while True:
        window = random.choice(population, (histories, setting.units, COLUMNS))
        yield (window.mean(axis=1) - mean) / spread


def alarms(setting: Setting, runs: Iterator[Numbers], histories: int, most: int) -> Numbers:
    """Return the first run with an alarm of each history; infinity where none came."""
    first = np.full(histories, np.inf)
    columns = histories * COLUMNS
    nothing = NormalRange(reach=np.zeros((2, columns)), error=np.zeros((2, columns)))
    observations = (
        Observation(shifts=one.ravel(), units=setting.units) for one in itertools.islice(runs, most)
    )
    course = follow(observations, columns=columns, reference_units=setting.reference)
    for run, evidence in enumerate(course, start=1):
        if run < FEWEST_RUNS:
            continue
        counted = counting(evidence, nothing, setting.minimum_effect).sum(axis=0).mean(axis=0)
        total = counted.reshape(histories, COLUMNS).mean(axis=1)
        first[(total >= RUN_LENGTH) & np.isinf(first)] = run
        if np.isfinite(first).all():
            break
    return first


def single_run_alarms(
    setting: Setting, runs: Iterator[Numbers], histories: int, rate: float, seed: int
) -> Numbers:
    """Return the first run that a test of that run alone calls drift, at a false alarm rate."""
    error = np.sqrt(1 / setting.units + 1 / setting.reference)
    null = correlated_means(np.random.default_rng([seed, 9]), 200_000, 1)
    critical = np.quantile(np.abs(null).max(axis=1), 1 - rate)
    first = np.full(histories, np.inf)
    for index, one in enumerate(itertools.islice(runs, LONGEST_WAIT)):
        largest = np.abs(one).max(axis=1)
        seen = (largest / error > critical) & (largest >= setting.minimum_effect)
        first[seen & np.isinf(first)] = index + 1
    return first


def print_delays(histories: int, seed: int) -> None:
    """Print after how many runs a moving column is seen."""
    print("How many runs after its start a drift of one of 20 columns is seen (median, 90 %):")
    ways: tuple[tuple[str, Callable[[int], float]], ...] = (
        ("0.03 sigma a run", lambda run: 0.03 * run),
        ("0.01 sigma a run", lambda run: 0.01 * run),
        ("0.01 a run up to 0.2", lambda run: min(0.01 * run, 0.2)),
    )
    for (name, move), (units, reference) in itertools.product(
        ways, ((300, 1000), (50, 1000), (1000, 10_000), (20, 300))
    ):
        setting = Setting(units=units, reference=reference)

        def runs(
            setting: Setting = setting, move: Callable[[int], float] = move
        ) -> Iterator[Numbers]:
            return shifts(np.random.default_rng(seed), setting, histories, move)

        often, seldom = (
            _quantiles(single_run_alarms(setting, runs(), histories, rate, seed))
            for rate in FALSE_ALARM_RATES
        )
        print(
            f"  {name:21} windows of {units:5,}, reference of {reference:6,}: trend "
            f"{_quantiles(alarms(setting, runs(), histories, LONGEST_WAIT))}; one run alone, at 1 "
            f"in 100 {often}, at 1 in {RUN_LENGTH:,} {seldom}"
        )


def _quantiles(first: Numbers) -> str:
    median, late = np.quantile(first, [0.5, 0.9], method="higher")
    return " ".join(
        f"{one:4.0f}" if np.isfinite(one) else f">{LONGEST_WAIT}" for one in (median, late)
    )


def print_run_lengths(histories: int, most: int, seed: int) -> None:
    """Print how many runs without drift there are for one alarm."""
    print(f"\nRuns without drift per alarm, {histories} histories of up to {most:,} runs:")
    settings = [
        Setting(units=300, reference=1000, part=1),
        Setting(units=10, reference=100),
        Setting(units=300, reference=100),
        Setting(units=300, reference=1000, minimum_effect=0.0),
        Setting(units=10, reference=100, minimum_effect=0.0),
        Setting(units=300, reference=1000, day_effect=0.05),
        Setting(units=300, reference=1000, day_effect=0.1),
        *(
            Setting(units=10, reference=100, noise=noise, minimum_effect=effect)
            for noise in NOISE
            for effect in (MINIMUM_EFFECT, 0.0)
        ),
    ]
    for setting in settings:
        length = most // setting.part
        # Few at a time: their detectors stay within the processor's cache.
        first = np.concatenate(
            [
                alarms(
                    setting,
                    shifts(np.random.default_rng([seed, batch]), setting, BATCH, lambda _: 0.0),
                    BATCH,
                    length,
                )
                for batch in range(histories // BATCH)
            ]
        )
        alarmed = np.isfinite(first)
        runs = np.where(alarmed, first, length).sum()
        per_alarm = f"{runs / alarmed.sum():,.0f}" if alarmed.any() else f"none in {runs:,.0f}"
        print(
            f"  {setting.noise:14} windows of {setting.units:3}, reference of "
            f"{setting.reference:5,}, minimum effect {setting.minimum_effect:.1f}, day effect "
            f"{setting.day_effect:.2f}: {per_alarm} ({alarmed.sum()} histories)"
        )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter histories")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print_delays(50 if options.quick else 400, options.seed)
    print_run_lengths(50 if options.quick else 200, 200 if options.quick else 2000, options.seed)


if __name__ == "__main__":
    main()
