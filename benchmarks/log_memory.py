"""How much memory a run takes whose log is small as a file and large as it is unpacked.

Writes a small world of images into a temporary folder, beside it one log after the other, and runs
``python -m drift.run`` over a window of a thousand rows, which stand all over the log. Prints the
peak of the run's largest process, how it ended and how long it took. Run as
``python -m benchmarks.log_memory``; ``--gigabytes`` is what a log holds unpacked.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2025, 3, 5, tzinfo=UTC)
WINDOW_ROWS = 1_000
IMAGES = 40
BODY_BYTES = 64 << 10
JOB = """
name = "memory"
[bucket]
url = "bucket"
[predictions]
path = "{log}"
columns = {{ prediction = "label" }}
[images]
path = "images/{{file}}"
decode_workers = 1
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
"""


def make_world(folder: Path) -> None:
    """Write the images of the window and of the reference."""
    random = np.random.default_rng(0)
    for part in ("images", "reference"):
        target = folder / "bucket" / part
        target.mkdir(parents=True)
        for number in range(IMAGES):
            pixels = random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(target / f"{number}.png")


def _times(count: int, every: int, first: int = 0) -> list[str]:
    """Return times of which one of `every` is in the window, and the others are long before it."""
    day = NOW - timedelta(days=1)
    return [
        (day + timedelta(seconds=1 + number // every)).isoformat()
        if number % every == 0
        else "2020-01-01T00:00:00+00:00"
        for number in range(first, first + count)
    ]


def _member(data: bytes) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    return packer.compress(data) + packer.flush()


def _gzip(path: Path, head: bytes, chunk: bytes, size: int) -> None:
    """Write gzip data of `head` and `size` bytes of `chunk`: one member, many times."""
    packed = _member(chunk)
    with path.open("wb") as file:
        file.write(_member(head))
        for _ in range(max(1, size // len(chunk))):
            file.write(packed)


HEADER = b"timestamp,file,label,body\n"


def gzip_bodies(path: Path, size: int) -> None:
    """CSV with a body in each row, which the job does not name; a thousand rows in the window."""
    count = max(WINDOW_ROWS, size // BODY_BYTES)
    every = count // WINDOW_ROWS
    body = b"x" * BODY_BYTES
    with path.open("wb") as file:
        file.write(_member(HEADER))
        for first in range(0, count, every):
            old = b"".join(b"2020-01-01T00:00:00Z,0.png,cat,%b\n" % body for _ in range(every - 1))
            if not first:
                packed = _member(old) if old else b""
            moment = (NOW - timedelta(seconds=1 + first)).isoformat().encode()
            row = b"%b,%d.png,cat,%b\n" % (moment, first % IMAGES, body)
            file.write(_member(row) + packed)


def gzip_newlines(path: Path, size: int) -> None:
    """CSV of blank lines."""
    _gzip(path, HEADER + _rows(), b"\n" * (8 << 20), size)


def gzip_zeros(path: Path, size: int) -> None:
    """CSV that goes on as one endless line of zeros."""
    _gzip(path, HEADER + _rows(), b"\0" * (8 << 20), size)


def gzip_window(path: Path, size: int) -> None:
    """CSV of which every row is in the window: more than `window.most_rows`."""
    start = NOW - timedelta(hours=20)
    lines = b"".join(
        b"%b,%d.png,cat,\n" % ((start + timedelta(milliseconds=one)).isoformat().encode(), one % 40)
        for one in range(100_000)
    )
    _gzip(path, HEADER, lines, size)


def _rows() -> bytes:
    times = _times(WINDOW_ROWS, 1)
    return b"".join(
        b"%b,%d.png,cat,b\n" % (moment.encode(), number % IMAGES)
        for number, moment in enumerate(times)
    )


def _write_groups(path: Path, groups: Iterator[pa.Table], dictionaries: list[str]) -> None:
    writer = None
    for table in groups:
        writer = writer or parquet.ParquetWriter(
            path, table.schema, use_dictionary=dictionaries, compression="zstd", store_schema=False
        )
        writer.write_table(table, row_group_size=len(table))
    if writer is not None:
        writer.close()


def _table(count: int, every: int, first: int, body: pa.Array) -> pa.Table:
    files = [f"{number % IMAGES}.png" for number in range(count)]
    return pa.table(
        {
            "timestamp": _times(count, every, first),
            "file": files,
            "label": ["cat"] * count,
            "body": body,
        }
    )


def parquet_dictionary(path: Path, size: int) -> None:
    """Parquet with one body that a dictionary repeats: small as a file, all of `size` in memory."""
    count = max(WINDOW_ROWS, size // BODY_BYTES)
    places = pa.array(np.zeros(count, np.int32))
    body = pa.DictionaryArray.from_arrays(places, pa.array(["x" * BODY_BYTES]))
    table = _table(count, count // WINDOW_ROWS, 0, body)
    _write_groups(path, iter([table]), ["file", "label", "body"])


def parquet_plain(path: Path, size: int) -> None:
    """Parquet with a body in each row, stored as it is, in large row groups."""
    count = max(WINDOW_ROWS, size // BODY_BYTES)
    step = 4_000
    body = pa.array(["x" * BODY_BYTES] * step)
    groups = (
        _table(step, max(1, count // WINDOW_ROWS), first, body) for first in range(0, count, step)
    )
    _write_groups(path, groups, ["file", "label"])


def parquet_nulls(path: Path, size: int) -> None:
    """Parquet of empty rows, one for every ten bytes of `size`, behind a thousand good ones."""
    step = 10_000_000
    good = _table(WINDOW_ROWS, 1, 0, pa.nulls(WINDOW_ROWS, pa.string()))
    empty = pa.table({name: pa.nulls(step, pa.string()) for name in good.column_names})
    count = max(1, size // (10 * step))
    _write_groups(path, iter([good, *([empty] * count)]), ["file", "label"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of log: its object's name, and what writes it."""

    log: str
    write: Callable[[Path, int], None]


