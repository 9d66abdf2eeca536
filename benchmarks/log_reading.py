"""How long one day's window takes out of a large CSV log, against bare CSV readers.

Writes a log of the reference system's eleven columns into a temporary folder, reads one day of it
in a fresh process, and reads the whole file with ``pyarrow.csv.read_csv`` (and, with ``--pandas``,
``pandas.read_csv``) in processes of their own. Run as ``python -m benchmarks.log_reading``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

COLUMNS = "timestamp,id,filename,breed,mean,std_dev,median,min_pixel,max_pixel,entropy,edge_density"
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 100
ROWS_PER_PIECE = 200_000


def write_log(path: Path, rows: int) -> None:
    """Write `rows` rows, evenly over `DAYS` days."""
    random = np.random.default_rng(0)
    step = DAYS * 86_400_000_000 // rows
    with path.open("wb") as file:
        file.write(f"{COLUMNS}\n".encode())
        for start in range(0, rows, ROWS_PER_PIECE):
            numbers = np.arange(start, min(start + ROWS_PER_PIECE, rows))
            csv.write_csv(
                _piece(numbers, step, random),
                file,
                csv.WriteOptions(include_header=False, quoting_style="none"),
            )


def _piece(numbers: np.ndarray, step: int, random: np.random.Generator) -> pa.Table:
    moments = pa.array(int(FIRST_DAY.timestamp()) * 1_000_000 + numbers * step)
    times = moments.cast(pa.timestamp("us"))
    count = len(numbers)
    breeds = np.array(["beagle", "pug", "husky", "boxer"])
    names = pc.binary_join_element_wise("img_", pa.array(numbers % 9999).cast(pa.string()), "")
    floats = {
        name: pa.array(random.integers(0, 10**5, count) / 1000)
        for name in ("mean", "std_dev", "median", "entropy", "edge_density")
    }
    return pa.table(
        {
            "timestamp": pc.replace_substring(times.cast(pa.string()), " ", "T"),
            "id": pc.strftime(times.cast(pa.timestamp("s"), safe=False), format="%Y%m%d%H%M%S"),
            "filename": pc.binary_join_element_wise(names, ".png", ""),
            "breed": pa.array(breeds[random.integers(0, 4, count)]),
            "min_pixel": pa.array(random.integers(0, 9, count)),
            "max_pixel": pa.array(random.integers(200, 256, count)),
            **floats,
        }
    ).select(COLUMNS.split(","))


def read_window(path: Path) -> int:
    """Read one day in the middle of the log; return its rows."""
    from jobs.buckets.registry import open_bucket  # noqa: PLC0415 - the readers share no imports
    from jobs.job import LogColumns, PredictionSettings  # noqa: PLC0415
    from jobs.predictions.reading import read_predictions  # noqa: PLC0415
    from jobs.windows import WindowRequest  # noqa: PLC0415

    settings = PredictionSettings(path=path.name, columns=LogColumns(prediction="breed"))
    end = FIRST_DAY + timedelta(days=DAYS // 2)
    request = WindowRequest(end=end, last=timedelta(days=1))
    rows = read_predictions(
        open_bucket(str(path.parent)), settings, request, extra_columns=("filename",)
    )
    return len(rows)


def read_with_pyarrow(path: Path) -> int:
    """Read the whole log with pyarrow; return its rows."""
    return int(csv.read_csv(path).num_rows)


def read_with_pandas(path: Path) -> int:
    """Read the whole log with pandas; return its rows."""
    import pandas as pd  # noqa: PLC0415 - the readers share no imports

    return len(pd.read_csv(path))


READERS = {"window": read_window, "pyarrow": read_with_pyarrow, "pandas": read_with_pandas}


def measure_here(reader: str, path: Path) -> dict[str, float]:
    """Run one reader in this process; seconds do not include the imports of Python itself."""
    start = time.perf_counter()
    rows = READERS[reader](path)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 3), "peak_rss_mb": round(peak_mb), "rows": rows}


def measure(reader: str, path: Path) -> dict[str, float]:
    """Run one reader in a fresh process."""
    command = [sys.executable, __file__, "--reader", reader, "--log", str(path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run(rows: int, readers: list[str]) -> dict[str, Any]:
    """Write the log, read it with every reader and compare."""
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as folder:
        path = Path(folder, "log.csv")
        write_log(path, rows)
        results = {reader: measure(reader, path) for reader in readers}
        size_mb = round(path.stat().st_size / 1e6)
    seconds = results["window"]["seconds"]
    return {
        "rows": rows,
        "size_mb": size_mb,
        "rows_per_second": round(rows / seconds),
        "load": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
        "readers": results,
        "ratio": {
            reader: round(seconds / result["seconds"], 2) for reader, result in results.items()
        },
    }


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--pandas", action="store_true", help="measure pandas.read_csv too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        print(json.dumps(measure_here(options.reader, options.log)))
        return
    found = run(options.rows, ["window", "pyarrow", *(["pandas"] if options.pandas else [])])
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{found['rows']} rows, {found['size_mb']} MB, {found['cores']} cores, load {found['load']}"
    )
    for reader, result in found["readers"].items():
        ratio = found["ratio"][reader]
        print(
            f"{reader:8} {result['seconds']:8.2f} s {result['peak_rss_mb']:7} MB peak "
            f"{result['rows']:9} rows   window / {reader} = {ratio}"
        )


if __name__ == "__main__":
    main()
