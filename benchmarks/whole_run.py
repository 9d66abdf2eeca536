"""Processor seconds of a whole run over 1,000 new photographs with its report, and of a repeat.

    python -m benchmarks.whole_run                       views of pictures that packages ship
    python -m benchmarks.whole_run --folder DIR          photographs of a folder: 1,180 are needed

A job as `drift init` proposes it, on a folder: the reference profile is there already, from a run
over a few images of the day before. Then come rounds of two runs, `drift run` each: the first over
images that are all new, the second over the same images with a new window end, so that it is really
computed and published. Each round starts from a copy of the bucket as it was before. Seconds are
those of the run's whole tree of processes, user and system, medians; `import evidently`, which both
hold, is measured in the same rounds.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from benchmarks.photographs import TooFewPhotographsError, put_link, put_photographs
from benchmarks.process_tree import CommandFailedError, Spent, run_measured
from benchmarks.start import DAY, JOB_FILE, REQUESTS_OVER, ROOT, drift_run
from benchmarks.throughput import machine

IMAGES = 1_000
# CPU seconds of so many images.
BARS = {"new": 9.5, "repeated": 5.5}
# Of the day before, so that a run can make the reference profile.
EARLIER = 30
_LINKED = ("images", "reference")
_CLASSES = ("beagle", "boxer", "collie")


def write_world(folder: Path, images: int, reference: int, source: Path | None) -> None:
    """Write a job file and its bucket, and do the run that makes the reference profile."""
    taken = folder / "photographs"
    paths = put_photographs(taken, EARLIER + images + reference, source)
    bucket = folder / "bucket"
    for name in _LINKED:
        (bucket / name).mkdir(parents=True)
    for path in paths[EARLIER + images :]:
        path.rename(bucket / "reference" / path.name)
    with (bucket / "predictions_log.csv").open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(["timestamp", "id", "filename", "prediction", "confidence"])
        for number, path in enumerate(paths[: EARLIER + images]):
            first = DAY - timedelta(days=1) if number < EARLIER else DAY
            moment = first + (number % max(images, EARLIER)) * REQUESTS_OVER / (EARLIER + images)
            name = f"{moment:%Y%m%d%H%M%S}{number:06}"
            path.rename(bucket / "images" / f"{name}_{path.name}")
            confidence = 0.6 + 0.01 * (number % 40)
            log.writerow(
                [moment.isoformat(), name, path.name, _CLASSES[number % 3], f"{confidence:.2f}"]
            )
    taken.rmdir()
    (folder / "job.toml").write_text(JOB_FILE, encoding="utf-8")
    _drift(["-m", "drift", "run", "job.toml", "--until", DAY.isoformat()], folder)


def copy_world(folder: Path, target: Path) -> None:
    """Copy a world, the images by links."""
    target.mkdir()
    shutil.copy(folder / "job.toml", target)
    shutil.copytree(
        folder / "bucket", target / "bucket", ignore=lambda _, names: set(_LINKED) & set(names)
    )
    for name in _LINKED:
        (target / "bucket" / name).mkdir()
        for path in (folder / "bucket" / name).iterdir():
            put_link(path, target / "bucket" / name / path.name)


def measure(
    rounds: int, images: int, reference: int, source: Path | None
) -> dict[str, list[Spent]]:
    """Return what each command took in every round."""
    taken: dict[str, list[Spent]] = {"import evidently": [], "new": [], "repeated": []}
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as name:
        world = Path(name) / "world"
        world.mkdir()
        write_world(world, images, reference, source)
        for number in range(rounds):
            copy = Path(name) / f"round-{number}"
            copy_world(world, copy)
            taken["import evidently"].append(_drift(["-c", "import evidently"], copy))
            taken["new"].append(_drift(drift_run(0), copy))
            _require_images(copy, images)
            taken["repeated"].append(_drift(drift_run(1), copy))
            _require_images(copy, images)
            shutil.rmtree(copy)
    return taken


def _drift(arguments: Sequence[str], folder: Path) -> Spent:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return run_measured([sys.executable, *arguments], folder=folder, environment=environment)


def _require_images(folder: Path, images: int) -> None:
    """Make sure that a run measured what it should: a run that loses images is fast."""
    latest = folder / "bucket" / "data_drift_reports" / "start" / "latest.json"
    counts = json.loads(latest.read_bytes())["images"]
    if counts["analysed"] != images:
        raise CommandFailedError(f"a run analysed {counts} images. Expected {images:,}.")


def show(taken: dict[str, list[Spent]], bars: Mapping[str, float]) -> None:
    """Print the medians beside their bars."""
    for name, all_ in taken.items():
        cpu = statistics.median(one.cpu_s for one in all_)
        wall = statistics.median(one.wall_s for one in all_)
        bar = bars.get(name)
        said = "" if bar is None else f"  bar {bar:.1f}: {'met' if cpu <= bar else 'missed'}"
        print(f"{name:17} {cpu:7.2f} CPU s {wall:7.2f} s by the clock{said}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures where `--json` says; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="photographs of your own")
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--reference", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args(arguments)
    state = machine()
    print(json.dumps(state))
    try:
        taken = measure(options.rounds, options.images, options.reference, options.folder)
    except (TooFewPhotographsError, CommandFailedError) as error:
        print(error, file=sys.stderr)
        return 2
    show(taken, BARS if options.images == IMAGES else {})
    if options.json:
        runs = {
            name: [asdict(one) | {"output": ""} for one in all_] for name, all_ in taken.items()
        }
        report = {"machine": state, "images": options.images, "runs": runs}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
