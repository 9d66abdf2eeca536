"""Which label of each key counts, against a plain model, whatever the order and the objects."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pyarrow import csv, parquet

from jobs.labels.given import GivenLabels
from jobs.labels.labels import CONTRADICTING, CORRECTED, NOT_KNOWN, TWICE
from jobs.labels.settling import settle

ROOT = Path(__file__).resolve().parents[3]
LABELS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "ä", "10", None]),
        st.sampled_from(["cat", "dog", "Cat"]),
        st.sampled_from([NOT_KNOWN, 5, 6, 7]),
    ),
    max_size=25,
)


def given_of(rows, seed=0) -> GivenLabels:
    """Return labels in some order, in some of three objects."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(rows))
    keys, labels, moments = ([rows[at][part] for at in order] for part in range(3))
    return GivenLabels(
        ids=pa.array(keys, pa.string()),
        images=pa.array([key and f"{key}.jpg" for key in keys], pa.string()),
        labels=pa.array(labels, pa.string()),
        moments=np.array(moments, np.int64),
        sources=random.integers(0, 3, len(rows)),
        lines=random.permutation(len(rows)) + 2,
        names=["b", "a", "c"],
    )


def plainly(rows):
    """Return the label of each key, and how many labels there are of each reason."""
    counting, counts = {}, {CONTRADICTING: 0, TWICE: 0, CORRECTED: 0}
    for key in sorted({key for key, _, _ in rows if key is not None}):
        own = [(moment, label) for one, label, moment in rows if one == key]
        newest = [label for moment, label in own if moment == max(own)[0]]
        if len({label.lower() for label in newest}) > 1:
            counts[CONTRADICTING] += len(own)
            continue
        counting[key] = min(newest)
        same = sum(label.lower() == newest[0].lower() for _, label in own)
        counts[TWICE] += same - 1
        counts[CORRECTED] += len(own) - same
    return counting, counts


@for_all(LABELS)
def test_the_label_that_counts_is_that_of_a_plain_model(rows):
    settled = settle(given_of(rows))
    counting, counts = plainly(rows)

    found = dict(zip(settled.by_id["key"], settled.by_id["label"], strict=True))
    assert found == counting
    assert list(settled.by_id["key"]) == sorted(counting)
    assert list(settled.by_image["label"]) == [counting[one] for one in sorted(counting)]
    told = {**settled.left_out, **settled.noted}
    assert {reason: int(rows.sum()) for reason, rows in told.items()} == counts


@for_all(LABELS, st.integers(0, 99))
def test_order_and_objects_change_neither_digest_nor_counts(rows, seed):
    one, other = settle(given_of(rows)), settle(given_of(rows, seed))

    assert one.digest == other.digest
    assert one.by_id[["key", "label", "moment"]].equals(other.by_id[["key", "label", "moment"]])


@pytest.mark.parametrize(
    "other", [[("1", "dog", 5)], [("1", "cat", 6)], [("2", "cat", 5)], [("1", "cat", 5)] * 0]
)
def test_another_label_has_another_digest(other):
    assert settle(given_of([("1", "cat", 5)])).digest != settle(given_of(other)).digest


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
