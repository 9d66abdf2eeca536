"""What labels are joined with is the same whether rows are at hand or read once more."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from drift.model_quality.joining.answers import Answers, columns_of_answers, of_texts, of_window
from drift.model_quality.joining.image_names import image_names
from drift.model_quality.joining.reading import answers_of_days
from drift.model_quality.whole_days import WholeDay, whole_days
from drift.workplace import open_workplace
from jobs.errors import TooManyRowsError
from jobs.images.locations import ImageLocation, ImageLocator
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.job import Job
from jobs.predictions.reading import read_predictions
from jobs.predictions.texts import read_texts
from jobs.times.windows import WindowRequest

DAY = datetime(2025, 3, 3, tzinfo=UTC)
LOG = """timestamp,id,file,breed,confidence,p_cat,p_dog,label,model,extra
2025-03-03T01:00:00Z,a,a.jpg,cat,0.9,0.9,0.1,cat,1,x
2025-03-03T01:00:00Z,a,a.jpg,cat,0.9,0.9,0.1,cat,1,x
2025-03-03T02:00:00Z,b,../b.jpg, dog ,95%,0.05,95%,,1,x
2025-03-03T03:00:00Z,c,,cat,7,7,nonsense,dog,,x
2025-03-03T05:00:00Z,,x/é.jpg,,tensor(0.5),0.5,0.5,Cat,2,x
2025-03-03T06:00:00Z,e,gs://dogs/e.jpg,dog,,,,dog,2,x
2025-03-04T00:00:00Z,f,f.jpg,dog,0.7,0.3,0.7,dog,2,x
2025-03-04T07:00:00Z,g,g.jpg,dog,0.7,0.3,0.7,dog,2,y
"""


def _job(folder: Path, **tables: object) -> Job:
    settings: dict[str, object] = {
        "name": "dogs",
        "bucket": {"url": str(folder)},
        "predictions": {
            "path": "log.csv",
            "columns": {
                "prediction": "breed",
                "confidence": "confidence",
                "label": "label",
                "probabilities": ["p_*"],
            },
        },
        "images": {"path": "{file}", "allowed_prefixes": ["gs://dogs"]},
        "window": {"last": "1d"},
        "reference": {"images": "reference/"},
        "quality": {"version": "model"},
    }
    return Job.model_validate({**settings, **tables})


def _same(one: Answers, other: Answers) -> None:
    for field in fields(Answers):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, pa.Array):
            assert ours.to_pylist() == theirs.to_pylist(), field.name
        elif isinstance(ours, np.ndarray) and field.name != "decimal_commas":
            np.testing.assert_array_equal(ours, theirs)
    every = np.arange(len(one))
    assert set(one.probabilities) == set(other.probabilities)
    for name in one.probabilities:
        ours, theirs = one.probability_of(name, every), other.probability_of(name, every)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("with_images", [True, False])
def test_rows_at_hand_and_rows_read_again_are_the_same(
    tmp_path: Path, *, with_images: bool
) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    tables = {} if with_images else {"images": None, "reference": {"log": "log.csv"}}
    place = open_workplace(_job(tmp_path, **tables))
    request = WindowRequest(end=DAY + timedelta(days=1), last=timedelta(days=1))
    extra = place.locator.columns_used() if with_images else []
    rows = read_predictions(place.bucket, place.job.predictions, request, extra_columns=extra)
    columns = columns_of_answers(place)
    texts = read_texts(place.bucket, place.job.predictions, request, columns, extra_columns=extra)
    one, other = of_window(place, rows), of_texts(place, texts)
    assert len(one) == len(other) == 5
    _same(one, other)
    assert set(texts.columns) <= {*columns, "p_cat", "p_dog"}
    assert one.predicted.to_pylist() == ["cat", "dog", "cat", None, "dog"]
    assert one.own_label.to_pylist() == ["cat", None, "dog", "Cat", "dog"]
    np.testing.assert_allclose(one.confidence, [0.9, 0.95, np.nan, 0.5, np.nan])
    images = ["a.jpg", None, None, "x/é.jpg", "gs://dogs/e.jpg"]
    assert one.images.to_pylist() == (images if with_images else [None] * 5)


@pytest.mark.parametrize("nothing", ["None", "nan", "null", "unsure"])
def test_a_label_that_names_no_class_is_none_and_ids_are_in_one_form(
    tmp_path: Path, nothing: str
) -> None:
    table = f"timestamp,id,breed,label\n2025-03-03,7.0,cat,{nothing}\n2025-03-03,8,cat,cat\n"
    (tmp_path / "log.csv").write_text(table, encoding="utf-8")
    no_class = {"labels": {"no_class": ["unsure"]}} if nothing == "unsure" else {}
    columns = {"prediction": "breed", "label": "label"}
    place = open_workplace(
        _job(
            tmp_path,
            predictions={"path": "log.csv", "columns": columns},
            images=None,
            reference={"log": "log.csv"},
            **no_class,
        )
    )
    request = WindowRequest(end=DAY + timedelta(days=1), last=timedelta(days=1))
    rows = read_predictions(place.bucket, place.job.predictions, request)
    read_again = read_texts(place.bucket, place.job.predictions, request, columns_of_answers(place))
    for found in (of_window(place, rows), of_texts(place, read_again)):
        assert found.own_label.to_pylist() == [None, "cat"]
        assert found.ids.to_pylist() == ["7", "8"]


def test_days_of_many_rows_are_read_in_parts(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    place = open_workplace(_job(tmp_path))
    days = [
        WholeDay(start=DAY + timedelta(days=number), end=DAY + timedelta(days=number + 1))
        for number in range(2)
    ]
    ((_, whole),) = answers_of_days(place, days)
    parts = list(answers_of_days(place, days, most_rows=3))
    assert [list(covered) for covered, _ in parts] == [days[:1], days[1:]]
    _same(parts[0][1], whole.rows(slice(0, 5)))
    _same(parts[1][1], whole.rows(slice(5, 7)))
    with pytest.raises(TooManyRowsError):
        list(answers_of_days(place, days, most_rows=0))


@pytest.mark.parametrize("template", ["{file}", "file", "images/{id}_{file}", "{id:06}/{file}"])
def test_images_are_those_that_the_locator_names(template: str) -> None:
    files = ["a.jpg", "", None, "../a.jpg", "/a.jpg", "./b.jpg", "a//b.jpg", "x/é.jpg", ".hidden",
             "gs://dogs/a.jpg", "gs://cats/in/a.jpg", "gs://other/a.jpg", "a b.jpg", "a" * 2000,
             "x/../y.jpg", "a.jpg\n", "{id}.jpg"]  # fmt: skip
    columns = {
        "file": pa.array(files, pa.string()),
        "id": pa.array([str(number) for number in range(len(files))], pa.string()),
    }
    settings = ImageSettings(path=template, allowed_prefixes=("gs://cats/in",))
    locator = ImageLocator(bucket_url="gs://dogs", settings=settings)
    raw = {name: column.to_pylist() for name, column in columns.items()}
    located = locator.locate(pd.DataFrame(raw, dtype=object), "log.csv")
    expected = [one.path if isinstance(one, ImageLocation) else None for one in located]
    assert image_names(columns, len(files), locator, "log.csv").to_pylist() == expected


def test_whole_days_end_with_the_last_midnight() -> None:
    noon = DAY + timedelta(hours=12)
    days = whole_days(noon, timedelta(days=3), None)
    assert [one.start for one in days] == [DAY - timedelta(days=2), DAY - timedelta(days=1)]
    assert days[-1].end == DAY
    assert whole_days(noon, timedelta(hours=20), None) == ()


def test_days_follow_the_clocks_of_their_zone() -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = whole_days(datetime(2025, 3, 31, 4, tzinfo=UTC), timedelta(days=3), zone)
    assert [one.name(zone) for one in days] == ["2025-03-29", "2025-03-30"]
    assert [one.end - one.start for one in days] == [timedelta(hours=24), timedelta(hours=23)]
