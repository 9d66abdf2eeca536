"""Which pictures a report shows: how many of the first twelve have the fault.

    python -m benchmarks.pictures_shown                       packaged pictures, minutes
    python -m benchmarks.pictures_shown --images PHOTOGRAPHS

One image in ten of a window has a fault: 18 faults of cameras and pipelines and the 19 corruptions
of ImageNet-C at severity 3. Window and reference are drawn from the same photographs, none of which
is in both. Every window goes through the same `compare`, `rank_images`, `find_offenders` and
`list_affected` as that of a run; a window that raises no alarm shows no pictures and does not
count. Beside them stands the ranking by distance along the drift alone. `listed` is about the
table of all affected images: what part of it has the fault, and what part of the faulty images is
in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.detection_parts.corruptions import CORRUPTIONS, require_corruptions
from benchmarks.detection_parts.picture_features import Encoding, Fault, measure
from benchmarks.detection_parts.pictures import Pixels, folder_photographs, packaged_crops
from benchmarks.detection_parts.pipeline_faults import PIPELINE_FAULTS
from benchmarks.pictures_shown_parts.fingerprints import fingerprints_of
from benchmarks.pictures_shown_parts.showing import FIRST, Photographs, Shown, look

_SEVERITY = 3
_FAULTY_PHOTOGRAPHS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes:
    window: int
    reference: int
    windows: int

    @property
    def clean(self) -> int:
        return self.window - self.window // 10 + self.reference


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    options = _parser().parse_args(arguments)
    require_corruptions()
    sizes = _Sizes(window=options.window, reference=options.reference, windows=options.windows)
    faulty = max(_FAULTY_PHOTOGRAPHS, sizes.window // 10)
    pictures = _pictures(options.images, faulty + sizes.clean)
    faults = [Fault(name=name) for name in PIPELINE_FAULTS]
    faults += [Fault(name=name, severity=_SEVERITY) for name in CORRUPTIONS]
    rows = {}
    with ProcessPoolExecutor(options.processes) as pool:

        def measured(some: Sequence[Pixels], fault: Fault | None) -> Photographs:
            return Photographs(
                numbers=measure(
                    some,
                    fault,
                    Encoding.JPEG,
                    cache=options.cache,
                    pool=pool,
                    report=lambda _done: None,
                ),
                prints=fingerprints_of(some, fault, pool),
            )

        clean = measured(pictures[faulty:], None)
        for fault in faults:
            broken = measured(pictures[:faulty], fault)
            looked = [
                look(clean, broken, sizes.window, sizes.reference, seed)
                for seed in range(sizes.windows)
            ]
            rows[fault.name] = _mean([one for one in looked if one is not None], sizes.windows)
            print(_line(fault.name, rows[fault.name]), flush=True)
    seen = pd.DataFrame([row for row in rows.values() if row["alarms"] > 0])
    print(_line(f"mean of {len(seen)} faults", seen.mean()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pictures_shown",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--images", type=Path, help="a folder of photographs; else packaged ones")
    parser.add_argument("--window", type=int, default=500)
    parser.add_argument("--reference", type=int, default=400)
    parser.add_argument("--windows", type=int, default=2, help="how many of each fault")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/image-drift-benchmark")
    return parser


def _pictures(folder: Path | None, count: int) -> list[Pixels]:
    pictures = list(packaged_crops(count) if folder is None else folder_photographs(folder, count))
    if len(pictures) < count:
        raise SystemExit(
            f"{folder} holds {len(pictures)} photographs; {count} are needed. Give smaller "
            "--window and --reference."
        )
    return pictures


def _mean(looked: Sequence[Shown], windows: int) -> pd.Series[float]:
    names = ("ours", "by_distance", "precision", "recall")
    table = pd.DataFrame([astuple(one) for one in looked], columns=names)
    mean = table.mean() if len(table) else pd.Series(np.nan, index=names)
    alarms: pd.Series[float] = pd.Series({"alarms": len(looked) / windows})
    return pd.concat([alarms, mean.astype("float64")])


def _line(name: str, row: pd.Series[float]) -> str:
    if np.isnan(row["ours"]):
        return f"{name:22} no alarm"
    return (
        f"{name:22} alarms {row['alarms']:4.0%}   of the first {FIRST}: {row['ours']:4.0%}, by "
        f"distance {row['by_distance']:4.0%}   listed: {row['precision']:4.0%} of the table, "
        f"{row['recall']:4.0%} of the faulty"
    )


if __name__ == "__main__":
    main()
