"""How often a class that the reference lacks is seen, with a model's view and without it.

    python -m benchmarks.new_classes --folder small/digits --model small-net
    python -m benchmarks.new_classes --folder small/cifar --model efficientnet-lite0
    python -m benchmarks.new_classes --folder small/digits --model small-net --false-alarms 2000
    python -m benchmarks.new_classes --folder small/digits --model small-net --days 12

A folder holds a folder of images for each class. Each class is the new one in turn: references and
windows are drawn at random from the images of all other classes, without overlap, and the new class
makes up a part of the window. ``small-net`` is a small net that is trained for each new class on
half of the images of the others, none of which is in a reference or a window;
``efficientnet-lite0`` is the ready embedder. Every trial is compared by the product itself, at its
usual false alarm rate: by the pixels' features alone, and with the model's view as a second family.

With --days each window is judged beside so many days before it, of as many images each, as a run
judges it once it knows normal days: the days' records, their replay and the judgement are the
product's. Days differ: along each of the eight widest axes of the embeddings the mean of a day's
images lies off by --differ standard deviations of an image, drawn anew for each day, or, with
--persistence, partly kept from the day before. Images of days may come again.

Features and views are computed once and kept in --cache. Rates are printed with their exact 95 %
interval. Every draw is fixed by --seed and its number. Needs torch: ``pip install
'image-drift[embedder]'``.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from benchmarks.detection_parts.intervals import clopper_pearson
from benchmarks.new_classes_parts.images import ClassFolders, measured
from benchmarks.new_classes_parts.looking import Seen, by_ready_embedder, by_small_net
from benchmarks.new_classes_parts.over_days import Days, alarms_over_days
from benchmarks.new_classes_parts.trials import Alarms, Cell, Pool

_SMALL_NET, _LITE0 = "small-net", "efficientnet-lite0"
_CELLS = ((100, 0.1), (300, 0.1), (100, 0.3))
_REFERENCES = {_SMALL_NET: 1_400, _LITE0: 3_000}
_REFERENCES_OF_DAYS = {_SMALL_NET: 1_000, _LITE0: 2_000}

Trial = Callable[[Cell, int], Alarms]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    images = ClassFolders.of(options.folder)
    cache = options.cache / hashlib.sha256(str(options.folder.resolve()).encode()).hexdigest()[:12]
    cache.mkdir(parents=True, exist_ok=True)
    new = options.new or images.classes
    pools = dict(_pools(images, new, options.model, cache))
    references = _REFERENCES_OF_DAYS if options.days else _REFERENCES
    reference = options.reference or references[options.model]
    trial = _trial(pools, options)
    if options.false_alarms:
        cells = [Cell(new=one, share=0.0, window=100, reference=reference) for one in new]
        _print("no drift, 100", cells, trial, options.false_alarms, options.seed)
        return 0
    for window, share in _CELLS:
        cells = [Cell(new=one, share=share, window=window, reference=reference) for one in new]
        _print(f"{share:.0%} of {window}", cells, trial, options.runs, options.seed)
    return 0


def _trial(pools: dict[str, Pool], options: argparse.Namespace) -> Trial:
    """Return what judges a window of a cell, drawn with a seed."""
    if not options.days:
        return lambda cell, seed: pools[cell.new].alarms(cell, seed)
    days = Days(number=options.days, differ=options.differ, persistence=options.persistence)
    return lambda cell, seed: alarms_over_days(pools[cell.new], cell, days, seed)


def _pools(
    images: ClassFolders, new: Sequence[str], model: str, cache: Path
) -> Iterator[tuple[str, Pool]]:
    features = measured(images, cache)
    for name in new:
        if model == _SMALL_NET:
            path, seed = cache / f"small-net-without-{name}.npz", images.classes.index(name)
            seen = Seen.kept(path, lambda: by_small_net(images, name, seed))  # noqa: B023 - called at once
            print(f"without {name}: accuracy {seen.accuracy:.1%}", file=sys.stderr)
        else:
            seen = Seen.kept(cache / f"{_LITE0}.npz", lambda: by_ready_embedder(images))
        yield name, Pool(labels=images.labels, features=features, seen=seen)


def _print(title: str, cells: Sequence[Cell], trial: Trial, runs: int, seed: int) -> None:
    start = time.monotonic()
    found: list[Alarms] = []
    for number, cell in enumerate(islice(cycle(cells), runs)):
        found.append(trial(cell, seed * 1_000_000 + number))
        seen = sum(one.both for one in found)
        print(f"\r{title}: {seen} of {number + 1}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    pixels = _rate(sum(one.pixels for one in found), runs)
    both = _rate(sum(one.both for one in found), runs)
    took = time.monotonic() - start
    reference = cells[0].reference
    print(f"{title} beside {reference:,}: pixels {pixels}, with the view {both}; {took:.0f} s")


def _rate(count: int, runs: int) -> str:
    low, high = clopper_pearson(count, runs)
    return f"{count}/{runs} = {count / runs:.1%} ({low:.1%} to {high:.1%})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR")
    parser.add_argument("--model", choices=(_SMALL_NET, _LITE0), required=True)
    parser.add_argument("--new", nargs="+", metavar="CLASS", help="these classes only")
    parser.add_argument("--reference", type=int, metavar="N", help="1,400 and 3,000 by default")
    parser.add_argument("--days", type=int, default=0, metavar="N", help="beside so many days")
    parser.add_argument("--differ", type=float, default=0.1, metavar="SIGMA", help="by default 0.1")
    parser.add_argument("--persistence", type=float, default=0.0, metavar="CORRELATION")
    parser.add_argument("--runs", type=int, default=40, help="of each cell, over all new classes")
    parser.add_argument("--false-alarms", type=int, metavar="RUNS", help="windows without drift")
    parser.add_argument("--seed", type=int, default=0)
    kept = Path(tempfile.gettempdir(), "image-drift-new-classes")
    parser.add_argument("--cache", type=Path, default=kept, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
