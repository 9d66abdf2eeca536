"""False alarms and detection rates: ours beside those of Evidently, NannyML and deepchecks.

    python -m benchmarks.detection --quick                      minutes on two cores
    python -m benchmarks.detection --full --out full.json       hours; interrupt and start it again
    python -m benchmarks.detection --quick --images photographs/ --only faults
    python -m benchmarks.detection --list --full                the names of all cells
    python -m benchmarks.detection --full --cells 'false-alarms/tied/*' --out full.json

Nothing is downloaded: the pictures are views of those that scikit-image and scikit-learn carry, or
a folder of your own. The part `faults` needs the package imagecorruptions-imaug
(``pip install 'image-drift[bench]'``), which is no dependency of the project.

*No drift* means that reference and window are drawn from one population:

``false-alarms``
    Tables drawn fresh for every run from a Gaussian copula over a real feature table: as fitted
    (`real`), to tiny grey digits (`digits`), without correlation (`independent`), with all
    correlations 0.95 (`strong`), with margins of a few values (`tied`), heavy-tailed (`skewed`),
    with class probabilities (`probabilities`). Most have the predicted class and the confidence
    too. `spread-...` are many windows for each of many fixed references; `bursts-of-5` are windows
    of near-copies, five of each row.
``photographs``
    Photographs split at random for every run.

Drift means:

``faults``
    The 19 corruptions of ImageNet-C in every image of the window or in one of ten, with a random
    draw of reference and window for every trial. Every picture, clean or corrupted, is made a file
    in the same way (--encode) and read by the project's own decoder and features. Those are kept
    in --cache. The row `(no fault)` is the false alarm rate of the same draws.
``pipeline``
    The same with 18 faults of cameras and of what lies between a camera and a model: swapped
    channels, turned pictures, wrong resizing, integer overflow, a smudged lens, hot pixels and so
    on; beside a reference of 500. Needs no other package.
``predictions``
    One of ten classes predicted twice as often; the confidence down by half a standard deviation.
``million``
    A million rows with one feature shifted by 0.01 standard deviations: this should be steady.
``speed``
    Time and memory of a verdict.

Rates are printed with their exact 95 % interval and the mean time of a run. Results do not depend
on --jobs: every draw is fixed by --seed, its cell and its number. `ours` is the present code of the
package `drift`; --out refuses to continue with another version of it.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import multiprocessing
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.detection_parts.cells import Cell, World
from benchmarks.detection_parts.corruptions import CorruptionsMissingError
from benchmarks.detection_parts.detectors import DETECTORS, OURS
from benchmarks.detection_parts.picture_features import Encoding
from benchmarks.detection_parts.pictures import PictureError
from benchmarks.detection_parts.plan import Part, Scale, plan
from benchmarks.detection_parts.preparing import (
    PACKAGED_VIEWS,
    Source,
    load_pictures,
    make_world,
)
from benchmarks.detection_parts.printing import cell_lines, fault_tables
from benchmarks.detection_parts.results import CellResult, Results
from benchmarks.detection_parts.running import prepare_process, run_cell, runs_of
from benchmarks.detection_parts.single_runs import describe_answer, measure_speed

_SEVERITIES = "of the faults; else all in full, in quick 1 (every image) and 3 (one in ten)"
_ROOT = Path(__file__).resolve().parents[1]
_IN_TABLES = (Part.FAULTS, Part.PIPELINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (CorruptionsMissingError, PictureError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    source = Source(
        folder=options.images,
        most=options.most_images,
        keep_size=options.keep_size,
        encoding=options.encode,
        cache=options.cache,
    )
    pictures = [] if options.list and options.images is None else load_pictures(source)
    cells = _chosen(options, len(pictures) or PACKAGED_VIEWS)
    if options.list:
        for cell in cells:
            print(f"{cell.key}  {runs_of(cell, options.detectors):,} runs")
        if _measures_speed(options):
            print(f"{Part.SPEED}  once")
        return 0
    results = Results(path=options.out, settings=_settings(options, len(pictures)))
    if results.resume():
        print(f"Going on with {options.out}", file=sys.stderr)
    print(_machine(), flush=True)
    with _pool(options.jobs) as pool:
        world = make_world(pictures, source, cells, full=options.full, pool=pool)
    with _pool(options.jobs, world) as pool:
        _run_cells(cells, options, pool, results)
    _measure_once(cells, options, world, results)
    results.save()
    return 0


def _machine() -> str:
    """Return a line about what the times were measured on."""
    load = os.getloadavg()[0]
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, {versions}"


def _run_cells(
    cells: Sequence[Cell], options: argparse.Namespace, pool: Executor, results: Results
) -> None:
    counted: list[tuple[Cell, CellResult]] = []
    for cell in cells:
        result = run_cell(cell, options.detectors, seed=options.seed, pool=pool, results=results)
        print(file=sys.stderr)
        counted.append((cell, result))
        if not cell.key.startswith(_IN_TABLES):
            print("\n".join(cell_lines(cell, result)), flush=True)
    faults = [(cell, result) for cell, result in counted if cell.key.startswith(_IN_TABLES)]
    print("\n".join(fault_tables(faults)), flush=True)


def _measure_once(
    cells: Sequence[Cell], options: argparse.Namespace, world: World, results: Results
) -> None:
    if OURS not in options.detectors:
        return
    for cell in cells:
        if cell.key.startswith(Part.MILLION):
            results.notes[cell.key] = describe_answer(cell, world, options.seed)
    if _measures_speed(options):
        results.notes[Part.SPEED] = measure_speed(world)
    if results.notes:
        print(json.dumps(results.notes, indent=2))


def _chosen(options: argparse.Namespace, photographs: int) -> list[Cell]:
    scale = Scale(
        full=options.full,
        severities=tuple(options.severities or ()),
        photographs=photographs,
        runs=options.runs,
    )
    cells = [cell for part in Part if part in options.only for cell in plan(part, scale)]
    chosen = [cell for cell in cells if _is_called(cell.key, options.cells)]
    if not chosen and not _measures_speed(options):
        raise ValueError(
            f"No cell is called like {', '.join(options.cells)}. See all of them with --list."
        )
    return [cell for cell in chosen if runs_of(cell, options.detectors)]


def _measures_speed(options: argparse.Namespace) -> bool:
    return Part.SPEED in options.only and _is_called(Part.SPEED, options.cells)


def _is_called(key: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(key, pattern) for pattern in patterns)


def _settings(options: argparse.Namespace, pictures: int) -> dict[str, object]:
    return {
        "full": options.full,
        "seed": options.seed,
        "runs": options.runs,
        "detectors": list(options.detectors),
        "images": str(options.images) if options.images else "packaged",
        "pictures": pictures,
        "keep_size": options.keep_size,
        "encode": str(options.encode),
        "code": _code(),
    }


def _code() -> str:
    """Return a digest of everything that may change a result."""
    digest = hashlib.sha256()
    for folder in ("drift", "reports", "reference_stats", "jobs", "benchmarks"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _pool(jobs: int, world: World | None = None) -> Executor:
    # One thread for each process, as there are as many processes as cores; they inherit this.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    context = multiprocessing.get_context("spawn")
    if world is None:
        return ProcessPoolExecutor(jobs, mp_context=context)
    return ProcessPoolExecutor(
        jobs, mp_context=context, initializer=prepare_process, initargs=(world,)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_false", dest="full", help="minutes (the default)")
    size.add_argument("--full", action="store_true", help="hours")
    parser.set_defaults(full=False)
    parser.add_argument("--images", type=Path, metavar="DIR", help="a folder of photographs")
    parser.add_argument("--most-images", type=int, default=1_500, metavar="N", help="of the folder")
    parser.add_argument("--keep-size", action="store_true", help="no scaling to 224 pixels")
    parser.add_argument("--only", type=_parts, default=tuple(Part), metavar="PART,...")
    parser.add_argument(
        "--cells", nargs="+", default=["*"], metavar="PATTERN", help="names with * and ?"
    )
    everyone = tuple(DETECTORS)
    parser.add_argument("--detectors", type=_detectors, default=everyone, metavar="NAME,...")
    parser.add_argument("--severities", type=int, nargs="+", choices=range(1, 6), help=_SEVERITIES)
    parser.add_argument("--runs", type=int, help="runs of every cell, for all detectors")
    parser.add_argument("--encode", type=Encoding, choices=list(Encoding), default=Encoding.JPEG)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep and continue results (JSON)")
    parser.add_argument("--list", action="store_true", help="print the cells and run nothing")
    folder = Path(tempfile.gettempdir(), "image-drift-benchmark")
    parser.add_argument("--cache", type=Path, default=folder, metavar="DIR")
    return parser


def _parts(text: str) -> tuple[Part, ...]:
    try:
        return tuple(Part(name.strip()) for name in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; there are {', '.join(Part)}") from error


def _detectors(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in DETECTORS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no detector is called {', '.join(unknown)}; there are {', '.join(DETECTORS)}"
        )
    return names


if __name__ == "__main__":
    sys.exit(main())
