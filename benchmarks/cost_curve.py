"""What a run costs with a hundred to a million images or rows, as a table and a plot.

Run as ``python -m benchmarks.cost_curve --plot docs/images/cost-curve.svg`` (a quarter of an hour
on two cores). It runs `benchmarks.feature_cache`, `benchmarks.comparison_scale` and
`benchmarks.log_reading` and adds what new images cost. Of those no more than `--images` are
measured; their cost grows with their number, and the plot shows what is beyond as a dotted line.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from benchmarks.throughput import machine
from benchmarks.throughput_parts.corpora import Corpus, make_corpora, source_pictures
from benchmarks.throughput_parts.ways import SETTINGS
from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from reference_stats.extraction.extract import extract
from reference_stats.extraction.warm_up import warm_up

SIZES = tuple(10**power for power in range(2, 7))
KINDS = ("500x375 JPEG", "1920x1080 JPEG", "28x28 PNG")
Curve = dict[int, float]


def image_curve(corpus: Corpus, sizes: Sequence[int]) -> Curve:
    """Return the seconds from files in a folder to features, by the number of images."""
    curve: Curve = {}
    with tempfile.TemporaryDirectory() as folder:
        originals = [Path(folder) / f"{place}.img" for place in range(len(corpus.files))]
        for path, data in zip(originals, corpus.files, strict=True):
            path.write_bytes(data)
        for size in sizes:
            locations = list(_linked(originals, size, Path(folder)))
            start = time.perf_counter()
            extract(locations, SETTINGS, open_bucket=open_bucket, cache=None)
            curve[size] = time.perf_counter() - start
    return curve


def _linked(originals: Sequence[Path], size: int, folder: Path) -> list[ImageLocation]:
    names = [f"{size}/{number}.img" for number in range(size)]
    (folder / str(size)).mkdir()
    for name, original in zip(names, islice(cycle(originals), size), strict=True):
        os.link(original, folder / name)
    return [ImageLocation(bucket_url=str(folder), name=name, path=name) for name in names]


def cache_curve(folder: Path) -> Curve:
    """Return the seconds in which 1,000 images are found among so many computed earlier."""
    target = folder / "cache.json"
    sizes = [str(size) for size in SIZES if size >= 1_000]
    _run("feature_cache", "--runs", "daily", "--json", str(target), "--sizes", *sizes)
    rows = json.loads(target.read_text(encoding="utf-8"))["rows"]
    return {
        row["images"]: row["load_s"]
        for row in rows
        if row["compacted"] and row["window"] == "newest"
    }


def comparison_curve(folder: Path) -> Curve:
    """Return the seconds from features to a verdict and its pages, by the rows of a window."""
    target = folder / "comparison.json"
    _run("comparison_scale", "--curve", "--json", str(target))
    results = json.loads(target.read_text(encoding="utf-8"))["results"]
    return {found["rows"]: found["total_s"] for found in results}


def log_curve() -> Curve:
    """Return the seconds in which a day is read out of a log of so many rows."""
    curve: Curve = {}
    for size in (*SIZES, 10 * SIZES[-1]):
        printed = _run("log_reading", "--rows", str(size), "--rounds", "1", "--json")
        curve[size] = json.loads(printed)["readers"]["window"]["seconds"]
    return curve


def _run(benchmark: str, *options: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{benchmark}", *options]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(most_images: int) -> dict[str, Curve]:
    """Return every curve by what it shows."""
    warm_up()
    sizes = [size for size in SIZES if size <= most_images]
    corpora = {
        corpus.name: corpus for corpus in make_corpora(source_pictures(), KINDS.__contains__)
    }
    curves: dict[str, Curve] = {}
    for kind in KINDS:
        few = sizes if kind != KINDS[1] else [size for size in sizes if size <= most_images // 10]
        curves[f"new images, {kind}"] = image_curve(corpora[kind], few)
        show(curves)
    with tempfile.TemporaryDirectory() as folder:
        curves["verdict and pages, rows of the window"] = comparison_curve(Path(folder))
        curves["reading the log, rows of the log"] = log_curve()
        curves["images computed earlier, all in the cache"] = cache_curve(Path(folder))
    show(curves)
    return curves


def show(curves: Mapping[str, Curve]) -> None:
    """Print a line per curve."""
    for name, curve in curves.items():
        values = "  ".join(f"{size:,}: {seconds:.3g} s" for size, seconds in curve.items())
        print(f"{name:45} {values}", flush=True)
    print()


def plot(curves: Mapping[str, Curve], target: Path) -> None:
    """Draw the curves, both axes logarithmic."""
    import matplotlib as mpl  # noqa: PLC0415 - only for the picture

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    mpl.rcParams["svg.hashsalt"] = "image-drift"
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for name, curve in curves.items():
        sizes, seconds = list(curve), list(curve.values())
        (line,) = axes.plot(sizes, seconds, marker="o", markersize=4, label=name)
        if name.startswith("new images") and sizes[-1] < SIZES[-1]:
            rest = SIZES[-1] / sizes[-1]
            beyond = [sizes[-1], SIZES[-1]], [seconds[-1], seconds[-1] * rest]
            axes.plot(*beyond, linestyle=":", color=line.get_color())
    axes.set(xscale="log", yscale="log", xlabel="images or rows", ylabel="seconds, two cores")
    axes.grid(which="major", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, default=10_000, help="most images of a kind")
    parser.add_argument("--plot", type=Path, metavar="SVG")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    state = machine()
    curves = measure(options.images)
    if options.json:
        document = {"machine": state, "seconds": curves}
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if options.plot:
        plot(curves, options.plot)


if __name__ == "__main__":
    main()
