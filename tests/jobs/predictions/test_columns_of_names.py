"""What the names of the log's objects hold are columns of their rows."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from tests.support.memory_bucket import MemoryBucket

END = datetime(2025, 3, 10, tzinfo=UTC)


def read(
    bucket: MemoryBucket, *, days: int = 30, extra: tuple[str, ...] = (), **settings: object
) -> PredictionRows:
    window = WindowRequest(end=END, last=timedelta(days=days))
    return read_predictions(
        bucket, PredictionSettings.model_validate(settings), window, extra_columns=extra
    )


def bucket_of(objects: dict[str, str | bytes]) -> MemoryBucket:
    bucket = MemoryBucket()
    for name, content in objects.items():
        bucket.write(name, content if isinstance(content, bytes) else content.encode())
    return bucket


def parquet(**columns: list[str]) -> bytes:
    return pd.DataFrame(columns).to_parquet()


def contents(kind: str, rows: list[dict[str, str]]) -> str | bytes:
    if kind == "parquet":
        return pd.DataFrame(rows).to_parquet()
    if kind == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows)
    return pd.DataFrame(rows).to_csv(index=False)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_time_and_id_come_from_names_in_every_format(kind):
    rows = [{"breed": "beagle"}, {"breed": "boxer"}]
    bucket = bucket_of(
        {f"0{day}-03-2025/a{day}.{kind}": contents(kind, rows) for day in (3, 4)}
        | {f"01-01-2025/old.{kind}": contents(kind, rows)}
    )
    found = read(
        bucket,
        path=f"*/*.{kind}",
        columns={"timestamp": "{path:%d-%m-%Y}", "id": "{name:stem}", "prediction": "breed"},
    )
    assert found.fields["id"].tolist() == ["a3", "a3", "a4", "a4"]
    assert found.fields["prediction"].tolist() == ["beagle", "boxer"] * 2
    assert {time.day for time in found.fields["timestamp"]} == {3, 4}
    assert found.tally.rejected == 0
    # The name tells that none of its rows is of the window.
    assert bucket.reads[f"01-01-2025/old.{kind}"] == 0


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_an_object_s_own_column_goes_before_its_name(kind):
    own = [{"timestamp": "2025-03-05T10:00:00Z", "camera": "own", "path": "p/x.jpg"}]
    without = [{"breed": "beagle"}]
    bucket = bucket_of(
        {
            f"yard/20250304.{kind}": contents(kind, own),
            f"gate/20250306.{kind}": contents(kind, without),
        }
    )
    found = read(
        bucket,
        path="*/*",
        from_path="{camera}/{timestamp:%Y%m%d}.*",
        columns={"client": "camera"},
        extra=("path",),
    )
    assert found.fields["client"].tolist() == ["own", "gate"]
    assert found.raw["path"].tolist() == ["p/x.jpg", f"gate/20250306.{kind}"]
    assert [time.day for time in found.fields["timestamp"]] == [5, 6]


def test_one_object_per_request_leads_to_its_image():
    bucket = bucket_of(
        {
            "04-03-2025 10:11:12/aa-1.jsonl": '{"breed": "beagle"}\n',
            "04-03-2025 10:11:12/bb-2.jsonl": '{"breed": "beagle"}\n',
        }
    )
    found = read(
        bucket,
        path="*/*.jsonl",
        columns={"timestamp": "{path:%d-%m-%Y %H:%M:%S}", "id": "{name:stem}"},
        extra=("path", "name"),
    )
    # Equal in all that the objects hold, and yet two requests.
    assert found.fields["id"].tolist() == ["aa-1", "bb-2"]
    settings = ImageSettings(path="images/{path:%d-%m-%Y}/{name:stem}.jpg")
    located = ImageLocator(bucket_url=bucket.url, settings=settings).locate(found.raw, bucket.url)
    assert [one.path for one in located if isinstance(one, ImageLocation)] == [
        "images/04-03-2025/aa-1.jpg",
        "images/04-03-2025/bb-2.jpg",
    ]


def test_a_log_with_a_column_called_path_is_deduplicated_as_before():
    row = "2025-03-04T10:00:00.5Z,a,images/a.jpg\n"
    bucket = bucket_of({f"log-{part}.csv": "timestamp,id,path\n" + row for part in "ab"})
    found = read(bucket, path="*.csv", extra=("path",))
    assert found.raw["path"].tolist() == ["images/a.jpg"]
    assert found.times.delivered_again == 1


def test_times_are_searched_in_a_column_of_the_log():
    bucket = bucket_of(
        {
            "boxes.csv": "Image Name,label\ncam_20250304_101112.jpg,a\ncam_7.jpg,b\n"
            "x_20240101_000000.jpg,c\n"
        }
    )
    found = read(
        bucket,
        path="boxes.csv",
        timezone="Asia/Tokyo",
        columns={"timestamp": "{Image Name:%Y%m%d_%H%M%S}", "prediction": "label"},
    )
    assert found.fields["timestamp"].tolist() == [pd.Timestamp("2025-03-04T01:11:12Z")]
    assert found.tally.reasons == {"no timestamp": 1}
    assert found.assumed_timezone == "Asia/Tokyo"


def test_rows_may_have_the_time_when_their_object_was_written():
    bucket = bucket_of({"exp1/predictions.csv": "image,label\na.jpg,x\nb.jpg,y\n"})
    written = bucket.info("exp1/predictions.csv").written
    assert written is not None
    window = WindowRequest(end=written + timedelta(hours=1), last=timedelta(days=1))
    settings = PredictionSettings.model_validate(
        {"path": "*/predictions.csv", "columns": {"timestamp": "{written}"}}
    )
    found = read_predictions(bucket, settings, window)
    assert [time.to_pydatetime() for time in found.fields["timestamp"]] == [written, written]


def test_an_object_whose_name_tells_no_time_is_counted_and_named():
    bucket = bucket_of({"2025-03-04.csv": "a\nx\ny\n", "latest.csv": "a\nz\n"})
    found = read(bucket, path="*.csv", columns={"timestamp": "{name:%Y-%m-%d}"})
    assert len(found) == 2
    assert found.tally.reasons == {"no timestamp": 1}
    assert found.tally.examples[0].source == "latest.csv"


def test_a_repeated_header_is_no_row_where_names_tell_the_time():
    bucket = bucket_of({"2025-03-04.csv": "a,b\nx,1\na,b\ny,2\n"})
    found = read(bucket, path="*.csv", columns={"timestamp": "{name:%Y-%m-%d}"})
    assert found.raw["a"].tolist() == ["x", "y"]


def test_a_template_over_a_column_that_is_not_there_is_refused():
    bucket = bucket_of({"2025-03-04.csv": "a,b\nx,1\n"})
    with pytest.raises(
        ObjectError, match=r'no column "file", which predictions\.columns\.timestamp'
    ):
        read(bucket, path="*.csv", columns={"timestamp": "{file:%Y-%m-%d}"})
    with pytest.raises(ObjectError, match=r'no column "file", which predictions\.columns\.id'):
        read(bucket, path="*.csv", columns={"timestamp": "{name:%Y-%m-%d}", "id": "{file:stem}"})


@pytest.mark.parametrize("count", [3, 700])
def test_small_objects_that_are_read_together_keep_their_own_names(count):
    times = [
        datetime(2025, 3, 9, tzinfo=UTC) - timedelta(minutes=7 * place) for place in range(count)
    ]
    objects = {
        f"{time:%d-%m-%Y %H:%M:%S}/{place:05}.json": json.dumps({"breed": "boxer"})
        for place, time in enumerate(times)
    }
    objects[f"{times[0]:%d-%m-%Y %H:%M:%S}/own.json"] = json.dumps({"path": "mine", "breed": "x"})
    objects["01-01-2024 00:00:00/old.json"] = json.dumps({"breed": "old"})
    bucket = bucket_of(objects)
    found = read(
        bucket,
        path="*/*.json",
        columns={
            "timestamp": "{path:%d-%m-%Y %H:%M:%S}",
            "id": "{name:stem}",
            "prediction": "breed",
        },
        extra=("path", "name"),
    )
    assert len(found) == count
    named = dict(zip(found.fields["id"], found.fields["timestamp"], strict=True))
    assert all(named[f"{place:05}"] == pd.Timestamp(time) for place, time in enumerate(times))
    # "mine" holds no time: an object's own column goes before its name.
    assert "own" not in named
    assert found.tally.reasons == {"no timestamp": 1}
    assert set(found.raw["path"]) == set(objects) - {
        f"{times[0]:%d-%m-%Y %H:%M:%S}/own.json",
        "01-01-2024 00:00:00/old.json",
    }
    assert bucket.reads["01-01-2024 00:00:00/old.json"] == 0


def test_excluded_objects_are_no_part_of_the_log():
    row = "timestamp,breed\n2025-03-04T10:00:00Z,beagle\n"
    names = ("logs/a.csv", "logs/b_debug.csv", "logs/old/c.csv", "logs/d.csv")
    bucket = bucket_of({name: row.replace("beagle", name) for name in names})
    columns = {"id": None, "prediction": "breed"}
    found = read(bucket, path="logs/**", columns=columns, exclude=["*_debug.csv", "logs/old/**"])
    assert found.fields["prediction"].tolist() == ["logs/a.csv", "logs/d.csv"]
