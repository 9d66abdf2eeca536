"""How often a drop of a detector's AP50 is found, and how often one is found in vain.

Days of matched boxes are drawn of a detector whose true AP50 is known: five classes of unequal
frequency, images of unequal difficulty, misses, false boxes, boxes that fit badly, and objects that
are found twice. Each window is judged as a run judges it, against 28 earlier days or 500 labelled
images of a reference. All shares have 95 % intervals after Clopper and Pearson.

Run as ``python -m benchmarks.detector_drop`` (about a quarter of an hour of processor time);
``--part``, ``--row`` and ``--windows`` make it shorter. Seeded.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from benchmarks.detector_drop_parts.detector_worlds import DetectorWorld, share_found
from benchmarks.quality_drop_parts.label_worlds import interval

_MOST_IN_VAIN = 0.02
_BASES = {
    "28 earlier days": DetectorWorld(earlier_days=28),
    "a reference of 500": DetectorWorld(reference=500),
}
_SPREADS = {"no day effects": 0.0, "days differ by 2 points": 0.02}
_DROPS = ((0.29, 50), (0.29, 100), (0.10, 100), (0.10, 300))


def worlds_in_vain() -> Iterator[tuple[str, DetectorWorld]]:
    """Yield the worlds without a drop: 20 to 300 labelled images a day."""
    for (basis, world), (days, spread) in product(_BASES.items(), _SPREADS.items()):
        yield f"{basis}, {days}", replace(world, spread=spread)


def worlds_of_drops() -> Iterator[tuple[str, DetectorWorld]]:
    """Yield the worlds with a drop in the window, of a fixed number of labelled images a day."""
    for (basis, world), (days, spread) in product(_BASES.items(), _SPREADS.items()):
        for drop, labels in _DROPS:
            name = f"0.84 to {0.84 - drop:.2f}, {labels} images, {basis}, {days}"
            yield name, replace(world, spread=spread, drop=drop, labels=labels)


def _share(found: int, of: int) -> str:
    low, high = interval(found, of)
    return f"{found:,} of {of:,}: {100 * found / of:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", choices=["vain", "seen"])
    parser.add_argument("--row", type=int, help="only this row of each part, from 0")
    parser.add_argument("--windows", type=int, help="of each row; else 2,000 and 200")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    parts = {"vain": (worlds_in_vain, 2_000), "seen": (worlds_of_drops, 200)}
    for part, (worlds, windows) in parts.items():
        if options.part not in (None, part):
            continue
        print("Told in vain:" if part == "vain" else "Drops that are told:", flush=True)
        for number, (name, world) in enumerate(worlds()):
            if options.row in (None, number):
                found, of = share_found(world, options.windows or windows, options.seed)
                held = interval(found, of)[1] < _MOST_IN_VAIN
                bar = (" held" if held else " MISSED") if part == "vain" else ""
                print(f"  {name}: {_share(found, of)}{bar}", flush=True)


if __name__ == "__main__":
    main()
