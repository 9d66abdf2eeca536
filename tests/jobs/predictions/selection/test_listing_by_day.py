"""Which folders of a log are listed, by the days that their names tell."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.selection.choose import objects_of_days, objects_of_log
from jobs.predictions.selection.object_names import compile_glob, named_span
from jobs.times.timestamps import to_moment
from jobs.times.windows import WindowRequest
from tests.support.log_window import ids
from tests.support.memory_bucket import MemoryBucket

START = datetime(2025, 3, 1, tzinfo=UTC)
DAYS = 30
FOLDERS = ["%d-%m-%Y", "%Y-%m-%d", "%Y%m%d", "%m.%d.%Y", "%d_%m_%Y", "%Y/%m/%d"]
HIVE = "year=%Y/month=%m/day=%d"


class ListedBucket(MemoryBucket):
    """Remembers what was listed, whole folders and single levels."""

    def __init__(self):
        super().__init__()
        self.listed = []
        self.levels = []

    def list(self, prefix=""):
        self.listed.append(prefix)
        return super().list(prefix)

    def level(self, folder=""):
        self.levels.append(folder)
        seen = set()
        for info in sorted(super().list(folder), key=lambda one: one.name):
            below, slash, _ = info.name.removeprefix(folder).partition("/")
            if not slash:
                yield info
            elif below not in seen:
                seen.add(below)
                yield f"{folder}{below}/"


def bucket_of(folder: str, days: int = DAYS, late_hours: int = 0) -> ListedBucket:
    bucket = ListedBucket()
    for day in range(days):
        named = START + timedelta(days=day)
        for hour in (1, 13):
            time = named + timedelta(hours=hour + late_hours)
            row = {"timestamp": time.isoformat(), "id": f"{day}-{hour}"}
            name = f"results/{named.strftime(folder)}/a{day}x{hour}.json"
            bucket.put_all({name: json.dumps(row).encode()})
    return bucket


def read(bucket, day, path="results/**/*.json", **settings):
    end = START + timedelta(days=day + 1)
    told = PredictionSettings(path=path, **settings)
    return read_predictions(bucket, told, WindowRequest(end=end, last=timedelta(days=1)))


@pytest.mark.parametrize("folder", [*FOLDERS, HIVE])
def test_only_the_days_around_the_window_are_listed(folder):
    bucket = bucket_of(folder)
    rows = read(bucket, 20)
    assert ids(rows) == ["20-1", "20-13"]
    near = {f"results/{(START + timedelta(days=day)).strftime(folder)}/" for day in (19, 20, 21)}
    assert set(bucket.listed) == near
    assert all(one.startswith("results/") for one in bucket.levels)


def test_objects_beside_the_folders_are_read_too():
    bucket = bucket_of("%d-%m-%Y")
    row = {"timestamp": (START + timedelta(days=20, hours=2)).isoformat(), "id": "beside"}
    bucket.put_all({"results/newest.json": json.dumps(row).encode()})
    assert "beside" in ids(read(bucket, 20))
    assert "results/" not in bucket.listed


def test_names_that_prove_untrue_lead_to_all_objects():
    bucket = bucket_of("%Y-%m-%d", late_hours=5 * 24)
    rows = read(bucket, 20)
    assert ids(rows) == ["15-1", "15-13"]
    assert "results/" in bucket.listed


@pytest.mark.parametrize("folder", ["%d-%m-%Y", "%m-%d-%Y"])
def test_days_that_could_be_months_are_all_listed_unless_the_job_file_says(folder):
    bucket = bucket_of(folder, days=12)
    read(bucket, 6)
    assert "results/" in bucket.listed
    told = bucket_of(folder, days=12)
    assert ids(read(told, 6, day_first=folder.startswith("%d"))) == ["6-1", "6-13"]
    assert "results/" not in told.listed


def test_an_empty_window_is_no_missing_log():
    bucket = bucket_of("%Y-%m-%d")
    assert ids(read(bucket, 300)) == []


def test_a_window_of_rows_lists_all():
    bucket = bucket_of("%Y-%m-%d")
    end = START + timedelta(days=DAYS)
    settings = PredictionSettings(path="results/*/*.json")
    rows = read_predictions(bucket, settings, WindowRequest(end=end, rows=3))
    assert len(rows) == 3
    assert bucket.listed == ["results/"]


def test_many_folders_and_long_stretches_are_listed_at_once():
    many = ListedBucket()
    for second in range(2_100):
        time = START + timedelta(minutes=second)
        many.put_all({f"results/{time:%d-%m-%Y %H:%M:%S}/a": b"{}"})
    settings = PredictionSettings(path="results/*/*", day_first=True)
    start = to_moment(START)
    objects_of_days(many, settings, start, start + 1)
    assert many.listed == ["results/"]
    deep = bucket_of("%d/%m/%Y")
    objects_of_days(deep, PredictionSettings(path="results/**"), start, start + 1)
    assert deep.listed == ["results/"]
    long = bucket_of("%Y-%m-%d")
    settings = PredictionSettings(path="results/*/*.json")
    objects_of_days(long, settings, start, to_moment(START + timedelta(days=25)))
    assert long.listed == ["results/"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_may_hold_the_window_is_found_as_in_a_whole_listing(folder):
    bucket = bucket_of(folder)
    settings = PredictionSettings(path="results/**/*.json")
    start, end = to_moment(START + timedelta(days=9)), to_moment(START + timedelta(days=11))
    found = objects_of_days(bucket, settings, start, end)
    whole = [one for one in objects_of_log(bucket, settings) if one.may_hold(start, end)]
    assert [one for one in found.objects if one.may_hold(start, end)] == whole
    assert len(whole) == 8
    assert found.passed_over


@pytest.mark.parametrize("digits", ["2095008181c8", "x2063-99-12y"])
def test_digits_of_a_random_name_hide_no_day_of_its_folder(digits):
    glob = compile_glob("results/*/*.json")
    span = named_span(f"results/13-03-2025/ca{digits}.json", glob, day_first=True)
    assert span is not None
    assert span.start == datetime(2025, 3, 13, tzinfo=UTC)


def test_a_name_whose_dates_disagree_tells_no_day():
    glob = compile_glob("results/*/*.json")
    assert named_span("results/13-03-2025/a-20240101.json", glob, day_first=True) is None
