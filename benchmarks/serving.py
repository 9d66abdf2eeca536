"""What the prediction log costs a TorchServe, and what is lost when the server ends.

Trains the small model of ``examples/torchserve`` and serves it by a real TorchServe on loopback:
with the log and twice without it, one request to each in an order by chance, so that the second
without the log shows what two equal models differ by. Then servers are ended under load, in four
ways, and the rows that the log lacks are counted against the requests that were answered.

Run ``make torchserve`` once, which makes the environment of the server; then
``python -m benchmarks.serving`` (about ten minutes). The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving_parts import latency, losses
from benchmarks.serving_parts.models import Place, prepare
from examples.serving.running import ROOT, check_programs, end_by_exceptions

_WORKERS = (1, 4)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000, help="of three requests each")
    parser.add_argument("--trials", type=int, default=2, help="of each ending")
    parser.add_argument("--only", choices=("latency", "losses"))
    parser.add_argument("--programs", type=Path, default=ROOT / ".venv-serving" / "bin")
    options = parser.parse_args()
    end_by_exceptions()
    check_programs(options.programs)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    is_within = True
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        place = prepare(options.programs, work)
        if options.only != "losses":
            is_within &= _latency(place, options.rounds, work)
        if options.only != "latency":
            is_within &= _losses(place, options.trials, work)
    sys.exit(0 if is_within else 1)


def _latency(place: Place, rounds: int, work: Path) -> bool:
    _print_row(latency.HEADER)
    _print_row(["---"] * len(latency.HEADER))
    is_within = True
    for workers in _WORKERS:
        found = latency.measure(place, workers, rounds, work)
        _print_row(found.row())
        is_within &= found.is_within()
    print()
    return is_within


def _losses(place: Place, trials: int, work: Path) -> bool:
    _print_row(losses.HEADER)
    _print_row(["---"] * len(losses.HEADER))
    is_within = True
    for ending in losses.ENDINGS:
        for workers in _WORKERS:
            found = losses.measure(place, ending, workers, trials, work)
            _print_row(found.row())
            is_within &= found.older == 0
    return is_within


def _print_row(cells: Sequence[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
