"""Use what was installed from the wheels, as a user would: ``python -m release.trial ENVIRONMENT``.

Works in a folder of its own, so that nothing can come from the checkout. It runs ``drift demo`` and
logs one prediction.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_IMPORTED = """
import drift, jobs, prediction_log, reference_stats, reports, sys
for package in (drift, jobs, prediction_log, reference_stats, reports):
    if not package.__file__.startswith(sys.prefix):
        sys.exit(f"{package.__name__} comes from {package.__file__}. Expected {sys.prefix}.")
log = prediction_log.PredictionLog("served", spool="spool")
log.log(b"BM", prediction="beagle")
"""
_REPORTS = Path("demo_bucket/data_drift_reports/demo")


def try_out(environment: Path) -> float:
    """Run the demo of an environment and log one prediction with it.

    Returns
    -------
    float
        How many seconds the demo took, with compiling the image features.

    Raises
    ------
    SystemExit
        When a command fails, or the demo's last day is not said to have drifted.
    """
    programs = environment.absolute() / "bin"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run([programs / "python", "-c", _IMPORTED], folder)
        if not list(folder.glob("served/**/*.jsonl*")):
            sys.exit("image-drift-log was asked to record a prediction and wrote no log.")
        return run_demo(environment, folder)


def run_demo(environment: Path, folder: Path) -> float:
    """Run the demo in a folder and return how many seconds it took.

    Raises
    ------
    SystemExit
        When it fails, its last day is not said to have drifted, or its labels are not read.
    """
    started = time.monotonic()
    _run([environment.absolute() / "bin/drift", "demo"], folder)
    took_s = time.monotonic() - started
    latest = json.loads((folder / _REPORTS / "latest.json").read_bytes())
    page = folder / _REPORTS / "runs" / latest["run_id"] / "report.html"
    if latest["verdict"] != "drift" or not page.exists():
        sys.exit(f"The demo's last day is {latest['verdict']}. Expected drift and {page}.")
    quality = latest["model_quality"]["headline"]
    if not quality.startswith("accuracy"):
        sys.exit(f"The demo says of its model: {quality}. Expected its accuracy.")
    return took_s


def _run(command: Sequence[str | Path], folder: Path) -> None:
    own = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Try an environment and print how long its demo took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environment", type=Path)
    took_s = try_out(parser.parse_args(arguments).environment)
    print(f"Installed from the wheels, `drift demo` runs: {took_s:.0f} s, compiling included.")


if __name__ == "__main__":
    main()
