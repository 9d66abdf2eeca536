"""From pictures to the world that the cells draw from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection_parts.cells import Cell, PhotographCell, TableCell, World
from benchmarks.detection_parts.corruptions import require_corruptions
from benchmarks.detection_parts.picture_features import Encoding, Fault, measure
from benchmarks.detection_parts.pictures import (
    digit_pictures,
    folder_photographs,
    packaged_crops,
)
from benchmarks.detection_parts.plan import faults_of
from benchmarks.detection_parts.tables import Structure, make_population

PACKAGED_VIEWS = 1_200
# Corrupted photographs of the quick form; windows are drawn from them.
_QUICK_CORRUPTED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where pictures come from and how they are read.

    Attributes
    ----------
    folder
        A folder of photographs; None for views of packaged pictures.
    most
        At most so many photographs of the folder are used.
    keep_size
        Whether they are used as they are instead of the middle 224 x 224 pixels.
    encoding
        The kind of file that each is stored as.
    cache
        Where their features are kept.
    """

    folder: Path | None
    most: int
    keep_size: bool
    encoding: Encoding
    cache: Path


def load_pictures(source: Source) -> list[NDArray[np.uint8]]:
    """Return all pictures, uint8 of (height, width, 3)."""
    if source.folder is None:
        return list(packaged_crops(PACKAGED_VIEWS))
    return list(folder_photographs(source.folder, source.most, keep_size=source.keep_size))


def make_world(
    pictures: Sequence[NDArray[np.uint8]],
    source: Source,
    cells: Sequence[Cell],
    *,
    full: bool,
    pool: Executor,
) -> World:
    """Return what the cells draw from: populations, photographs, and those faults that they need.

    Raises
    ------
    CorruptionsMissingError
        A cell has a corruption, and the package that computes them is not installed.
    """
    faults = faults_of(cells)
    if not all(fault.is_of_pipeline for fault in faults):
        require_corruptions()

    def features(some: Sequence[NDArray[np.uint8]], fault: Fault | None) -> pd.DataFrame:
        title = f"{fault.name} {fault.severity or ''}".strip() if fault else "clean pictures"
        return measure(
            some,
            fault,
            source.encoding,
            cache=source.cache,
            pool=pool,
            report=_reporter(title, len(some)),
        )

    photographs = features(pictures, None)
    tables = dict.fromkeys(_structures(cells), photographs)
    if Structure.DIGITS in tables:
        tables[Structure.DIGITS] = features(digit_pictures(), None)
    needed = len(pictures) if full else max(_QUICK_CORRUPTED, _most_corrupted(cells))
    return World(
        populations={name: make_population(name, table) for name, table in tables.items()},
        photographs=photographs,
        corrupted={fault: features(pictures[:needed], fault) for fault in faults},
    )


def _structures(cells: Sequence[Cell]) -> set[Structure]:
    """Return what fresh tables are drawn from; times are always measured on the real structure."""
    return {Structure.REAL} | {cell.structure for cell in cells if isinstance(cell, TableCell)}


def _most_corrupted(cells: Sequence[Cell]) -> int:
    return max((cell.corrupted for cell in cells if isinstance(cell, PhotographCell)), default=0)


def _reporter(title: str, total: int) -> Callable[[int], None]:
    def report(done: int) -> None:
        end = "\n" if done >= total else ""
        print(f"\rfeatures of {title}: {done:,} of {total:,}", end=end, file=sys.stderr, flush=True)

    return report
