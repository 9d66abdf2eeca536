"""A reference's boxes in plain tables without times: a cell or a row for each."""

import json

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from jobs.buckets.registry import open_bucket
from jobs.job_file.job import Job
from reference_stats.features.registry import FEATURES
from reference_stats.profiles.from_rows import read_reference_log
from reference_stats.profiles.numbers import SourceContext

BOXES = [[[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.9, 0.7]], [], [[0.0, 0.0, 0.5, 1.0]]]
NAMES, SCORES = [["cat", "dog"], [], ["dog"]], [[0.9, 0.7], [], [0.6]]
IMAGES = ["a.jpg", "b.jpg", "c.jpg"]
CELLS = {"column": "boxes", "unit": "shares", "classes": "names", "scores": "scores"}
COLUMNS = {"columns": ["x0", "y0", "x1", "y1"], "classes": "said", "scores": "sure"}


def read(folder, name, boxes):
    job = Job.model_validate(
        {
            "name": "finder",
            "bucket": {"url": str(folder)},
            "predictions": {"path": "log.csv", "columns": {"boxes": boxes}},
            "images": {"path": "{image}"},
            "window": {"last": "1d"},
            "reference": {"images": "reference/", "log": name},
        }
    )
    context = SourceContext(
        job=job,
        bucket=open_bucket(str(folder)),
        open_bucket=open_bucket,
        cache=None,
        progress=None,
        features=FEATURES,
    )
    return read_reference_log(context, name)


def write(folder, name):
    """Write the table in the format that its name tells."""
    lists = {"image": IMAGES, "boxes": BOXES, "names": NAMES, "scores": SCORES}
    if name == "nested.parquet":
        parquet.write_table(pa.table(lists), folder / name)
        return CELLS
    texts = {key: [one if key == "image" else json.dumps(one) for one in column]
             for key, column in lists.items()}  # fmt: skip
    if name == "lists.jsonl":
        rows = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        (folder / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return CELLS
    if name == "cells.csv":
        pd.DataFrame(texts).to_csv(folder / name, index=False)
        return CELLS
    (folder / name).write_text(
        "image,x0,y0,x1,y1,said,sure\na.jpg,0.1,0.2,0.3,0.4,cat,0.9\n"
        "a.jpg,0.5,0.5,0.9,0.7,dog,0.7\nb.jpg,,,,,,\nc.jpg,0,0,0.5,1,dog,0.6\n",
        encoding="utf-8",
    )
    return COLUMNS | {"unit": "shares"}


@pytest.mark.parametrize("name", ["nested.parquet", "lists.jsonl", "cells.csv", "rows.csv"])
def test_a_table_with_boxes_has_a_row_a_box_and_the_numbers_of_each_image(tmp_path, name):
    found = read(tmp_path, name, write(tmp_path, name))
    rows = found.predictions.rows
    assert rows["prediction"].fillna("").tolist() == ["cat", "dog", "", "dog"]
    assert rows["confidence"].dropna().tolist() == [0.9, 0.7, 0.6]
    assert found.raw["image"].tolist() == ["a.jpg", "a.jpg", "b.jpg", "c.jpg"]
    assert rows["number of boxes"].tolist() == [2, 2, 0, 1]
    assert rows["box area"].dropna().tolist() == pytest.approx([0.06, 0.06, 0.5])
    assert rows["lowest box score"].dropna().tolist() == [0.7, 0.7, 0.6]
    assert "number of boxes" in found.predictions.numbers
    assert found.predictions.left_out == {}


def test_boxes_that_a_table_loses_are_counted(tmp_path):
    (tmp_path / "cells.csv").write_text(
        'image,boxes,names,scores\na.jpg,"[[0.5, 0.5, 0.2, 0.9]]","[""cat""]",[0.5]\n'
        "b.jpg,?,[],[]\n",
        encoding="utf-8",
    )
    found = read(tmp_path, "cells.csv", CELLS)
    assert found.predictions.left_out == {
        "values of boxes (inverted)": 1,
        "values of boxes (not readable as boxes)": 1,
    }
