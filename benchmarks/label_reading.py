"""How long labels take to be read and settled, each key once, against a bare reader.

Writes labels with id, image, class and time into a temporary folder, one in fifty of them for a key
that has one already; as CSV and as Parquet, with and without 20 further columns. Each is read in a
process of its own, and beside it by ``pyarrow`` alone.
Run as ``python -m benchmarks.label_reading``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
FURTHER = 20
MONTH_S = 30 * 86_400


def write_labels(folder: Path, count: int, further: int) -> list[Path]:
    """Write labels in any order as CSV and Parquet; return the two files."""
    random = np.random.default_rng(0)
    numbers = random.permutation(count)
    numbers[: count // 50] = numbers[count // 50 : 2 * (count // 50)]
    ids = pc.binary_join_element_wise(
        "req-", pc.utf8_lpad(pa.array(numbers).cast("str"), 8, "0"), ""
    )
    classes = pa.array(["beagle", "boxer", "collie", "poodle"])
    seconds = int(FIRST.timestamp()) + random.integers(0, MONTH_S, count)
    columns = {
        "id": ids,
        "image": pc.binary_join_element_wise("images/2025/", ids, ".jpg", ""),
        "label": classes.take(pa.array(random.integers(0, len(classes), count))),
        "given": pa.array(seconds * 1_000_000).cast(pa.timestamp("us", "UTC")),
    }
    columns |= {f"x{place}": pa.array(random.random(count).round(6)) for place in range(further)}
    table = pa.table(columns)
    paths = [folder / f"labels-{further}.csv", folder / f"labels-{further}.parquet"]
    texts = pc.strftime(table["given"].cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
    csv.write_csv(table.set_column(3, "given", texts), paths[0])
    parquet.write_table(table, paths[1])
    return paths


def read_as_job(path: Path) -> int:
    """Read the labels as a run does; return how many count."""
    from jobs.buckets.registry import open_bucket  # noqa: PLC0415 - the readers share no imports
    from jobs.job_file.label_settings import LabelColumns, LabelSettings  # noqa: PLC0415
    from jobs.job_file.prediction_settings import PredictionSettings  # noqa: PLC0415
    from jobs.labels.labels import UnreadLabels  # noqa: PLC0415
    from jobs.labels.reading import read_labels  # noqa: PLC0415

    columns = LabelColumns(id="id", image="image", label="label", timestamp="given")
    labels = read_labels(
        open_bucket(str(path.parent)),
        open_bucket,
        LabelSettings(path=path.name, columns=columns),
        PredictionSettings(path="log.csv"),
        since=FIRST,
        workers=2,
    )
    if isinstance(labels, UnreadLabels):
        raise labels.as_error()
    return len(labels.by_id)


def read_bare(path: Path) -> int:
    """Read all columns by pyarrow."""
    table = csv.read_csv(path) if path.suffix == ".csv" else parquet.read_table(path)
    return int(table.num_rows)


READERS: dict[str, Callable[[Path], int]] = {"job": read_as_job, "pyarrow": read_bare}


def measure(reader: str, path: Path) -> dict[str, float]:
    """Return processor time, largest memory and rows of one reader in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.label_reading", "--reader", reader, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _read_here(reader: str, path: Path) -> None:
    before, start = time.process_time(), time.perf_counter()
    rows = READERS[reader](path)
    found = {
        "rows": rows,
        "cpu_s": time.process_time() - before,
        "wall_s": time.perf_counter() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))


def main() -> None:
    """Measure all four files, each reader in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reader", choices=sorted(READERS))
    parser.add_argument("path", nargs="?", type=Path)
    asked = parser.parse_args()
    if asked.reader is not None:
        _read_here(asked.reader, asked.path)
        return
    print(f"{asked.labels:,} labels, medians of {asked.rounds}; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        for further in (0, FURTHER):
            for path in write_labels(Path(folder), asked.labels, further):
                found = {
                    reader: [measure(reader, path) for _ in range(asked.rounds)]
                    for reader in READERS
                }
                cpu = {
                    reader: statistics.median(one["cpu_s"] for one in runs)
                    for reader, runs in found.items()
                }
                peak = max(one["peak_mb"] for one in found["job"])
                print(
                    f"{path.name:20} {path.stat().st_size / 1e6:5.0f} MB: {cpu['job']:.2f} CPU s "
                    f"({cpu['job'] / cpu['pyarrow']:.1f} x pyarrow), peak {peak:.0f} MB, "
                    f"{found['job'][0]['rows']:,.0f} count"
                )


if __name__ == "__main__":
    main()
