"""Tables of labels that are wide: of their columns only the needed ones are ever kept."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

ROOT = Path(__file__).resolve().parents[3]
READ = """
import resource, sys
from datetime import UTC, datetime
from jobs.buckets.registry import open_bucket
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.reading import read_labels
import jobs.predictions.formats.csv.log, jobs.predictions.formats.parquet.log, pyarrow.csv

labels = LabelSettings.model_validate({"path": sys.argv[2], "columns": {"id": "id"}})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = read_labels(
    open_bucket(sys.argv[1]), open_bucket, labels, PredictionSettings(path="log.csv"),
    since=datetime(2025, 3, 1, tzinfo=UTC), workers=2,
)
print(len(read.by_id), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss differs elsewhere")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_columns_that_are_not_needed_take_no_memory(tmp_path, ending):
    count = 60_000
    said = pa.array([f"{number} {'x' * 2000}" for number in range(count)])
    ids = pa.array([str(number) for number in range(count)])
    table = pa.table({"id": ids, "label": pa.array(["cat"] * count), "said": said})
    path = tmp_path / f"labels.{ending}"
    if ending == "csv":
        csv.write_csv(table, path)
    else:
        parquet.write_table(table, path, compression="none", use_dictionary=False)
    command = [sys.executable, "-c", READ, str(tmp_path), path.name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    rows, kilobytes = map(int, done.stdout.split())

    assert path.stat().st_size > 120_000_000
    assert rows == count
    # Some blocks of text wait for each other; the whole column would take 120 MB.
    assert kilobytes / 1024 < 80
