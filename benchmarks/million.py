"""A million images of 28 pixels from end to end on one machine: seconds, CPU and memory by stage.

    python -m benchmarks.million                         a million files; 5 GB of disk, a while
    python -m benchmarks.million --packed                the same images in a tar an hour
    python -m benchmarks.million --images 20000          a look at the command itself

Makes digits with noise as PNG files in folders by day, a log of their requests over a week and a
reference; then a job does what a user's does, ``python -m drift.run``, and does it once more with a
new window end, where all images are known. Each stage is measured in the run itself, processor
seconds with those of the decoding processes, memory of the run's own process and of all processes
below it together. Everything lies in a temporary folder (`--scratch`), which is deleted at the end.
Linux only: memory is read from ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.million_parts.making import DAY, DAYS, NoRoomError, Pile, make_world, require_room
from benchmarks.process_tree import CommandFailedError, run_measured
from benchmarks.throughput import machine
from reference_stats.extraction.warm_up import warm_up

ROOT = Path(__file__).resolve().parents[1]
MOST_S = 6 * 3_600.0
# What the stages of a run are, in words; others are printed by their names.
STAGES = {
    "start": "imports before the first stage",
    "log": "reading the log",
    "profile": "the reference, from its images",
    "images": "extraction",
    "days": "normal days",
    "comparison": "comparison",
    "evidently": "Evidently's page, within pages",
    "pages": "pages and publishing",
}


def run(folder: Path, number: int, images: int) -> dict[str, Any]:
    """Do the n-th run of a world and return what it and its stages took."""
    until = DAY + timedelta(days=DAYS, minutes=number - 60)
    figures = folder / f"stages-{number}.json"
    command = [sys.executable, "-m", "benchmarks.million_parts.staged", str(figures), "job.toml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1"}
    spent = run_measured(
        [*command, "--until", until.isoformat()],
        folder=folder,
        environment=environment,
        most_s=MOST_S,
    )
    latest = folder / "bucket" / "data_drift_reports" / "million" / "latest.json"
    report = json.loads(latest.read_bytes())
    if report["images"]["analysed"] < images:
        raise CommandFailedError(
            f"the run analysed {report['images']} images. Expected all {images:,}.\n{spent.output}"
        )
    return {
        "verdict": report["verdict"],
        "wall_s": spent.wall_s,
        "cpu_s": spent.cpu_s,
        "stages": json.loads(figures.read_bytes()),
    }


def show(title: str, found: Mapping[str, Any]) -> None:
    """Print what a run and its stages took."""
    stages: Mapping[str, Mapping[str, float]] = found["stages"]
    print(f"\n{title}: verdict {found['verdict']}")
    print(f"  {'':34}{'seconds':>9}{'CPU s':>9}{'own CPU s':>11}{'own MB':>9}{'below, MB':>11}")
    for name, stage in stages.items():
        print(
            f"  {STAGES.get(name, name):34}{stage['wall_s']:9.1f}{stage['cpu_s']:9.1f}"
            f"{stage['own_s']:11.1f}{stage['own_mb']:9,.0f}{stage['children_mb']:11,.0f}"
        )
    own, below = (max(one[key] for one in stages.values()) for key in ("own_mb", "children_mb"))
    print(
        f"  {'the whole run':34}{found['wall_s']:9.1f}{found['cpu_s']:9.1f}{'':11}{own:9,.0f}"
        f"{below:11,.0f}",
        flush=True,
    )


def measure(pile: Pile, scratch: Path | None) -> dict[str, Any]:
    """Make the files, do both runs, print them, and clean up."""
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-", dir=scratch) as name:
        folder = Path(name)
        require_room(folder, pile)
        started = time.perf_counter()
        make_world(folder, pile)
        making = time.perf_counter() - started
        print(f"{pile.images:,} images and {pile.reference:,} of a reference: {making:.0f} s")
        # What a machine compiles once is no cost of images.
        warm_up()
        found: dict[str, Any] = {"images": pile.images, "packed": pile.packed, "making_s": making}
        for number, title in enumerate(("all images new", "the same images again")):
            found[title] = run(folder, number, pile.images)
            show(title, found[title])
        each = 1000 * found["all images new"]["stages"]["images"]["cpu_s"] / pile.images
        print(f"\n  {each:.3f} CPU ms an image of extraction", flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures where `--json` says; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--packed", action="store_true", help="a tar an hour in place of files")
    parser.add_argument("--scratch", type=Path, help="the folder to work in")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args(arguments)
    state = machine()
    print(json.dumps(state), flush=True)
    try:
        found = measure(Pile(images=options.images, packed=options.packed), options.scratch)
    except (NoRoomError, CommandFailedError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        report = {"machine": state, **found}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
