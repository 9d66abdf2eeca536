"""How long one day's window takes out of a large CSV log, against bare CSV readers.

Writes a log of the reference system's eleven columns into a temporary folder, reads one day of it
in a fresh process, and reads the whole file with ``pyarrow.csv.read_csv`` (and, with ``--pandas``,
``pandas.read_csv``) in processes of their own. The same rows as Parquet are read from a store that
counts the bytes it is asked for. Run as ``python -m benchmarks.log_reading``.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from jobs.buckets.bucket import Bucket

COLUMNS = "timestamp,id,filename,breed,mean,std_dev,median,min_pixel,max_pixel,entropy,edge_density"
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 100
ROWS_PER_PIECE = 200_000
TIME_TYPE = pa.timestamp("us", "UTC")


def write_log(path: Path, rows: int, *, shuffled: bool = False) -> None:
    """Write `rows` rows, evenly over `DAYS` days, as CSV and beside it as Parquet.

    Parameters
    ----------
    shuffled
        Whether rows of all days stand side by side, so that no part of the log can be passed over.
    """
    random = np.random.default_rng(0)
    step = DAYS * 86_400_000_000 // rows
    order = random.permutation(rows) if shuffled else np.arange(rows)
    writer = None
    with path.open("wb") as file:
        file.write(f"{COLUMNS}\n".encode())
        for start in range(0, rows, ROWS_PER_PIECE):
            piece = _piece(order[start : start + ROWS_PER_PIECE], step, random)
            options = csv.WriteOptions(include_header=False, quoting_style="none")
            csv.write_csv(piece, file, options)
            typed = piece.set_column(
                0, "timestamp", piece["timestamp"].cast(pa.timestamp("us")).cast(TIME_TYPE)
            )
            writer = writer or parquet.ParquetWriter(path.with_suffix(".parquet"), typed.schema)
            writer.write_table(typed)
    if writer is not None:
        writer.close()


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


def read_window(path: Path) -> dict[str, float]:
    """Read one day in the middle of the log; return its rows."""
    from jobs.buckets.registry import open_bucket  # noqa: PLC0415 - the readers share no imports

    return {"rows": _read_day(open_bucket(str(path.parent)), path)}


def read_parquet(path: Path) -> dict[str, float]:
    """Read the same day of the Parquet log, as from a far store; return rows and fetched bytes."""
    from jobs.buckets.folder.bucket import FolderBucket  # noqa: PLC0415

    class FarFolder(FolderBucket):
        """A folder that counts what a far store would have to send."""

        is_far = True
        fetched = 0

        def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
            data = super().read_part(name, start, size, version)
            self.fetched += len(data)
            return data

        def local_copy(self, name: str, folder: Path) -> Path:
            self.fetched += self.info(name).size_bytes
            return super().local_copy(name, folder)

    path = path.with_suffix(".parquet")
    bucket = FarFolder(str(path.parent))
    rows = _read_day(bucket, path)
    return {
        "rows": rows,
        "fetched_mb": round(bucket.fetched / 1e6, 1),
        "object_mb": round(path.stat().st_size / 1e6, 1),
    }


def _read_day(bucket: Bucket, path: Path) -> int:
    from jobs.job_file.prediction_settings import LogColumns, PredictionSettings  # noqa: PLC0415
    from jobs.predictions.reading import read_predictions  # noqa: PLC0415
    from jobs.times.windows import WindowRequest  # noqa: PLC0415

    settings = PredictionSettings(path=path.name, columns=LogColumns(prediction="breed"))
    end = FIRST_DAY + timedelta(days=DAYS // 2)
    request = WindowRequest(end=end, last=timedelta(days=1))
    return len(read_predictions(bucket, settings, request, extra_columns=("filename",)))


def read_with_pyarrow(path: Path) -> dict[str, float]:
    """Read the whole log with pyarrow; return its rows."""
    return {"rows": int(csv.read_csv(path).num_rows)}


def read_with_pandas(path: Path) -> dict[str, float]:
    """Read the whole log with pandas; return its rows."""
    import pandas as pd  # noqa: PLC0415 - the readers share no imports

    return {"rows": len(pd.read_csv(path))}


READERS = {
    "window": read_window,
    "parquet": read_parquet,
    "pyarrow": read_with_pyarrow,
    "pandas": read_with_pandas,
}


def measure_here(reader: str, path: Path) -> dict[str, float]:
    """Run one reader in this process; seconds do not include the imports of Python itself."""
    start = time.perf_counter()
    found = READERS[reader](path)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 3), "peak_rss_mb": round(peak_mb)} | found


def measure(reader: str, path: Path) -> dict[str, float]:
    """Run one reader in a fresh process."""
    command = [sys.executable, __file__, "--reader", reader, "--log", str(path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run(rows: int, readers: list[str], *, rounds: int, shuffled: bool) -> dict[str, Any]:
    """Write the log, read it with every reader in turn, and compare the medians."""
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as folder:
        path = Path(folder, "log.csv")
        write_log(path, rows, shuffled=shuffled)
        measured = [{one: measure(one, path) for one in readers} for _ in range(rounds)]
        results = {
            reader: {
                name: statistics.median(one[reader][name] for one in measured)
                for name in measured[0][reader]
            }
            for reader in readers
        }
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
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shuffled", action="store_true", help="rows of all days side by side")
    parser.add_argument("--pandas", action="store_true", help="measure pandas.read_csv too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        print(json.dumps(measure_here(options.reader, options.log)))
        return
    readers = ["window", "parquet", "pyarrow", *(["pandas"] if options.pandas else [])]
    found = run(options.rows, readers, rounds=options.rounds, shuffled=options.shuffled)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{found['rows']} rows, {found['size_mb']} MB, {found['cores']} cores, load {found['load']}"
    )
    for reader, result in found["readers"].items():
        ratio = found["ratio"][reader]
        print(
            f"{reader:8} {result['seconds']:8.2f} s {result['peak_rss_mb']:7.0f} MB peak "
            f"{result['rows']:9.0f} rows   window / {reader} = {ratio}"
        )
    fetched = found["readers"]["parquet"]
    print(f"of {fetched['object_mb']} MB of Parquet {fetched['fetched_mb']} MB were fetched")


if __name__ == "__main__":
    main()
