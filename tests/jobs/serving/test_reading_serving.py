"""What a server measured in a window: logs a line a request, and scrapes of its counters."""

import gzip
from datetime import timedelta

import pytest

from jobs.buckets.registry import open_bucket
from jobs.job_file.serving_settings import ServingSettings
from jobs.serving import reading
from jobs.serving.objects import MetricsFormat
from jobs.serving.reading import read_serving
from jobs.serving.samples import ServedModel
from jobs.serving.tally import ServingTally
from jobs.times.windows import TimeWindow
from tests.support.server_metrics import (
    DAY,
    LATENCY,
    at,
    exposition,
    labels,
    log_line,
    request_lines,
    worker_line,
)

WINDOW = TimeWindow(start=DAY, end=at(24))


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def read(folder, path="metrics/*", **settings):
    return read_serving(open_bucket(str(folder)), ServingSettings(path=path, **settings), WINDOW)


def reasons(found):
    return [one.reason for one in found.unread]


# The published example: 80 requests, sums in microseconds.
@pytest.mark.parametrize(
    ("latency", "queue", "mean_ms", "share"),
    [("7485497.346", "775792.99", 93.57, 10.4), ("7065172.445", "69264.581", 88.31, 1.0)],
    ids=["one worker", "four workers"],
)
def test_a_published_example_of_counters(tmp_path, put, latency, queue, mean_ms, share):
    process = labels("0a", kind="uuid")
    put("metrics/20250304T100000Z.txt", exposition())
    put("metrics/20250304T110000Z.txt", exposition((process, "80.0", latency, queue)))
    found = read(tmp_path)
    figures = found.result.all_models

    assert figures.requests == 80
    assert round(figures.mean_ms, 2) == mean_ms
    assert round(100 * figures.queue_share, 1) == share
    assert (figures.p50_ms, figures.p99_ms) == (None, None)
    assert (found.result.restarts, found.unread) == (0, ())


def test_lines_of_the_window_alone_count_with_single_values(tmp_path, put):
    # One request a minute from an hour before the window to an hour behind it.
    moments = [at(-1) + timedelta(minutes=number) for number in range(26 * 60)]
    values = [1_000.0 + number for number in range(len(moments))]
    lines = [
        request_lines(moment, value, value / 4)
        for moment, value in zip(moments, values, strict=True)
    ]
    put("metrics/ts_metrics.03-Mar.log.gz", gzip.compress("".join(lines[:300]).encode()))
    put("metrics/ts_metrics.log.1", "".join(lines[300:900]))
    put("metrics/ts_metrics.log", "".join(lines[900:]))
    found = read(tmp_path, "metrics/ts_metrics*")
    figures = found.result.all_models

    # Of the values 1060 to 2499: half are up to 1779.5, and 99 % up to 2484.61.
    assert figures.requests == 24 * 60
    assert figures.mean_ms == pytest.approx(1.7795)
    assert figures.p50_ms == pytest.approx(1.7795)
    assert figures.p99_ms == pytest.approx(2.48461)
    assert figures.queue_share == pytest.approx(0.25)
    assert found.formats == (MetricsFormat.LOG,)
    assert (found.objects, found.result.lines, found.result.restarts) == (3, 3 * 24 * 60, 0)


def test_the_time_in_front_is_the_servers_and_its_timestamp_counts(tmp_path, put):
    inside = log_line(at(23), LATENCY, "1.82E4", local=at(25))
    put("metrics/ts_metrics.log", inside + log_line(at(25), LATENCY, 1.0, local=at(23)))

    assert read(tmp_path).result.all_models.mean_ms == 18.2


def test_a_line_without_timestamp_is_in_the_zone_of_the_job_file(tmp_path, put):
    put("metrics/ts_metrics.log", log_line(at(0.5), LATENCY, 5.0).partition(",timestamp")[0])

    assert read(tmp_path).result.lines == 1
    assert read(tmp_path, timezone="Europe/Berlin").result.lines == 0


def test_models_and_versions_are_told_apart_and_one_can_be_chosen(tmp_path, put):
    lines = request_lines(at(1), 100.0, 0.0) + request_lines(at(1), 300.0, 0.0, version="2.0")
    put("metrics/ts_metrics.log", lines + request_lines(at(2), 900.0, 450.0, model="cats"))
    models = read(tmp_path).result.models

    assert {tuple(one): figures.mean_ms for one, figures in models.items()} == {
        ("cats", "1.0"): 0.9, ("dogs", "1.0"): 0.1, ("dogs", "2.0"): 0.3
    }  # fmt: skip
    assert read(tmp_path).result.all_models.requests == 3
    assert list(read(tmp_path, model="cats").result.models) == [ServedModel("cats", "1.0")]


def test_workers_that_start_once_more_are_a_restart_of_the_server(tmp_path, put):
    workers = [f"W-900{number}-dogs_1.0" for number in range(4)]
    starts = [
        worker_line(at(hour) + timedelta(seconds=number), worker)
        for hour in (-3, 2, 7)
        for number, worker in enumerate(workers)
    ]
    # Two workers more are no restart, and one that crashes is.
    starts += [worker_line(at(8), f"W-900{number}-dogs_1.0") for number in (4, 5)]
    starts += [worker_line(at(9), workers[2])]
    put("metrics/ts_metrics.log", "".join(starts))

    assert read(tmp_path).result.restarts == 3


