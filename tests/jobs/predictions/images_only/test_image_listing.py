"""The listing of images as a log: which images are rows, and which folders are left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobs.buckets.bucket import ObjectInfo
from jobs.errors import ColumnMissingError, ObjectMissingError, TooManyRowsError
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from tests.support.memory_bucket import MemoryBucket

END = datetime(2025, 3, 20, tzinfo=UTC)
DAYS = [datetime(2025, 3, 1, 10, 11, 12, tzinfo=UTC) + timedelta(days=day) for day in range(25)]
BY_DAY = "{camera}/{timestamp:%Y/%m/%d}/{timestamp:%Y%m%d_%H%M%S}.jpg"


class ListedBucket(MemoryBucket):
    """Remembers what was listed."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.listed: list[str] = []
        for name in names:
            self.write(name, b"x")

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        self.listed.append(prefix)
        return super().list(prefix)

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        below = {name.removeprefix(folder) for name in self.objects if name.startswith(folder)}
        for part in sorted({one.partition("/")[0] + "/" * ("/" in one) for one in below}):
            yield folder + part if part.endswith("/") else self.info(folder + part)


def read(
    bucket: MemoryBucket, *, days: int = 2, rows: int | None = None, **settings: object
) -> PredictionRows:
    settings = {"images_only": True, **settings}
    request = WindowRequest(end=END, last=None if rows else timedelta(days=days), rows=rows)
    return read_predictions(
        bucket, PredictionSettings.model_validate(settings), request, extra_columns=("path",)
    )


def by_day() -> list[str]:
    return [f"{cam}/{day:%Y/%m/%d/%Y%m%d_%H%M%S}.jpg" for cam in ("gate", "yard") for day in DAYS]


def test_images_of_the_window_are_rows_and_other_days_are_not_listed():
    bucket = ListedBucket([*by_day(), "reference/a.jpg", "gate/2025/03/19/notes.txt"])
    found = read(bucket, from_path=BY_DAY)
    assert found.raw["camera"].tolist() == ["gate", "yard"] * 2
    assert found.raw["path"].tolist() == [
        "gate/2025/03/18/20250318_101112.jpg",
        "yard/2025/03/18/20250318_101112.jpg",
        "gate/2025/03/19/20250319_101112.jpg",
        "yard/2025/03/19/20250319_101112.jpg",
    ]
    assert found.tally.rejected == 0
    assert "gate/2025/03/18/" in bucket.listed
    assert not {"", "gate/2025/03/01/", "yard/2025/03/10/"}.intersection(bucket.listed)


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        ("%d-%m-%Y", "{timestamp:%d-%m-%Y}"),
        ("%Y-%m-%d", "{timestamp:%Y-%m-%d}"),
        ("day=%Y%m%d", "day={timestamp:%Y%m%d}"),
    ],
)
def test_folders_of_days_are_left_out_however_they_are_written(folder, pattern):
    bucket = ListedBucket([f"in/{day:{folder}}/{day.day}.jpg" for day in DAYS])
    found = read(bucket, from_path=f"in/{pattern}/*.jpg")
    assert found.raw["path"].str.extract(r"(\d+)\.jpg")[0].tolist() == ["18", "19"]
    assert len([one for one in bucket.listed if one.count("/") > 1]) < 10


def test_folders_whose_names_are_no_days_of_the_images_are_all_listed():
    installed = [f"2019-01-01/cam/{day:%Y%m%d_%H%M%S}.jpg" for day in DAYS]
    found = read(ListedBucket(installed), columns={"timestamp": "{name:%Y%m%d_%H%M%S}"})
    assert len(found) == 2


def test_every_way_of_listing_gives_the_same_rows():
    names = by_day()
    whole = read(ListedBucket(names), rows=4, columns={"timestamp": "{name:%Y%m%d_%H%M%S}"})
    parts = read(ListedBucket(names), columns={"timestamp": "{name:%Y%m%d_%H%M%S}"})
    assert whole.raw["path"].tolist() == parts.raw["path"].tolist()


def test_equal_last_parts_and_equal_times_are_images_of_their_own():
    bucket = ListedBucket(["a/20250319_101112.jpg", "b/20250319_101112.jpg"])
    found = read(bucket, columns={"timestamp": "{name:%Y%m%d_%H%M%S}", "id": "{name:stem}"})
    assert found.fields["id"].tolist() == ["20250319_101112"] * 2
    assert found.raw["path"].tolist() == ["a/20250319_101112.jpg", "b/20250319_101112.jpg"]


def test_a_name_without_a_time_is_counted_and_loses_nothing():
    bucket = ListedBucket(["a/20250319_101112.jpg", "a/background.jpg", "a/.20250319_1.jpg"])
    found = read(bucket, columns={"timestamp": "{name:%Y%m%d_%H%M%S}"})
    assert found.tally.reasons == {"no time in the image's name": 1}
    assert found.tally.examples[0].source == "a/background.jpg"
    assert found.tally.losses == {}


def test_excluded_images_and_other_files_are_no_rows():
    names = ["a/20250319_101112.jpg", "thumbs/20250319_101113.jpg", "a/20250319_101114_s.jpg"]
    bucket = ListedBucket([*names, "a/20250319_101115.txt"])
    found = read(
        bucket, exclude=["thumbs/**", "*_s.jpg"], columns={"timestamp": "{name:%Y%m%d_%H%M%S}"}
    )
    assert found.raw["path"].tolist() == names[:1]


def test_times_may_be_those_of_the_store():
    bucket = ListedBucket(["a/1.jpg", "a/2.jpg"])
    written = bucket.info("a/2.jpg").written
    assert written is not None
    request = WindowRequest(end=written + timedelta(minutes=1), last=timedelta(hours=1))
    found = read_predictions(
        bucket, PredictionSettings.model_validate({"images_only": True}), request
    )
    assert found.fields["timestamp"].max().to_pydatetime() == written
    assert found.assumed_timezone is None


def test_a_zone_in_the_format_is_the_clock_of_the_names():
    bucket = ListedBucket(["a/20250320_050000.jpg"])
    found = read(bucket, columns={"timestamp": "{name:Asia/Tokyo %Y%m%d_%H%M%S}"})
    assert found.fields["timestamp"][0].isoformat() == "2025-03-19T20:00:00+00:00"


def test_a_bucket_without_such_images_and_a_time_from_nowhere_are_refused():
    with pytest.raises(ObjectMissingError, match="no image matches"):
        read(ListedBucket(["a/x.txt"]))
    with pytest.raises(ColumnMissingError, match="times can only come from names"):
        read(ListedBucket(["a/x.jpg"]), columns={"timestamp": "time"})


def test_a_window_of_too_many_images_ends_the_run():
    bucket = ListedBucket([f"a/20250319_1011{second:02}.jpg" for second in range(30)])
    settings = PredictionSettings.model_validate(
        {"images_only": True, "columns": {"timestamp": "{name:%Y%m%d_%H%M%S}"}}
    )
    with pytest.raises(TooManyRowsError):
        read_predictions(
            bucket, settings, WindowRequest(end=END, last=timedelta(days=2), most_rows=20)
        )
