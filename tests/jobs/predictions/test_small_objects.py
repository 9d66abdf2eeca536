"""Logs of one small object per request: how many are fetched, and what is said of bad ones."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from jobs.errors import ObjectError, TooManyRowsError
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest
from tests.support.log_window import ids, read_log
from tests.support.memory_bucket import MemoryBucket

START = datetime(2025, 3, 1, tzinfo=UTC)


class CountingBucket(MemoryBucket):
    """Counts the objects that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def read(self, name, most_bytes=None):
        self.fetched.append(name)
        return super().read(name, most_bytes)

    def local_copy(self, name, folder):
        self.fetched.append(name)
        return super().local_copy(name, folder)


FOLDERS = [
    *("%Y/%m/%d", "%Y/%m/%d/%Y-%m-%dT%H-%M", "%d-%m-%Y", "%d-%m-%Y %H:%M:%S", "%m-%d-%Y"),
    *("%d-%m-%Y/%H", "%d_%m_%Y_%H_%M_%S", "%d/%m/%Y", "%d.%m.%Y"),
]


def entry(number: int, time: datetime) -> str:
    return json.dumps({"timestamp": time.isoformat(), "id": str(number)})


def bucket_of(days: int, a_day: int, folder: str) -> CountingBucket:
    bucket = CountingBucket()
    step = timedelta(days=1) / a_day
    times = [START + step * number for number in range(days * a_day)]
    bucket.put_all(
        {
            f"requests/{time.strftime(folder)}/{number:08x}-response.json": entry(
                number, time
            ).encode()
            for number, time in enumerate(times)
        }
    )
    return bucket


def read(bucket, path="requests/**/*-response.json", day=10, length=1, **settings):
    end = START + timedelta(days=day)
    request = WindowRequest(end=end, last=timedelta(days=length))
    return read_predictions(
        bucket, PredictionSettings.model_validate({"path": path, **settings}), request
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_day_reads_that_day_and_a_margin_only(folder):
    bucket = bucket_of(days=30, a_day=60, folder=folder)
    rows = read(bucket)
    assert len(rows) == 60
    assert rows.tally.rejected == 0
    assert len(bucket.fetched) == 3 * 60


def test_a_day_of_forty_thousand_objects_fetches_four_thousand():
    bucket = bucket_of(days=30, a_day=1_333, folder="%d-%m-%Y %H:%M:%S")
    rows = read(bucket)
    assert len(rows) == 1_333
    assert len(bucket.fetched) == 3 * 1_333


def test_dates_that_could_be_read_either_way_prune_nothing():
    bucket = bucket_of(days=10, a_day=20, folder="%d-%m-%Y")
    assert len(read(bucket, day=4)) == 20
    assert len(bucket.fetched) == 200
    bucket.fetched.clear()
    assert len(read(bucket, day=4, day_first=True)) == 20
    assert len(bucket.fetched) == 60


def test_names_that_are_not_true_cost_no_row():
    bucket = bucket_of(days=20, a_day=20, folder="%Y/%m/%d")
    wrong = "requests/2025/03/10/ffffffff-response.json"
    bucket.put_all({wrong: entry(1, START + timedelta(days=1, hours=1)).encode()})
    late = "requests/2025/03/01/eeeeeeee-response.json"
    bucket.put_all({late: entry(2, START + timedelta(days=9, hours=1)).encode()})
    assert len(read(bucket)) == 21


def test_more_objects_than_stated_end_the_run_before_one_is_fetched():
    bucket = bucket_of(days=5, a_day=100, folder="%Y/%m/%d")
    with pytest.raises(ObjectError, match=r"needs 300 small objects.*at most 250.*Pack them"):
        read(bucket, day=3, most_objects=250)
    assert not bucket.fetched
    with pytest.raises(ObjectError, match="small objects"):
        read_predictions(
            bucket,
            PredictionSettings(path="requests/**", most_objects=250),
            WindowRequest(end=START + timedelta(days=9), rows=400),
        )


def test_a_window_by_rows_fetches_the_newest_days_only():
    bucket = bucket_of(days=30, a_day=100, folder="%Y/%m/%d")
    settings = PredictionSettings(path="requests/**/*.json")
    request = WindowRequest(end=START + timedelta(days=40), rows=150)
    assert len(read_predictions(bucket, settings, request)) == 150
    assert len(bucket.fetched) <= 500


def objects(count: int = 60, **more: str) -> dict[str, str]:
    time = datetime(2025, 3, 4, 10, tzinfo=UTC)
    return {f"r/{number:03}": entry(number, time) for number in range(count)} | more


def test_bad_objects_are_counted_with_their_names_and_cost_no_other():
    bad = {
        "r/007a": "<html>503</html>\n<p>a, b</p>\n<p>c</p>",
        "r/008a": '{"timestamp": "2025-03-04T10:00:00Z", "id": ',
        "r/009a": '{"id": "no time"}',
        "r/010a": json.dumps([json.loads(entry(1001, START)), "x"]),
        "r/011a": " \n",
    }
    rows = read_log({**objects(), **bad}, "r/*")
    assert len(rows) == 60
    found = [(row.source, row.line, row.unit, row.reason) for row in rows.tally.examples]
    assert found == [
        ("r/007a", 1, "object", "not a JSON object"),
        ("r/008a", 1, "object", "not a JSON object"),
        ("r/009a", 1, "object", "no timestamp"),
        ("r/010a", 2, "object", "not a JSON object"),
    ]


def test_they_are_the_same_rows_as_in_one_object():
    one_by_one = read_log(objects(), "r/*")
    together = read_log({"log.jsonl": "\n".join(objects().values())}, "log.jsonl")
    assert sorted(ids(one_by_one)) == sorted(ids(together))
    assert one_by_one.fields.equals(together.fields)


def test_objects_of_other_formats_among_them_are_read_as_they_are():
    table = "timestamp,id\n2025-03-04T10:00:00Z,table\n2025-03-04T10:00:01Z,table\n"
    rows = read_log(objects(**{"r/100": table, "r/101.csv": table}), "r/*")
    assert len(rows) == 64


def test_thousands_of_rejected_objects_are_one_line_each_and_few_examples():
    bad = {f"r/{number:05}": "broken {" for number in range(3_000)}
    rows = read_log(bad | {"r/x": entry(1, datetime(2025, 3, 4, 10, tzinfo=UTC))}, "r/*")
    assert (len(rows), rows.tally.rejected) == (1, 3_000)
    assert len(rows.tally.examples) == 20
    assert len(rows.times.courses) == 1


def test_a_window_of_too_many_rows_is_refused():
    request = WindowRequest(
        end=datetime(2025, 3, 5, tzinfo=UTC), last=timedelta(days=1), most_rows=30
    )
    with pytest.raises(TooManyRowsError):
        read_log(objects(), "r/*", request=request)


def test_a_binary_object_that_is_read_first_costs_its_own_row_alone():
    """It was fatal in the first of them, and counted in any other."""
    bucket = bucket_of(days=1, a_day=60, folder="%Y/%m/%d")
    first = min(bucket.objects)
    bucket.write(first, b"\x00\x01 is no JSON")
    rows = read(bucket, day=1)

    assert len(rows) == 59
    assert rows.tally.examples[0].source == first
    assert rows.tally.rejected == 1