def test_a_container_that_is_replaced_is_a_restart_and_a_second_server_is_none(tmp_path, put):
    def lines(host, *hours):
        return "".join(request_lines(at(hour), 1.0, 0.0, host=host) for hour in hours)

    put("metrics/a.log", lines("first", 1, 2) + lines("second", 3, 4))
    assert read(tmp_path).result.restarts == 1
    put("metrics/a.log", lines("first", 1, 4) + lines("second", 2, 3))
    assert read(tmp_path).result.restarts == 0


def test_samples_with_times_make_many_scrapes_of_one_object(tmp_path, put):
    process = labels("vm")
    text = "".join(
        exposition((process, f"{hour + 10}.0", f"{hour}E6", f"{hour}E5"), time=at(hour))
        for hour in range(26)
    )
    put("metrics/scraped.prom", text)
    found = read(tmp_path)

    assert found.formats == (MetricsFormat.SCRAPES,)
    assert (found.result.scrapes, found.result.all_models.requests) == (24, 23)
    assert found.result.all_models.mean_ms == 1_000
    assert found.result.span == (DAY.timestamp(), at(23).timestamp())


@pytest.mark.parametrize(
    "names",
    [
        ("dt=2025-03-04/01-00-00.txt", "dt=2025-03-04/02-00-00.txt"),
        ("m_20250304010000.txt", "m_20250304020000.txt"),
        ("1741050000.txt", "1741053600000.txt"),
    ],
)
def test_the_time_of_a_scrape_is_in_the_name(tmp_path, put, names):
    for name, requests in zip(names, (5, 9), strict=True):
        put(f"metrics/{name}", exposition((labels("vm"), requests, requests * 1e3, 0)))
    found = read(tmp_path, "metrics/**")

    assert found.result.span == (at(1).timestamp(), at(2).timestamp())
    assert found.result.all_models.requests == 4


def test_what_is_missing_or_damaged_is_said_and_the_rest_counts(tmp_path, put):
    good = request_lines(at(1), 100.0, 0.0)
    put("metrics/a.log", good + log_line(at(1), LATENCY, "fast"))
    put("metrics/b.log.gz", gzip.compress((good * 5_000).encode())[:-20])
    put("metrics/c.log", b"")
    put("metrics/d.log", "2025-03-04 INFO hello\n")
    put("metrics/e.txt", 2 * exposition((labels("vm"), 1, 1, 1)))
    found = read(tmp_path)

    assert [one.url.rpartition("/")[2] for one in found.unread] == [
        "a.log", "b.log.gz", "c.log", "d.log", "e.txt"
    ]  # fmt: skip
    said = " | ".join(reasons(found))
    assert "1 lines with a value that is no number" in said
    assert "cut off" in said
    assert "the object is empty" in said
    assert "neither TorchServe's ts_metrics.log nor" in said
    assert "several scrapes without their times" in said
    assert found.result.all_models.mean_ms == 0.1
    assert found.result.scrapes == 0


@pytest.mark.parametrize("path", ["metrics/ts_metrics.log", "metrics/*.log", "../outside.log"])
def test_nothing_there_is_one_line(tmp_path, put, path):
    put("log.csv", "id")
    found = read(tmp_path, path)

    assert len(found.unread) == 1
    assert (found.objects, found.result.span, found.result.models) == (0, None, {})


def test_one_scrape_alone_tells_nothing_and_says_so(tmp_path, put):
    put("metrics/20250304T100000Z.txt", exposition((labels("vm"), 80, 1, 1)))
    found = read(tmp_path)

    assert "takes two" in reasons(found)[0]
    assert found.result.all_models.requests == 0


def test_a_scrape_without_a_part_of_its_counters_is_left_out(tmp_path, put):
    for hour, requests in ((1, "10"), (2, "1O"), (3, "30")):
        put(f"metrics/2025030{4}T0{hour}0000Z.txt", exposition((labels("vm"), requests, 1, 1)))
    found = read(tmp_path)

    assert (found.result.all_models.requests, found.result.restarts) == (20, 0)
    assert len(found.unread) == 1


def test_a_text_without_the_servers_counters_tells_nothing(tmp_path, put):
    whole = exposition((labels("vm"), 10, 1, 1))
    put("metrics/20250304T010000Z.txt", whole)
    put("metrics/20250304T020000Z.txt", whole[:60])
    put("metrics/20250304T030000Z.txt", exposition((labels("vm"), 14, 1, 1)))
    found = read(tmp_path)

    assert (found.result.all_models.requests, found.result.restarts) == (4, 0)
    assert "it has no ts_inference_requests_total" in reasons(found)[0]
    # Of a server that was not asked yet the counters are named.
    put("metrics/20250304T020000Z.txt", exposition())
    found = read(tmp_path)
    assert (found.result.all_models.requests, found.result.restarts) == (14, 1)


def test_too_much_is_refused_and_said(tmp_path, put, monkeypatch):
    for hour in range(1, 4):
        put(f"metrics/20250304T0{hour}0000Z.txt", exposition((labels("vm"), hour, 1, 1)))
    monkeypatch.setattr(reading, "MOST_OBJECTS", 2)
    assert "3 objects match" in reasons(read(tmp_path))[0]
    monkeypatch.undo()
    monkeypatch.setattr(
        reading, "_tally", lambda *_: ServingTally(DAY.timestamp(), at(24).timestamp(), most_kept=9)
    )
    found = read(tmp_path)
    assert "more than 9 counters" in reasons(found)[0]
    assert found.result.scrapes == 0
