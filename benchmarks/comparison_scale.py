"""Seconds and memory of a verdict and its pages, by the number of images in the window.

    python -m benchmarks.comparison_scale --rows 1000000 --reference 100000
    python -m benchmarks.comparison_scale --rows 10000000 --without-evidently
    python -m benchmarks.comparison_scale --curve --json curve.json      10^2 to 10^6 rows

Every size runs in a process of its own, on one week of synthetic numbers: all image features, the
predicted class of 20, a confidence and five probabilities; no images are read. What is timed are
the pipeline's own functions, from the extracted outcomes to the bytes of ``report.json``,
``report.html``, ``evidently.html`` and ``evidently.json``. Evidently is imported before, as a run
does while it fetches images. Peak memory is that of the whole process, the libraries, the log's
rows and the outcomes included; it is read from ``/proc``, so that this runs on Linux only.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
MOST_SECONDS, MOST_PEAK_MB = 14.0, 1_500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Seconds, seconds of processors, and peak memory of each stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        forget_peak()
        started, busy = time.perf_counter(), time.process_time()
        yield
        self.cpu_seconds[name] = round(time.process_time() - busy, 3)
        self.seconds[name] = round(time.perf_counter() - started, 3)
        self.peak_mb[name] = peak_mb()


def peak_mb() -> float:
    """Return this process's largest memory since the last `forget_peak`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return round(int(found[1]) / 1024) if found else float("nan")


def forget_peak() -> None:
    """Start anew with the memory that is in use now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def tidy_up() -> None:
    """Give back what making the numbers took: it is no part of a run."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL(None).malloc_trim(0)


def measure_here(
    rows: int, reference: int, *, drifts: bool, seed: int, with_evidently: bool = True
) -> dict[str, Any]:
    """Judge one window in this process and make its pages."""
    from benchmarks.comparison_parts.judging import judge  # noqa: PLC0415 - sizes share no imports
    from benchmarks.comparison_parts.traffic import make_traffic  # noqa: PLC0415
    from drift.evidently.report import import_quietly  # noqa: PLC0415

    if with_evidently:
        import_quietly("drift.evidently.api")
    traffic = make_traffic(rows, reference, drifts=drifts, seed=seed)
    tidy_up()
    forget_peak()
    before = peak_mb()
    meter = Meter()
    started = time.perf_counter()
    judged = judge(traffic, meter.stage, with_evidently=with_evidently)
    total = time.perf_counter() - started
    return {
        "rows": rows,
        "reference": reference,
        "verdict": judged.verdict,
        "total_s": round(total, 2),
        "peak_mb": max(meter.peak_mb.values()),
        "before_mb": before,
        "total_cpu_s": round(sum(meter.cpu_seconds.values()), 2),
        "seconds": meter.seconds,
        "cpu_seconds": meter.cpu_seconds,
        "stage_peak_mb": meter.peak_mb,
        "bytes": judged.sizes,
    }


def measure(
    rows: int, reference: int, *, drifts: bool, seed: int = 0, with_evidently: bool = True
) -> dict[str, Any]:
    """Do the same in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.comparison_scale", "--here"]
    command += ["--rows", str(rows), "--reference", str(reference), "--seed", str(seed)]
    command += [] if drifts else ["--steady"]
    command += [] if with_evidently else ["--without-evidently"]
    # One thread multiplies, as in a run.
    environment = os.environ | {"DO_NOT_TRACK": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def import_seconds() -> float:
    """Return the seconds that importing Evidently takes: how fast the machine is just now."""
    environment = os.environ | {"DO_NOT_TRACK": "1"}
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import evidently"], check=True, env=environment)
    return round(time.perf_counter() - started, 2)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    options = _options(arguments)
    chosen: dict[str, Any] = {"drifts": not options.steady, "seed": options.seed}
    chosen |= {"with_evidently": not options.without_evidently}
    if options.here:
        print(json.dumps(measure_here(options.rows, options.reference, **chosen)))
        return
    sizes = SIZES if options.curve else (options.rows,)
    results = []
    for rows in sizes:
        yardstick = import_seconds()
        results.append(
            measure(rows, options.reference, **chosen) | {"import_evidently_s": yardstick}
        )
        _print(results[-1])
    if options.json is not None:
        document = {"machine": machine(), "results": results}
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="images in the window")
    parser.add_argument("--reference", type=int, default=100_000, help="images in the profile")
    parser.add_argument("--curve", action="store_true", help="10^2, 10^3, ... 10^6 rows")
    parser.add_argument("--steady", action="store_true", help="a window in which nothing drifted")
    parser.add_argument("--without-evidently", action="store_true", help="make no page of it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the figures to a file too")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _print(found: Mapping[str, Any]) -> None:
    print(
        f"{found['rows']:,} rows against {found['reference']:,}: {found['verdict']} in "
        f"{found['total_cpu_s']:.2f} CPU s (bar {MOST_SECONDS:g} for a million), "
        f"{found['total_s']:.2f} s by the clock, peak "
        f"{found['peak_mb']:,} MB (bar {MOST_PEAK_MB:,.0f} MB), {found['before_mb']:,} MB before; "
        f"importing Evidently took {found['import_evidently_s']:.2f} s"
    )
    for stage, seconds in found["seconds"].items():
        busy, memory = found["cpu_seconds"][stage], found["stage_peak_mb"][stage]
        print(f"  {stage:14} {busy:8.2f} CPU s {seconds:8.2f} s {memory:8,.0f} MB")


if __name__ == "__main__":
    main()
