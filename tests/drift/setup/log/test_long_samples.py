"""Samples of logs whose objects are longer than a piece that is read of others."""

import json

import pytest

from drift.setup.log.samples.row_sample import LogSample
from drift.setup.log.samples.sample import read_sample
from jobs.buckets.registry import open_bucket


@pytest.mark.parametrize("indent", [None, 1])
def test_json_with_objects_of_megabytes_gives_rows(tmp_path, indent):
    rows = [
        {"timestamp": f"2025-03-04T10:00:0{number}Z", "id": str(number), "x": "a" * (3 << 20)}
        for number in range(4)
    ]
    (tmp_path / "log.json").write_text(json.dumps(rows, indent=indent))
    bucket = open_bucket(str(tmp_path))
    (info,) = bucket.list()
    sample = read_sample(bucket, info)
    assert isinstance(sample, LogSample)
    assert sample.table["id"].tolist()[:2] == ["0", "1"]