CASES = {
    "gzip-bodies": Case(log="log.csv.gz", write=gzip_bodies),
    "gzip-newlines": Case(log="log.csv.gz", write=gzip_newlines),
    "gzip-zeros": Case(log="log.csv.gz", write=gzip_zeros),
    "gzip-window": Case(log="log.csv.gz", write=gzip_window),
    "parquet-dictionary": Case(log="log.parquet", write=parquet_dictionary),
    "parquet-plain": Case(log="log.parquet", write=parquet_plain),
    "parquet-nulls": Case(log="log.parquet", write=parquet_nulls),
}


def measure(case: Case, size: int) -> tuple[float, float, float, int, str]:
    """Return the log's megabytes, the peak in megabytes, seconds, exit code and last line."""
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as name:
        folder = Path(name)
        make_world(folder)
        (folder / "job.toml").write_text(JOB.format(log=case.log))
        log = folder / "bucket" / case.log
        case.write(log, size)
        command = [sys.executable, "-m", "drift.run", "job.toml", "--until", NOW.isoformat()]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "DRIFT__LOG_FORMAT": "plain"}
        start = time.perf_counter()
        with (folder / "stderr").open("wb") as said:
            run = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
            _, status, used = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        last = (folder / "stderr").read_text().strip().splitlines()[-1]
        return log.stat().st_size / 1e6, _megabytes(used), seconds, run.returncode, last


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def main() -> None:
    """Print a line per log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--only", choices=CASES, action="append", help="this kind of log only")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case is not None:
        # In a process of its own: what writes a log leaves nothing to the run that is measured.
        found = measure(CASES[options.case], int(options.gigabytes * 1e9))
        file_mb, peak_mb, seconds, code, last = found
        print(
            f"{options.case:19} {file_mb:8.1f} MB as a file {peak_mb:7.0f} MB peak "
            f"{seconds:7.1f} s  exit {code}  {last[:150]}",
            flush=True,
        )
        return
    print(f"{options.gigabytes:g} GB unpacked, window of {WINDOW_ROWS:,} rows, ", end="")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    for name in options.only or CASES:
        command = [sys.executable, "-m", "benchmarks.log_memory", "--case", name]
        subprocess.run([*command, "--gigabytes", str(options.gigabytes)], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
