"""What a run costs that has nothing new to compute, against importing Evidently alone.

Makes a bucket in a temporary folder: a reference set, and a day of requests whose images are views
of photographs that scikit-image and scikit-learn carry. One run fills the feature cache. Then come
rounds of three commands, one after the other: ``python -c "import evidently"``,
``python -m drift run`` over the same images with a new window end, so that it is really computed
and published, and ``drift --help``.

Run as ``python -m benchmarks.start`` (some minutes). Seeded.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from drift.demo.pictures import Pixels, encode, load_photographs, random_view

ROOT = Path(__file__).resolve().parents[1]
DAY = datetime(2025, 3, 3)  # noqa: DTZ001 - the API logs local times without a zone
REFERENCE_IMAGES = 500
# The requests come in this part of a day, so that many windows of a day hold all of them.
REQUESTS_OVER = timedelta(hours=20)
SPARE_S = 2.0
MOST_IMPORTS = 1.5
MOST_HELP_S = 0.3
JOB_FILE = """\
name = "start"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
[images]
path = "images/{id}_{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one command took.

    Attributes
    ----------
    seconds
        From its start to its end, by the clock.
    cpu_seconds
        Of all cores together.
    """

    seconds: float
    cpu_seconds: float


def write_world(folder: Path, images: int) -> None:
    """Write the job file and its bucket."""
    generator = np.random.default_rng(5)
    photographs = load_photographs()
    bucket = folder / "bucket"
    for number in range(REFERENCE_IMAGES):
        _write_view(bucket / "reference" / f"{number:04d}.jpg", photographs, generator)
    with (bucket / "predictions_log.csv").open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(["timestamp", "id", "filename", "prediction", "confidence"])
        for number in range(images):
            time_of_request = DAY + number * REQUESTS_OVER / images
            name, filename = f"{time_of_request:%Y%m%d%H%M%S}", f"upload {number}.jpg"
            _write_view(bucket / "images" / f"{name}_{filename}", photographs, generator)
            breed = str(generator.choice(["beagle", "boxer", "collie"]))
            confidence = round(float(generator.beta(8, 2)), 4)
            log.writerow([time_of_request.isoformat(), name, filename, breed, confidence])
    (folder / "job.toml").write_text(JOB_FILE, encoding="utf-8")


def _write_view(
    path: Path, photographs: Mapping[str, Pixels], generator: np.random.Generator
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photograph = photographs[str(generator.choice(sorted(photographs)))]
    path.write_bytes(encode(random_view(photograph, generator), generator))


def drift_run(number: int) -> list[str]:
    """Return the command of the n-th run: each has a window of its own with the same images."""
    until = DAY + REQUESTS_OVER + timedelta(minutes=1 + number)
    return ["-m", "drift", "run", "job.toml", "--until", until.isoformat()]


def spent(arguments: Sequence[str], folder: Path) -> Spent:
    """Run Python with `arguments` in a folder, and return what it took.

    Bytecode is written and used, as it is wherever this program is installed.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, started = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, check=True, capture_output=True
    )
    seconds, after = time.perf_counter() - started, os.times()
    cpu_seconds = (
        after.children_user - before.children_user + after.children_system - before.children_system
    )
    return Spent(seconds=round(seconds, 3), cpu_seconds=round(cpu_seconds, 3))


def measure(rounds: int, images: int) -> dict[str, object]:
    """Return what each command took in every round, the medians, and what the run may take."""
    taken: dict[str, list[Spent]] = {"import evidently": [], "drift run": [], "drift --help": []}
    stages: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as name:
        folder = Path(name)
        write_world(folder, images)
        first = spent(drift_run(0), folder)
        spent(["-c", "import evidently"], folder)
        for number in range(rounds):
            taken["import evidently"].append(spent(["-c", "import evidently"], folder))
            taken["drift run"].append(spent(drift_run(number + 1), folder))
            taken["drift --help"].append(spent(["-m", "drift", "--help"], folder))
            stages.append(_timings_of_newest_run(folder))
    return {
        "images": images,
        "rounds": rounds,
        "machine": _machine(),
        "first_run": asdict(first),
        "commands": {command: [asdict(one) for one in all_] for command, all_ in taken.items()},
        "stages": {stage: _median(one[stage] for one in stages) for stage in stages[0]},
        **_judged(taken),
    }


def _judged(taken: Mapping[str, Sequence[Spent]]) -> dict[str, object]:
    medians = {name: _median(one.seconds for one in all_) for name, all_ in taken.items()}
    cpu = {name: _median(one.cpu_seconds for one in all_) for name, all_ in taken.items()}
    allowed = MOST_IMPORTS * medians["import evidently"] + SPARE_S
    return {
        "median_seconds": medians,
        "median_cpu_seconds": cpu,
        "ratio": round(medians["drift run"] / medians["import evidently"], 3),
        "allowed_seconds": round(allowed, 3),
        "run_is_fast_enough": medians["drift run"] < allowed,
        "help_is_fast_enough": medians["drift --help"] < MOST_HELP_S,
    }


def _timings_of_newest_run(folder: Path) -> dict[str, float]:
    latest = folder / "bucket" / "data_drift_reports" / "start" / "latest.json"
    timings: dict[str, float] = json.loads(latest.read_bytes())["timings"]
    return timings


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 3)


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def main() -> None:
    """Print the medians and whether they are within what is allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON")
    options = parser.parse_args()
    found = measure(options.rounds, options.images)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in found.items() if k != "commands"}, indent=2))


if __name__ == "__main__":
    main()
