"""Quiet on normal days, loud on the first bad one: simulated months of production.

    python -m benchmarks.days --photographs photographs/ --quick     under 15 minutes, two cores
    python -m benchmarks.days --photographs photographs/ --full      under an hour
    python -m benchmarks.days --pool pool.npz --quick                features that are there already
    python -m benchmarks.days --only "whole runs"                    the command itself, ten runs

A pool is made once: many variants of each photograph under mild conditions (light, colour, blur,
noise, compression), and some of them with one of five faults of ImageNet-C at severity 2; all of
them are read by the project's own decoder and features. Without --photographs they are views of
the pictures that scikit-image and scikit-learn carry. The pool is kept in --cache.

A world draws the images of its days from the pool: production differs from the training set for
good, days differ by their conditions, by the mix of classes and clients and by the weekday. Ours is
the product's own code from records on: sums of at most 300 drawn images a day, their means, the
replay of past days and the judgement of a window with all of its images. The first window of a
world has no normal day before it: the comparison with the reference judges it, widened as a first
run's is.

Slow drift (`--only trend`) is looked for in the run of every day, which replays the 28 days before
it: in worlds where nothing moves, after a permanent step of 0.25 standard deviations of one
column's mean or of all columns' means, and after a fault of four days. That takes about 20 seconds
of a core a world, on top of the times above.

With cameras (`--only cameras`) each of five has its own permanent conditions and its own days
beside the common ones. Every camera is tested beside its own days: false alarms of whole runs are
counted with 1,000 images a day, and one camera of five with a fault in all of its images, 60 of
300, is looked for after 28 days; both beside the same worlds without a test of cameras.

With a model's view (`--only views`) the same worlds are judged without the view, with it, and with
that of a new model on day 50, which knows none of the days before. The view is simulated from the
pool: embeddings that depend on the class, the photograph, the conditions and the fault, and the
scores that the product makes of them.

Others judge every fifth day from tables of all images: Evidently's defaults, the K-S test with
Bonferroni's correction against the reference and against the past month, and three standard
deviations over the past month's chunks of days.

Whole runs are measured only where they are asked for. Ten simulated days are written as a bucket,
with log and images, and `python -m drift.run` judges each of them. What `report.json` says of a
day (basis, whether it is drift, z-values, p-values) stands beside what the records of a world that
ends on that day say here. With the packaged pictures, 40 images a day and a fault on the last two
days, all ten have the same basis and the same answer, and of 870 numbers none is further apart than
7.1e-15. A world is judged with the shares of its classes counted over all of its days at once, a
run with those of the days so far: that moves a number by 0.08 at most there, and no answer. The
exit code is 1 where both are further apart than rounding.

Rates of false alarms have 95 % intervals by a bootstrap over worlds, since the days of one world
are not independent. A bar that is missed is printed as missed; it does not change the exit code.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.days_parts.making import PoolSource, made_pool
from benchmarks.days_parts.pool import Pool, load_pool
from benchmarks.days_parts.printing import table
from benchmarks.days_parts.tasks import (
    FULL,
    QUICK,
    Measure,
    one_thread_each,
    outcomes,
    prepare_process,
    tasks_of,
)
from benchmarks.days_parts.whole_runs.running import whole_runs
from benchmarks.detection_parts.pictures import PictureError

WHOLE_RUNS = "whole runs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    one_thread_each()
    started = time.monotonic()
    try:
        if options.only == (WHOLE_RUNS,):
            return _whole_runs(options)
        pool = _pool(options)
    except PictureError as error:
        print(error, file=sys.stderr)
        return 2
    made = time.monotonic()
    tasks = [
        task
        for task in tasks_of(FULL if options.full else QUICK, options.first_seed)
        if task.measure in options.only and options.cases in task.case
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        options.jobs, mp_context=context, initializer=prepare_process, initargs=(pool,)
    ) as processes:
        measured = list(outcomes(tasks, processes))
    measured.sort(key=lambda one: (one[0].measure, one[0].case, one[0].seed))
    print(
        f"{len(pool.classes):,} photographs, {len(pool.rows):,} pictures; {len(tasks):,} worlds "
        f"in {time.monotonic() - made:.0f} s after {made - started:.0f} s for the pool; "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    print(table(measured))
    return 0


def _whole_runs(options: argparse.Namespace) -> int:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as processes:
        found = whole_runs(_source(options), processes, options.first_seed)
    print(found.text)
    return 0 if found.is_same else 1


def _pool(options: argparse.Namespace) -> Pool:
    if options.pool is not None:
        return load_pool(options.pool)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as processes:
        return made_pool(_source(options), processes)


def _source(options: argparse.Namespace) -> PoolSource:
    return PoolSource(folder=options.photographs, photographs=options.most, cache=options.cache)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_false", dest="full", help="the default")
    size.add_argument("--full", action="store_true", help="at least 24 worlds of each kind")
    parser.set_defaults(full=False)
    parser.add_argument("--photographs", type=Path, metavar="DIR", help="a folder of photographs")
    parser.add_argument("--most", type=int, default=400, metavar="N", help="photographs (400)")
    parser.add_argument("--pool", type=Path, metavar="FILE", help="a pool that was made before")
    parser.add_argument("--only", type=_measures, default=tuple(Measure), metavar="MEASURE,...")
    parser.add_argument("--cases", default="", metavar="TEXT", help="only cases named so")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="other worlds")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    folder = Path(tempfile.gettempdir(), "image-drift-benchmark")
    parser.add_argument("--cache", type=Path, default=folder, metavar="DIR")
    return parser


def _measures(text: str) -> tuple[str, ...]:
    if text.strip() == WHOLE_RUNS:
        return (WHOLE_RUNS,)
    try:
        return tuple(Measure(name.strip()) for name in text.split(","))
    except ValueError as error:
        known = ", ".join(Measure)
        raise argparse.ArgumentTypeError(
            f"{error}; there are {known}, and {WHOLE_RUNS} by itself"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
