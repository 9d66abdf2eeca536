"""Logs that are small as files and large in memory: what is kept of them is bounded."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from jobs.errors import ExitCode, TooManyRowsError
from jobs.predictions.values.long_values import LONGEST_VALUE_BYTES
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, read_log

ROOT = Path(__file__).resolve().parents[3]
FIRST = datetime(2025, 3, 4, tzinfo=UTC)
READ = """
import resource, sys
from datetime import UTC, datetime, timedelta
from jobs.buckets.registry import open_bucket
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest

request = WindowRequest(end=datetime(2025, 3, 5, tzinfo=UTC), last=timedelta(days=1))
settings = PredictionSettings(path=sys.argv[2], columns=LogColumns(prediction="label"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = read_predictions(open_bucket(sys.argv[1]), settings, request)
print(len(rows), rows.tally.rejected, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def read_elsewhere(path: Path) -> tuple[int, int, float]:
    """Return the rows of 4 March 2025, those rejected, and the megabytes that reading took."""
    command = [sys.executable, "-c", READ, str(path.parent), path.name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    rows, rejected, kilobytes = map(int, done.stdout.split())
    return rows, rejected, kilobytes / 1024


def moments(count: int) -> pa.Array:
    start = int(FIRST.timestamp()) * 1_000_000
    return pa.array(start + np.arange(count), pa.timestamp("us", "UTC"))


def repeated(text: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text]))


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss differs elsewhere")
class TestPeaksOfMemory:
    """Every file here took gigabytes once."""

    def test_a_body_that_a_dictionary_repeats_is_never_written_out(self, tmp_path):
        path = tmp_path / "log.parquet"
        table = pa.table(
            {
                "timestamp": moments(40_000),
                "label": repeated("cat", 40_000),
                # 2.6 GB, were it written out.
                "body": repeated("x" * 65_536, 40_000),
            }
        )
        parquet.write_table(table, path, store_schema=False)
        rows, rejected, peak_mb = read_elsewhere(path)
        assert (rows, rejected) == (40_000, 0)
        assert peak_mb < 400

    def test_large_bodies_that_all_differ_are_read_few_at_once(self, tmp_path):
        path = tmp_path / "log.parquet"
        body = [f"{number:04d}" + "x" * 200_000 for number in range(2_000)]
        table = pa.table(
            {"timestamp": moments(2_000), "label": repeated("cat", 2_000), "body": body}
        )
        parquet.write_table(table, path, use_dictionary=["label"], compression="zstd")
        rows, _, peak_mb = read_elsewhere(path)
        assert rows == 2_000
        assert peak_mb < 350

    def test_rows_without_a_time_are_counted_and_not_kept(self, tmp_path):
        path = tmp_path / "log.parquet"
        count = 2_000_000
        table = pa.table(
            {"timestamp": pa.nulls(count, moments(1).type), "label": pa.nulls(count, pa.string())}
        )
        parquet.write_table(table, path)
        rows, rejected, peak_mb = read_elsewhere(path)
        assert (rows, rejected) == (0, count)
        assert peak_mb < 250

    def test_bodies_of_a_gzip_log_are_cut(self, tmp_path):
        path = tmp_path / "log.csv.gz"
        lines = "".join(
            f"2025-03-04T00:00:00.{number:06d}Z,cat,{'x' * 500_000}\n" for number in range(20)
        )
        packed = gzip.compress(lines.encode(), 1)
        path.write_bytes(gzip.compress(b"timestamp,label,body\n") + packed * 100)
        rows, _, peak_mb = read_elsewhere(path)
        # Rows that are equal in every column are one, delivered again.
        assert rows == 20
        assert peak_mb < 300


class TestCutValues:
    """Long values of columns that the job does not name."""

    def log(self, first: str, second: str) -> dict[str, str]:
        return {"log.csv": f"timestamp,body\n2025-03-04T01:00:00.5Z,{first}\n"
                           f"2025-03-04T01:00:00.5Z,{second}\n"}  # fmt: skip

    def test_rows_that_differ_behind_the_cut_stay_two(self):
        rows = read_log(self.log("x" * 1_000 + "a", "x" * 1_000 + "b"))
        assert len(rows) == 2
        assert rows.raw["body"].str.len().max() <= LONGEST_VALUE_BYTES
        assert "1,001 bytes" in rows.raw["body"][0]

    def test_rows_that_are_equal_are_delivered_again(self):
        rows = read_log(self.log("x" * 1_000, "x" * 1_000))
        assert (len(rows), rows.times.delivered_again) == (1, 1)

    def test_a_column_that_the_job_names_is_whole(self):
        rows = read_log(self.log("x" * 1_000, "y"), extra_columns=["body"])
        assert rows.raw["body"][0] == "x" * 1_000

    def test_parquet_and_csv_cut_alike(self):
        bodies = ["ä" * 400, "short"]
        table = pa.table(
            {"timestamp": ["2025-03-04T01:00:00Z", "2025-03-04T02:00:00Z"], "body": bodies}
        )
        packed = io.BytesIO()
        parquet.write_table(table, packed)
        lines = "".join(
            f"2025-03-04T0{hour}:00:00Z,{body}\n" for hour, body in enumerate(bodies, start=1)
        )
        one = read_log({"log.parquet": packed.getvalue()}, "log.parquet")
        other = read_log({"log.csv": f"timestamp,body\n{lines}"})
        assert one.raw["body"].tolist() == other.raw["body"].tolist()
        assert one.raw["body"][1] == "short"


class TestTooManyRows:
    """`window.most_rows`."""

    def request(self, most: int) -> WindowRequest:
        return WindowRequest(end=WINDOW_END, last=timedelta(days=1), most_rows=most)

    def lines(self, count: int) -> str:
        start = datetime(2025, 3, 4, tzinfo=UTC)
        times = [start + timedelta(seconds=number) for number in range(count)]
        return "timestamp,label\n" + "".join(f"{time.isoformat()},cat\n" for time in times)

    def test_as_many_as_are_allowed_are_read(self):
        assert len(read_log({"log.csv": self.lines(50)}, request=self.request(50))) == 50

    def test_one_more_ends_the_run_with_what_to_do(self):
        with pytest.raises(TooManyRowsError) as raised:
            read_log({"log.csv": self.lines(51)}, request=self.request(50))
        error = raised.value
        assert (error.exit_code, error.found, error.most) == (ExitCode.INPUT, 51, 50)
        for part in ("log.csv", "51 rows", "window.most_rows", "shorter window"):
            assert part in error.message

    def test_rows_outside_of_the_window_are_not_counted(self):
        before = self.lines(51).replace("2025-03-04", "2025-02-04")
        assert len(read_log({"log.csv": before}, request=self.request(50))) == 0

    def test_rows_kept_out_with_their_times_are_counted(self):
        bad = "timestamp,label\n" + "2025-03-04T00:00:00Z,cat,more\n" * 51
        with pytest.raises(TooManyRowsError):
            read_log({"log.csv": bad}, request=self.request(50))

    def test_the_rest_of_the_log_is_not_read(self):
        # What follows is no gzip data: who reads it says so.
        packed = gzip.compress(self.lines(200_000).encode()) + b"\x1f\x8b damaged"
        with pytest.raises(TooManyRowsError):
            read_log({"log.csv.gz": packed}, "log.csv.gz", request=self.request(50))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_too_little_memory_for_a_parquet_log_is_not_called_a_damaged_file(tmp_path):
    path = tmp_path / "log.parquet"
    table = pa.table({"timestamp": ["2025-03-04T01:00:00Z"], "label": ["x" * 200_000_000]})
    parquet.write_table(table, path)
    script = READ.replace(
        "before =",
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (100 << 20),) * 2)\n"
        "before =",
    )
    command = [sys.executable, "-c", script, str(tmp_path), path.name]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=100
    )
    assert "MemoryError" in done.stderr.splitlines()[-1]
    assert "write it again" not in done.stderr
