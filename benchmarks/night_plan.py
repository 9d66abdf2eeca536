"""What very many images a night take, computed from what an image and a row of the cache take here.

    python -m benchmarks.night_plan                            1e8 images in eight hours
    python -m benchmarks.night_plan --images 1e7 --pack 2000   ten million, packed
    python -m benchmarks.night_plan --json figures.json        and computed again from the same
    python -m benchmarks.night_plan --figures figures.json --core-hour 0.04 --reads 0.004

Measures images of four kinds (all features, one thread) and what loading a feature cache takes the
run that collects, at the numbers of rows of `--rows`, in a process of its own; computes core-hours,
machines of four cores, shards, requests and bytes of a night, and where one job breaks first. Of
fetching and of handing over it takes what other benchmarks have measured (`--fetch-ms`, from
`benchmarks.fetching`; `--own-ms` and `--row-kb`, from `benchmarks.million`). Processor time
throughout. Prices are those that the options name; without them no cost is shown.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.night_plan_parts.measuring import kinds, loadings
from benchmarks.night_plan_parts.plan import (
    CollectingMachine,
    KindFigures,
    Loading,
    NightDemand,
    NightPlan,
    Prices,
    limits,
    loading_of,
    plan,
)
from benchmarks.throughput import machine
from jobs.times.windows import MOST_ROWS
from reference_stats.extraction.sharded.elsewhere import SHARD_IMAGES, fitting_shard_images


@dataclass(frozen=True, slots=True, kw_only=True)
class NightFigures:
    """What a plan is computed from.

    Attributes
    ----------
    state
        The machine that it was measured on.
    kinds
        What images of each kind take.
    loadings
        What loading caches took, by their rows.
    base_mb
        What the process had before it loaded one.
    """

    state: dict[str, Any]
    kinds: list[KindFigures]
    loadings: dict[int, Loading]
    base_mb: float

    def as_json(self) -> dict[str, Any]:
        """Return it as `read_figures` reads it."""
        return {
            "machine": self.state,
            "kinds": [asdict(one) for one in self.kinds],
            "loadings": {str(rows): asdict(one) for rows, one in self.loadings.items()},
            "base_mb": self.base_mb,
        }


def measure(options: argparse.Namespace) -> NightFigures:
    """Measure images and caches on this machine."""
    state, of_kinds = machine(), list(kinds(options.rounds))
    found = list(loadings(sorted(set(options.rows)), options.scratch))
    return NightFigures(
        state=state,
        kinds=of_kinds,
        loadings={rows: one for rows, one, _ in found},
        base_mb=found[-1][2],
    )


def read_figures(path: Path) -> NightFigures:
    """Return what an earlier call has measured and written with ``--json``."""
    said = json.loads(path.read_bytes())
    return NightFigures(
        state=said["machine"],
        kinds=[KindFigures(**one) for one in said["kinds"]],
        loadings={int(rows): Loading(**one) for rows, one in said["loadings"].items()},
        base_mb=said["base_mb"],
    )


def show_images(figures: Sequence[KindFigures], options: argparse.Namespace) -> list[NightPlan]:
    """Print and return what a night of each kind takes."""
    demand = NightDemand(
        images=int(options.images),
        hours=options.hours,
        fetch_s=options.fetch_ms / 1000,
        own_s=options.own_ms / 1000,
        wait_s=options.latency_ms / 1000 / options.threads,
        images_a_pack=options.pack,
        efficiency=options.efficiency,
    )
    prices = Prices(core_hour=options.core_hour, reads=options.reads, gigabyte=options.gigabyte)
    print(f"\n{demand.images:,} images in {demand.hours:g} hours:\n")
    print(
        "| images | CPU ms each | KB each | core-hours | machines of 4 cores | shards | requests | "
        "TB | Mbit/s a machine | cost |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    found = []
    for one in figures:
        shard = fitting_shard_images(one.pixels)
        night = plan(one, demand, shard_images=shard, prices=prices)
        cost = "-" if night.cost is None else f"{night.cost:,.0f}"
        print(
            f"| {one.name} | {1000 * one.compute_s:.3g} | {one.size_bytes / 1000:.3g} | "
            f"{night.core_hours:,.1f} | {night.machines:,} | {night.shards:,} | "
            f"{night.requests:,} | {night.size_bytes / 1e12:.3g} | {night.megabits:,.0f} | "
            f"{cost} |",
            flush=True,
        )
        found.append(night)
    return found


def show_run(
    measured: dict[int, Loading], base_mb: float, options: argparse.Namespace
) -> dict[str, Any]:
    """Print and return what the run that collects takes, and where one job breaks."""
    images = int(options.images)
    print("\n| rows of the cache | CPU s to load | MB beyond the program's own |\n|---|---|---|")
    for rows, one in measured.items():
        print(f"| {rows:,} | {one.cpu_s:,.1f} | {one.peak_mb:,.0f} |")
    whole = loading_of(images, measured)
    print(f"| {images:,} (computed) | {whole.cpu_s:,.0f} | {whole.peak_mb:,.0f} |")
    found = limits(
        measured,
        CollectingMachine(
            memory_mb=1000 * options.memory_gb,
            base_mb=base_mb,
            row_mb=options.row_kb / 1000,
            most_rows=MOST_ROWS,
            hours=1.0,
            shard_images=SHARD_IMAGES,
        ),
    )
    print("\n| one job breaks first at | images a window | why |\n|---|---|---|")
    for limit in found:
        many = "-" if limit.images is None else f"{limit.images:,}"
        print(f"| {limit.thing} | {many} | {limit.why} |")
    narrowest = min(one.images for one in found if one.images is not None)
    jobs = -(-images // narrowest)
    print(f"\n{images:,} images take {jobs:,} jobs of at most {narrowest:,} each.")
    return {"loading": asdict(whole), "limits": [asdict(one) for one in found], "jobs": jobs}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, compute, print, and write the figures where `--json` says; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=float, default=1e8, help="new images a night")
    parser.add_argument("--hours", type=float, default=8.0, help="how long a night may take")
    parser.add_argument("--pack", type=int, default=1, help="images in one packed object")
    parser.add_argument("--fetch-ms", type=float, default=0.45, help="CPU of fetching an image")
    parser.add_argument("--own-ms", type=float, default=0.06, help="CPU of remembering an image")
    parser.add_argument("--latency-ms", type=float, default=20.0, help="of the store")
    parser.add_argument("--threads", type=int, default=32, help="of a machine, that wait for it")
    parser.add_argument("--row-kb", type=float, default=1.3, help="memory of a row of the window")
    parser.add_argument("--efficiency", type=float, default=1.0, help="of the engine")
    parser.add_argument("--memory-gb", type=float, default=32.0, help="of the run that collects")
    parser.add_argument("--core-hour", type=float, help="price of a core for an hour")
    parser.add_argument("--reads", type=float, help="price of 10,000 reading requests")
    parser.add_argument("--gigabyte", type=float, help="price of a gigabyte that is read")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", type=Path, help="the folder to work in")
    parser.add_argument("--figures", type=Path, help="measured before, by --json")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args(arguments)
    if len(set(options.rows)) < 2:
        parser.error("--rows: expected two different numbers of rows at least")
    found = measure(options) if options.figures is None else read_figures(options.figures)
    print(json.dumps(found.state), flush=True)
    nights = show_images(found.kinds, options)
    run = show_run(found.loadings, found.base_mb, options)
    if options.json:
        report = {
            **found.as_json(),
            "nights": [asdict(one) for one in nights],
            "run": run,
        }
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
