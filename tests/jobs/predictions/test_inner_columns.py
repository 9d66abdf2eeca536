"""Objects in objects and structs: what is in them is a column of its own."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.buckets.folder.bucket import FolderBucket
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest

ALL = WindowRequest(end=datetime(2030, 1, 1, tzinfo=UTC), rows=10)
COLUMNS = {"timestamp": "ts", "id": None, "prediction": "out.class", "confidence": "out.score"}


def read(folder, path):
    settings = PredictionSettings(path=path, columns=COLUMNS)
    return read_predictions(FolderBucket(str(folder)), settings, ALL)


def test_objects_in_json_lines_are_columns_too(tmp_path):
    row = {
        "ts": "2025-03-03T10:00:00Z",
        "out": {"class": "beagle", "score": 0.50, "deep": {"a": 1}},
    }
    (tmp_path / "log.jsonl").write_text(json.dumps(row) + "\n")
    rows = read(tmp_path, "log.jsonl")
    assert rows.fields["prediction"].tolist() == ["beagle"]
    assert rows.fields["confidence"].tolist() == [0.5]
    assert rows.raw["out.deep.a"].tolist() == ["1"]
    assert json.loads(rows.raw["out"][0]) == row["out"]


def test_the_time_may_be_in_an_inner_object(tmp_path):
    row = {"meta": {"at": "2025-03-03T10:00:00Z"}, "ts": "x"}
    (tmp_path / "log.jsonl").write_text(json.dumps(row) + "\n")
    settings = PredictionSettings(path="log.jsonl", columns={"timestamp": "meta.at", "id": None})
    rows = read_predictions(FolderBucket(str(tmp_path)), settings, ALL)
    assert rows.fields["timestamp"].tolist() == [datetime(2025, 3, 3, 10, tzinfo=UTC)]


def test_a_column_of_that_very_name_is_not_replaced(tmp_path):
    row = {"ts": "2025-03-03", "out": {"class": "a", "score": 1}, "out.class": "b"}
    (tmp_path / "log.jsonl").write_text(json.dumps(row) + "\n")
    assert read(tmp_path, "log.jsonl").fields["prediction"].tolist() == ["b"]


def test_structs_in_parquet_are_columns_too(tmp_path):
    out = [{"class": "beagle", "score": 0.5, "deep": {"a": 1}}, None]
    times = pa.array([datetime(2025, 3, 3), datetime(2025, 3, 4)], pa.timestamp("us"))
    pq.write_table(pa.table({"ts": times, "out": out}), tmp_path / "log.parquet")
    rows = read(tmp_path, "log.parquet")
    assert rows.fields["prediction"].fillna("").tolist() == ["beagle", ""]
    assert rows.fields["confidence"].iloc[0] == 0.5
    assert rows.raw["out.deep.a"].tolist() == ["1", None]
