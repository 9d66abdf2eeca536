"""One broken camera of five, with faults of pipelines: is it seen, and are quiet windows quiet.

    python -m benchmarks.segments                                   all, about an hour of one core
    python -m benchmarks.segments --only faults --windows 20        nine faults beside the reference
    python -m benchmarks.segments --only days --windows 20          the same beside 28 normal days
    python -m benchmarks.segments --only alarms --minutes 10        false alarms beside it
    python -m benchmarks.segments --only cost                       CPU time with ten cameras
    python -m benchmarks.segments --only faults --splits 1/4 1/2 3/4  other parts of the rate

A window has 60 images of each of five cameras; those of one camera all have the fault. The cameras
differ for good in light, colour, blur, noise and compression. The pictures are drawn from a pool
that `benchmarks.days` makes: variants of photographs under mild conditions, some of them with one
of nine faults of pipelines (--photographs: a folder; else views of packaged pictures). The pool is
kept in --cache, so that windows cost no pixels.

Beside the reference both sides are drawn from one and the same day: 100 images of each camera, and
the window. Beside normal days the product's own model replays 28 days that differ (``moderate``
and ``mild``), which `benchmarks.days --only cameras` measures with five other faults, together with
its false alarms.

`--splits` says which part of the false alarm rate goes to segments; the product gives them half.
Seen is a window in which anything drifts, the whole or a camera. In a window that is `named` the
broken camera drifted by itself, and no other one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import median

from benchmarks.days_parts.cameras import CameraFound, camera_faults
from benchmarks.days_parts.cases import CAMERAS, Case
from benchmarks.days_parts.making import PoolSource, made_pool
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.tasks import AGE_OF_CAMERAS
from benchmarks.segments_parts.beside_reference import (
    Found,
    Quiet,
    camera_found,
    compared_once,
    drawn_sides,
    quiet_window,
)
from benchmarks.segments_parts.printing import fault_table, met_faults, quiet_lines

NINE_FAULTS = (
    "bgr_swap",
    "hot_pixels",
    "warm_light",
    "overflow_wrap",
    "quantised",
    "gamma_twice",
    "banding",
    "smudged_lens",
    "hand_shake",
)
PARTS = ("faults", "days", "alarms", "cost")
_SEED_OF_ALARMS, _SEED_OF_DAYS = 100_000, 600
# Two cameras at each of five places are ten.
_TWINS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; print it."""
    options = _parser().parse_args(arguments)
    pool = _pool(options)
    splits = [float(Fraction(one)) for one in options.splits]
    print(f"{len(pool.rows):,} pictures; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    if "faults" in options.only:
        _print_faults("beside the reference", list(_beside_reference(pool, options, splits)))
    for case in (one for one in CAMERAS if "days" in options.only and one.images(0) == 300):
        _print_faults(case.name, list(_beside_days(pool, case, options, splits)))
    if "alarms" in options.only:
        print(quiet_lines(list(_quiet(pool, options))), flush=True)
    if "cost" in options.only:
        print(_cost(pool), flush=True)
    return 0


def _print_faults(title: str, found: Sequence[Found]) -> None:
    print(f"{title}\n\n{fault_table(found)}\n\n{met_faults(found)}\n", flush=True)


def _beside_reference(
    pool: Pool, options: argparse.Namespace, splits: Sequence[float]
) -> Iterator[Found]:
    for window in range(options.windows):
        for fault in range(len(pool.faults)):
            _progress(f"window {window + 1} of {options.windows}, {pool.faults[fault]}")
            ask = window < options.untested
            seed = options.first_seed + window
            yield from camera_found(pool, seed, fault, splits, ask_untested=ask)


def _beside_days(
    pool: Pool, case: Case, options: argparse.Namespace, splits: Sequence[float]
) -> Iterator[Found]:
    whole = replace(case, blocks=AGE_OF_CAMERAS + 1)
    for window in range(options.windows):
        _progress(f"{case.name}, window {window + 1} of {options.windows}")
        seed = options.first_seed + _SEED_OF_DAYS + window
        for split in splits:
            for one in camera_faults(whole, seed, pool, split):
                yield _as_found(one, split)


def _as_found(one: CameraFound, split: float) -> Found:
    return Found(
        fault=one.fault, split=split, seen=one.tested, named=one.named, untested=one.untested
    )


def _quiet(pool: Pool, options: argparse.Namespace) -> Iterator[Quiet]:
    until = time.process_time() + 60 * options.minutes
    seed = first = options.first_seed + _SEED_OF_ALARMS
    while time.process_time() < until:
        yield quiet_window(pool, seed)
        seed += 1
        _progress(f"{seed - first:,} quiet windows")


def _progress(text: str) -> None:
    print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)


def _cost(pool: Pool, rounds: int = 5) -> str:
    """Return what comparing takes with ten cameras of 32 images, beside the same without."""
    sides = drawn_sides(pool, 0, sizes=(50, 32), twins=_TWINS)
    spent: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(rounds):
        for with_segments, times in spent.items():
            started = time.process_time()
            compared_once(sides, with_segments=with_segments)
            times.append(time.process_time() - started)
    tested, plain = median(spent[True]), median(spent[False])
    return (
        f"Comparing with ten cameras as segments: {tested:.2f} CPU s, {plain:.2f} without: "
        f"{tested / plain:.1f} times (bar 3)."
    )


def _pool(options: argparse.Namespace) -> Pool:
    source = PoolSource(
        folder=options.photographs,
        photographs=options.most,
        cache=options.cache,
        faults=NINE_FAULTS,
    )
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as processes:
        return made_pool(source, processes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--windows", type=int, default=20, metavar="N", help="of each fault (20)")
    parser.add_argument(
        "--minutes", type=float, default=10, metavar="N", help="CPU, for false alarms"
    )
    parser.add_argument("--splits", nargs="+", default=["1/2"], metavar="PART")
    parser.add_argument(
        "--untested", type=int, default=5, metavar="N", help="so many without segments too (5)"
    )
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="other windows")
    parser.add_argument("--photographs", type=Path, metavar="DIR", help="a folder of photographs")
    parser.add_argument("--most", type=int, default=200, metavar="N", help="photographs (200)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="for making the pool")
    folder = Path(tempfile.gettempdir(), "image-drift-benchmark")
    parser.add_argument("--cache", type=Path, default=folder, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
