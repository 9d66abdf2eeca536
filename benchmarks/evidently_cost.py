"""What Evidently's report costs a run, by ``evidently.report``, and what each patch of it saves.

    python -m benchmarks.evidently_cost                  full, drift and off
    python -m benchmarks.evidently_cost --patches        each patch left out once

The window is that of `benchmarks.comparison_scale`: all image features, a class of 20, a confidence
and five probabilities. Each way is measured in processes of its own; seconds are those of the
processor, the least of some rounds, as other programs of the machine only ever add to them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WAYS = ("full", "drift", "off")


def measure_here(way: str, rows: int, reference: int) -> dict[str, float]:
    """Make one report in this process; return what importing and making it took, and its size."""
    from benchmarks.comparison_parts.judging import columns_and_findings  # noqa: PLC0415
    from benchmarks.comparison_parts.traffic import make_traffic  # noqa: PLC0415
    from drift.evidently.report import import_quietly, render  # noqa: PLC0415

    columns, findings = columns_and_findings(make_traffic(rows, reference, drifts=True))
    if way == "off":
        return {"import_s": 0.0, "report_s": 0.0, "bytes": 0}
    started = time.process_time()
    import_quietly("drift.evidently.api")
    imported = time.process_time()
    made = render(columns, findings, with_summary=way == "full")
    return {
        "import_s": imported - started,
        "report_s": time.process_time() - imported,
        "bytes": len(made.html) + len(made.json),
    }


def measure(way: str, rows: int, reference: int, rounds: int) -> dict[str, float]:
    """Do the same in fresh processes, and take the least of each figure."""
    command = [sys.executable, "-m", "benchmarks.evidently_cost", "--here", way]
    command += ["--rows", str(rows), "--reference", str(reference)]
    environment = os.environ | {"DO_NOT_TRACK": "1", "OPENBLAS_NUM_THREADS": "1"}
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        )
        found.append(json.loads(done.stdout))
    return {name: min(one[name] for one in found) for name in found[0]}


def measure_patches(rows: int, reference: int, rounds: int) -> Iterator[tuple[str, float, int]]:
    """Yield each patch with the seconds and bytes that a report without it takes more."""
    from benchmarks.comparison_parts.judging import columns_and_findings  # noqa: PLC0415
    from benchmarks.comparison_parts.traffic import make_traffic  # noqa: PLC0415
    from drift.evidently import registry  # noqa: PLC0415
    from drift.evidently.report import import_quietly, render  # noqa: PLC0415

    given = columns_and_findings(make_traffic(rows, reference, drifts=True))
    api = import_quietly("drift.evidently.api")
    names = [patch.target for patch in registry.patches()]
    # The first report pays for what Plotly imports.
    render(*given)
    least: dict[str, tuple[float, int]] = {}
    for _ in range(rounds):
        for name in ("", *names):
            with _without(api, name):
                started = time.process_time()
                made = render(*given)
                took = time.process_time() - started
            size = len(made.html) + len(made.json)
            least[name] = min((took, size), least.get(name, (took, size)))
    usual, bytes_usual = least.pop("")
    yield "(all patches in place)", usual, bytes_usual
    for name, (took, size) in least.items():
        yield name, took - usual, size - bytes_usual


@contextmanager
def _without(api: Any, target: str) -> Iterator[None]:  # noqa: ANN401 - a module
    """Leave one patch out for as long as a report is made."""
    from drift.evidently import registry  # noqa: PLC0415
    from drift.evidently.patches import applied  # noqa: PLC0415

    usual = api.shortcuts
    api.shortcuts = lambda: applied([one for one in registry.patches() if one.target != target])
    try:
        yield
    finally:
        api.shortcuts = usual


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000, help="images in the window")
    parser.add_argument("--reference", type=int, default=10_000, help="images in the profile")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--patches", action="store_true", help="leave each patch out once")
    parser.add_argument("--here", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    size = (options.rows, options.reference)
    if options.here is not None:
        print(json.dumps(measure_here(options.here, *size)))
    elif options.patches:
        for name, seconds, further in measure_patches(*size, options.rounds):
            print(f"{seconds:8.2f} CPU s {further / 1e3:10,.0f} kB  {name}", flush=True)
    else:
        for way in WAYS:
            found = measure(way, *size, options.rounds)
            print(
                f"{way:6} import {found['import_s']:5.2f} CPU s, report "
                f"{found['report_s']:5.2f} CPU s, {found['bytes'] / 1e6:5.2f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
