"""What the clients of S3 make of a bad network, and what a download costs with each.

Each client, with its own settings, reads through a relay that breaks its requests; what it gives
back is compared with what is stored. Then each downloads the same objects with 32 threads, in
interleaved rounds, from a server that costs next to nothing. ``jobs`` is this project's own bucket.
Clients that are not installed are left out. Run as ``python -m benchmarks.bucket_clients``; what
was chosen with it is in docs/decisions.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import tempfile
from pathlib import Path

from benchmarks.bucket_clients_parts.clients import OPENERS
from benchmarks.bucket_clients_parts.cost import measure_cost
from benchmarks.bucket_clients_parts.faults import try_faults
from tests.support.s3_server import ENVIRONMENT, missing_parts, running_s3_server


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=2000)
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    names = [name for name, (module, _) in OPENERS.items() if importlib.util.find_spec(module)]
    if missing := missing_parts():
        print(f"No faults are tried: {', '.join(missing)} not installed.")
    else:
        print("| fault |", " | ".join(names), "|")
        print("|---|" + "---|" * len(names))
        with tempfile.TemporaryDirectory() as folder, running_s3_server(Path(folder)) as server:
            for fault_name, found in try_faults(names, server):
                print(f"| {fault_name} |", " | ".join(found[name] for name in names), "|")
    print("\n| client | objects of 40 KB a second | ms of a core for each |")
    print("|---|---:|---:|")
    for name, (rate, cpu_ms) in measure_cost(names, options.objects).items():
        print(f"| {name} | {rate:.0f} | {cpu_ms:.2f} |")


if __name__ == "__main__":
    main()
