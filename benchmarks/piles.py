"""Values that a part of a window shares: seen with and without the statistic `pile`.

    python -m benchmarks.piles                  minutes on one core
    python -m benchmarks.piles --runs 20

References of 500 images and windows of 100 and 300, of drawn numbers: every image feature, and a
confidence. The same windows are judged twice. In a twentieth or a tenth of the window a number has
one ordinary value (``confidence``: 0.7; ``width``: 800 pixels), or lies within a fifth of a
standard deviation (``brightness``); ``nothing`` is the false alarm rate of the same draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from unittest import mock

import numpy as np
import pandas as pd

from benchmarks.detection_parts.our_detector import our_alarm
from drift.comparison import scoring
from reference_stats.features.registry import feature_names

_REFERENCE, _WINDOWS, _PARTS = 500, (100, 300), (0.05, 0.1)

Generator = np.random.Generator


def main() -> None:
    """Print in how many windows each kind of pile was seen."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10, help="of each kind and size (10)")
    options = parser.parse_args()
    print("pile        window  part  without  with")
    for name, change in KINDS.items():
        for window in _WINDOWS:
            for part in _PARTS:
                seen = [0, 0]
                for run in range(options.runs):
                    found = seen_by_both(change, window, round(part * window), run)
                    seen = [count + one for count, one in zip(seen, found, strict=True)]
                print(f"{name:10} {window:7} {part:5.2f} {seen[0]:8} {seen[1]:5}", flush=True)


def seen_by_both(
    change: Callable[[Generator, pd.DataFrame, int], None], window: int, images: int, run: int
) -> tuple[bool, bool]:
    """Tell whether a window with a pile is drift, without and with the statistic for it."""
    generator = np.random.default_rng([run, window])
    reference, current = draw(generator, _REFERENCE), draw(generator, window)
    change(generator, current, images)
    with mock.patch.object(scoring, "COUNT_METHODS", ()):
        without = our_alarm(reference, current)
    return without, our_alarm(reference, current)


def draw(generator: Generator, rows: int) -> pd.DataFrame:
    """Return correlated features, widths and a confidence."""
    names = list(feature_names())
    shared = generator.normal(size=(rows, 1))
    table = pd.DataFrame(
        0.7 * shared + generator.normal(size=(rows, len(names))), columns=pd.Index(names)
    )
    width = np.round(np.exp(6.7 + 0.4 * generator.normal(size=rows)))
    return table.assign(width=width, confidence=generator.beta(4, 2, rows).round(3))


def _nothing(_generator: Generator, _table: pd.DataFrame, _images: int) -> None:
    """Leave everything as it is."""


def _confidence(_generator: Generator, table: pd.DataFrame, images: int) -> None:
    table.loc[: images - 1, "confidence"] = 0.7


def _width(_generator: Generator, table: pd.DataFrame, images: int) -> None:
    table.loc[: images - 1, "width"] = 800


def _brightness(generator: Generator, table: pd.DataFrame, images: int) -> None:
    table.loc[: images - 1, "mean"] = 0.3 + 0.05 * generator.normal(size=images)


KINDS: dict[str, Callable[[Generator, pd.DataFrame, int], None]] = {
    "nothing": _nothing,
    "confidence": _confidence,
    "width": _width,
    "brightness": _brightness,
}


if __name__ == "__main__":
    main()
