"""What the prediction logger costs a server, and what it loses.

``python -m benchmarks.prediction_logging [--rounds 1500] [--only latency|losses|requests|costs]``
needs FastAPI and uvicorn, and nothing else of the project's: any environment that has them will
do. It takes about three minutes. ``--store gs://BUCKET/FOLDER`` says where `requests` writes to,
such as a server of one's own with STORAGE_EMULATOR_HOST; else it is a folder. The bars are those of
docs/prediction-log.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial

from benchmarks.prediction_logging_parts.costs import measure_costs
from benchmarks.prediction_logging_parts.latency import measure_latency
from benchmarks.prediction_logging_parts.losses import measure_losses
from benchmarks.prediction_logging_parts.store_requests import measure_requests


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1_500, help="requests to each of 4 servers")
    parser.add_argument("--only", choices=("latency", "losses", "requests", "costs"))
    parser.add_argument("--store", help="where `requests` writes to; a folder without it")
    chosen = parser.parse_args()
    parts: dict[str, Callable[[], list[str]]] = {
        "latency": partial(measure_latency, chosen.rounds),
        "losses": measure_losses,
        "requests": partial(measure_requests, chosen.store),
        "costs": measure_costs,
    }
    load = os.getloadavg()[0]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} before")
    for name, part in parts.items():
        if chosen.only in (None, name):
            print(f"\n{name}")
            for line in part():
                print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
