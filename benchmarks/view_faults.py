"""What a model's view costs on faults that the pixels see: the same windows with it and without.

    python -m benchmarks.view_faults --folder clothing --model efficientnet-lite0
    python -m benchmarks.view_faults --folder small/digits --model small-net
    python -m benchmarks.view_faults --folder clothing --model efficientnet-lite0 --only pipeline

The view takes an equal share of the false alarm rate from the families that were there before, and
sees many faults of the pixels itself. This asks what that comes to: by how much the power falls
where the image features, until then the only family, get half of the rate.

Every fault of ``detection``'s parts `pipeline` (18 faults of cameras and pipelines) and `faults`
(the 19 corruptions of ImageNet-C, at severity 1 unless --severity says otherwise; needs ``pip
install 'image-drift[bench]'``) is put into all images of a window, or into a part of 100. How
many, is chosen for each fault by the pixels alone on draws of their own, so that they see it in
some windows and not in all; other faults are named and left out. Then the product compares new
windows at its usual false alarm rate, each with a reference of its own: by the features alone; by
the view at half of the rate; and by the features at the other half. The run alarms with the view
where one of the last two does. All three judge the same images, so that what counts are the
windows that are judged otherwise: lost ones and won ones, with McNemar's exact test.

``small-net`` is trained on half of a folder's small grey images, which then appear nowhere else,
and exported; they get a black border, as faults need 32 pixels. ``efficientnet-lite0`` is the ready
embedder. Both are opened by the product's own runtime. Features and views are kept in --cache.
Every draw is fixed by --seed, its fault, its strength and its number. Needs torch: ``pip install
'image-drift[embedder]'``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path

from benchmarks.detection_parts.corruptions import (
    CORRUPTIONS,
    CorruptionsMissingError,
    require_corruptions,
)
from benchmarks.detection_parts.picture_features import Fault, measure
from benchmarks.detection_parts.pipeline_faults import PIPELINE_FAULTS
from benchmarks.view_faults_parts.judging import FaultTask, judge_fault, prepare_process
from benchmarks.view_faults_parts.looking import views_of
from benchmarks.view_faults_parts.pictures import Seeing, grey_digits, photographs
from benchmarks.view_faults_parts.results import FaultResult, result_lines
from benchmarks.view_faults_parts.strengths import Where
from benchmarks.view_faults_parts.trials import Measured
from reference_stats.model_view.runtimes.opened import OpenedModel
from reference_stats.model_view.runtimes.opening import open_model

_SMALL_NET, _LITE0 = "small-net", "efficientnet-lite0"
_REFERENCES = {_SMALL_NET: 1_400, _LITE0: 900}
_PIPELINE, _IMAGENET_C = "pipeline", "faults"
_MOST = 4_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    # One thread for each process, as there are as many processes as cores; they inherit this.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    try:
        if _IMAGENET_C in options.only:
            require_corruptions()
    except CorruptionsMissingError as error:
        print(error, file=sys.stderr)
        return 2
    started = time.monotonic()
    results = _measured(options)
    print(
        f"{options.model}, references of {_reference(options):,}, {options.runs} windows a fault, "
        f"seed {options.seed}; {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}"
    )
    print("\n".join(result_lines(results)))
    return 0


def _measured(options: argparse.Namespace) -> list[FaultResult]:
    options.cache.mkdir(parents=True, exist_ok=True)
    if options.model == _SMALL_NET:
        seeing = grey_digits(options.folder, _MOST, options.cache)
    else:
        seeing = photographs(options.folder, _MOST)
    if len(seeing.pictures) < _reference(options) + options.faulty:
        raise SystemExit(
            f"{len(seeing.pictures)} pictures are left; {_reference(options)} for a reference and "
            f"{options.faulty} beside it are needed. Lower --reference."
        )
    model = open_model(seeing.file, seeing.choice)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        clean = _known(seeing, None, len(seeing.pictures), model, options, pool)
    with ProcessPoolExecutor(
        options.jobs, mp_context=context, initializer=prepare_process, initargs=(clean,)
    ) as pool:
        waiting = list(_started(seeing, model, options, pool))
        return [one.result() for one in waiting]


def _started(
    seeing: Seeing, model: OpenedModel, options: argparse.Namespace, pool: Executor
) -> Iterator[Future[FaultResult]]:
    for fault, where in _faults(options):
        yield pool.submit(
            judge_fault,
            FaultTask(
                name=fault.name,
                where=where,
                faulty=_known(seeing, fault, options.faulty, model, options, pool),
                reference=_reference(options),
                windows=options.runs,
                pilots=options.pilots,
                seed=options.seed,
            ),
        )


def _faults(options: argparse.Namespace) -> Iterator[tuple[Fault, Where]]:
    found = [Fault(name=name) for name in PIPELINE_FAULTS if _PIPELINE in options.only]
    if _IMAGENET_C in options.only:
        found += [Fault(name=name, severity=options.severity) for name in CORRUPTIONS]
    named = [one for one in found if not options.faults or one.name in options.faults]
    return ((one, where) for where in options.where for one in named)


def _known(
    seeing: Seeing,
    fault: Fault | None,
    most: int,
    model: OpenedModel,
    options: argparse.Namespace,
    pool: Executor,
) -> Measured:
    """Return the first pictures, with a fault, as the product knows them."""
    pictures = seeing.pictures[:most]
    features = measure(
        pictures, fault, seeing.encoding, cache=options.cache, pool=pool, report=lambda _: None
    )
    views = views_of(pictures, fault, seeing.encoding, model, options.cache)
    name = "no fault" if fault is None else f"{fault.name} {fault.severity or ''}"
    print(f"{name}: {len(pictures):,} pictures looked at", file=sys.stderr)
    return Measured(features=features, views=views)


def _reference(options: argparse.Namespace) -> int:
    return options.reference or _REFERENCES[options.model]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR")
    parser.add_argument("--model", choices=(_SMALL_NET, _LITE0), required=True)
    parts = (_PIPELINE, _IMAGENET_C)
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, metavar="PART")
    parser.add_argument("--faults", nargs="+", metavar="NAME", help="these faults only")
    parser.add_argument("--where", nargs="+", type=Where, choices=list(Where), default=list(Where))
    parser.add_argument("--severity", type=int, choices=range(1, 6), default=1)
    parser.add_argument("--reference", type=int, metavar="N", help="1,400 digits, 900 photographs")
    parser.add_argument("--runs", type=int, default=40, help="windows of each fault")
    parser.add_argument("--pilots", type=int, default=10, help="windows to choose a strength by")
    parser.add_argument("--faulty", type=int, default=200, help="pictures with each fault")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    kept = Path(tempfile.gettempdir(), "image-drift-view-faults")
    parser.add_argument("--cache", type=Path, default=kept, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
