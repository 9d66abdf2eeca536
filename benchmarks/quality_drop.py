"""How often a drop of the model's accuracy is found, and how often one is found in vain.

Days of labels are drawn whose true accuracy is known; the window is judged as a run judges it,
against 1,000 labels of the reference or against 28 earlier days. With few labels a day whole
courses are judged, at one length and at two, run by run. All shares have 95 % intervals
after Clopper and Pearson.

Run as ``python -m benchmarks.quality_drop`` (about two minutes of processor time); ``--worlds``
and ``--part`` make it longer or shorter: docs/model-quality.md says with which its figures were
made. Seeded.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np

from benchmarks.quality_drop_parts.few_labels import (
    RUNS,
    WEEK,
    both_lengths,
    few_labels,
    short_alone,
    told_of_few,
)
from benchmarks.quality_drop_parts.label_tables import (
    DROP,
    bar_worlds,
    decline_found,
    grid_worlds,
    images_called_unlike,
    odd_worlds,
)
from benchmarks.quality_drop_parts.label_worlds import (
    DAY,
    FIRST,
    SETTINGS,
    LabelWorld,
    day_scores,
    interval,
    share_found,
)
from drift.model_quality.judging.judge import judge
from drift.model_quality.judging.judgement import NewestRule

_MOST_IN_VAIN = 0.02
_FEWEST_SEEN = {0.0: 0.90, 0.02: 0.75}


def _share(found: int, of: int) -> str:
    low, high = interval(found, of)
    return f"{100 * found / of:5.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def print_bars(worlds: int, seed: int) -> None:
    """Print the bars: 0.90 to 0.80 with 300 labels, and false alarms."""
    print(f"Bars, accuracy 0.90, 300 labels in the window, {worlds:,} windows each:")
    for name, world in bar_worlds():
        vain = share_found(world, worlds, seed)
        seen = share_found(replace(world, drop=DROP), worlds, seed + 1)
        held = interval(*vain)[1] < _MOST_IN_VAIN
        held_seen = seen[0] / seen[1] >= _FEWEST_SEEN[world.spread]
        print(
            f"  {name}: in vain {_share(*vain)} {'held' if held else 'MISSED'}; drop to 0.80 seen "
            f"{_share(*seen)} {'held' if held_seen else 'MISSED'}",
            flush=True,
        )
    for reference, window in ((1500, 1), (3000, 1)):
        world = LabelWorld(window_days=window, reference=reference, drop=DROP)
        print(
            f"  a reference of {reference:,} labels, {window} d, no day effects: seen "
            f"{_share(*share_found(world, worlds, seed + 1))}"
        )


def print_grid(worlds: int, seed: int) -> None:
    """Print false alarms, and drops of ten points, of all accuracies and spreads."""
    print(f"\nAccuracy, basis, window, spread of days in points; {worlds:,} windows each:")
    for name, world in grid_worlds():
        vain = share_found(world, worlds, seed)
        seen = share_found(replace(world, drop=DROP), max(1, worlds // 4), seed + 1)
        print(f"  {name}: in vain {_share(*vain)}; lower by ten points {_share(*seen)}", flush=True)


def print_odd(worlds: int, seed: int) -> None:
    """Print false alarms where days are not as the model takes them."""
    print(f"\nIn vain at 0.90, days differ by two points, {worlds:,} windows each:")
    for name, world in odd_worlds():
        print(f"  {name}: {_share(*share_found(world, worlds, seed))}", flush=True)


def print_decline(worlds: int, seed: int) -> None:
    """Print when a slow decline is found."""
    print(f"\nHalf a point lost a week, 100 labels a day: first found, {worlds} courses")
    for window, spread in product((1, 7), (0.01, 0.02)):
        first = decline_found(window, spread, worlds, seed)
        median, late = np.quantile(first, [0.5, 0.9], method="higher")
        print(
            f"  window of {window} d, days differ by {100 * spread:.0f}: week {median:.0f} "
            f"(median), {late:.0f} (90 %); never: {np.isinf(first).sum()}",
            flush=True,
        )


def print_few(courses: int, seed: int) -> None:
    """Print when a drop is told of few labels a day, at one length and at two."""
    print(
        f"\nFew labels a day, 0.90 to 0.80 after 28 days, {courses} courses of {RUNS} runs each:\n"
        "told after labelled days (median), within 7, within 14, in runs after the 7th;\n"
        "in vain: runs, courses"
    )
    for world in few_labels():
        print(f"  {world.name}")
        for name, length in (("one length", short_alone), ("two lengths", both_lengths)):
            started = time.process_time()
            with length():
                told = told_of_few(world, courses, seed)
            median = np.quantile(told.first, 0.5, method="higher")
            print(
                f"    {name:11}: {median:3.0f}; {_share(told.within(7), courses)}; "
                f"{_share(told.within(14), courses)}; "
                f"{_share(sum(told.lasting), courses * (RUNS - WEEK))}; in vain "
                f"{_share(sum(told.in_vain), courses * RUNS)}; "
                f"{_share(sum(one > 0 for one in told.in_vain), courses)}; "
                f"{time.process_time() - started:.1f} CPU s",
                flush=True,
            )


def print_images(worlds: int, seed: int) -> None:
    """Print how often labelled images are called unlike the others."""
    print(f"\nLabelled images called unlike the others, 20 columns, {worlds:,} windows each:")
    for (images, share), shift in product(((1400, 0.15), (300, 0.2)), (0.0, 0.3, 0.5)):
        called = images_called_unlike(images, share, shift, worlds, seed)
        print(
            f"  {images:,} images, {100 * share:.0f} % labelled, shift {shift}: {_share(*called)}"
        )


def print_cost(seed: int) -> None:
    """Print the processor time of a judgement with a year of days."""
    print("\nA year of days, the last half worse or not:")
    random = np.random.default_rng(seed)
    for labels, window, drop in product((60, 300), (1, 7), (0.0, DROP)):
        means = np.where(np.arange(365) < 180, 0.9, 0.9 - drop)
        right = random.binomial(labels, np.clip(random.normal(means, 0.02), 0, 1))
        days = day_scores(right.astype(np.float64), np.full(365, float(labels)))
        rule = NewestRule(window_end=FIRST + 365 * DAY, window_days=window)
        start = time.process_time()
        state = judge(days, None, SETTINGS, rule).state
        spent = time.process_time() - start
        print(f"  {labels} labels each, {window} d, drop {drop}: {spent:.2f} CPU s, {state}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--worlds", type=int, help="windows of each row instead of the default")
    parser.add_argument(
        "--part", choices=["bars", "few", "grid", "odd", "decline", "images", "cost"]
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "bars": lambda: print_bars(options.worlds or 200, options.seed),
        "few": lambda: print_few(max(1, (options.worlds or 100) // 20), options.seed),
        "grid": lambda: print_grid(options.worlds or 20, options.seed),
        "odd": lambda: print_odd(options.worlds or 40, options.seed),
        "decline": lambda: print_decline(max(1, (options.worlds or 20) // 20), options.seed),
        "images": lambda: print_images(options.worlds or 20, options.seed),
        "cost": lambda: print_cost(options.seed),
    }
    for name, show in parts.items():
        if options.part in (None, name):
            show()


if __name__ == "__main__":
    main()
