"""What ``drift check`` says of the cost of a usual run and of the first one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from drift.setup.check.execution.check import RunSize, check_night
from drift.setup.check.execution.night import ImageCost, run_cost
from drift.setup.check.execution.words import in_core_time, in_hours, in_milliseconds, in_size
from drift.setup.check.image_sources import ImageSources
from drift.setup.check.images import CheckedImages
from drift.setup.check.reference_sources import CheckedReference
from drift.setup.check.result import CheckState
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.job_file.names.logged_images import LOG_IMAGES_URL
from jobs.times.windows import TimeWindow, WindowRequest
from tests.support.day_world import day, job_with, make_days, place_of, run_days
from tests.support.worlds import JOB_FILE

BASELINE = "days = 5\nimages_per_day = 10"
EACH = ImageCost(tried=20, cpu_s=0.05, wait_s=0.02, size_bytes=80_000, requests=1.0)


def at(url: str, name: str) -> ImageLocation:
    return ImageLocation(bucket_url=url, name=name, path=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days") / "bucket"
    make_days(folder)
    return folder


def checked(folder, job_file) -> dict[str, dict]:
    text = JOB_FILE.format(url=folder).replace("days = 0", BASELINE)
    job_file.write_text(text, encoding="utf-8")
    arguments = ["check", str(job_file), "--json", "--until", day(6).isoformat()]
    done = CliRunner().invoke(program, arguments, standalone_mode=False, catch_exceptions=False)
    return {one["thing"]: one for one in json.loads(done.output)["checks"]}


def test_a_packed_object_is_asked_for_once_for_all_its_images():
    packed = [at("gs://b", f"hour-{number % 2}.tar#{number}.png") for number in range(600)]
    alone = [at("gs://b", f"{number}.png") for number in range(100)]
    logged = [at(LOG_IMAGES_URL, f"{number}") for number in range(100)]
    refused = RefusedLocation(reason="outside", detail="")

    sources = ImageSources.of([*packed, *alone, *alone, *logged, refused])

    assert sources == ImageSources(rows=900, alone=100, packed=600, packs=2, logged=100)
    assert sources.images == 800
    assert sources.requests_an_image * sources.images == pytest.approx(100 + 2 * 3)


def test_a_run_costs_its_images_and_what_it_takes_without_any():
    nothing = run_cost(0, 0, EACH)
    some = run_cost(40_000, 40_000, EACH)

    assert 0 < nothing.cpu_s < 10
    assert nothing.requests == nothing.size_bytes == 0
    assert some.cpu_s == pytest.approx(40_000 * 0.05, rel=0.01)
    assert (some.requests, some.size_bytes) == (40_000, 3_200_000_000)


def test_one_machine_takes_as_long_as_its_cores_or_as_its_store():
    run = run_cost(1_000_000, 1_000_000, EACH)

    by_cores, by_store = run.hours(4, 256), run.hours(1_000, 4)
    assert by_cores == pytest.approx(1_000_000 * 0.05 / 4 / 3600, rel=0.01)
    assert by_store == pytest.approx(1_000_000 * 0.02 / 4 / 3600, rel=0.01)


@pytest.mark.parametrize(
    ("length", "rows", "is_of_days", "new"),
    [
        (timedelta(days=7), None, True, 100),
        (timedelta(days=1), None, True, 700),
        (timedelta(hours=23), None, True, 700),
        (timedelta(hours=1), None, False, 700),
        (timedelta(days=7), 700, False, 700),
    ],
)
def test_a_usual_run_reads_one_day_of_a_window_of_days(length, rows, is_of_days, new):
    size = RunSize(
        request=WindowRequest(end=day(9), last=None if rows else length, rows=rows),
        window=TimeWindow(start=day(9) - length, end=day(9)),
        images=CheckedImages(checks=(), images=700),
        reference=CheckedReference(checks=()),
    )

    assert (size.is_of_days, size.new_images) == (is_of_days, new)


def test_numbers_are_said_with_two_digits_and_a_unit():
    said = [in_core_time(seconds) for seconds in (4, 89, 91, 1_234, 5_300, 5_500, 4_320, 432_000)]
    assert said[:4] == ["a core-minute", "a core-minute", "2 core-minutes", "21 core-minutes"]
    assert said[4:] == ["88 core-minutes", "1.5 core-hours", "72 core-minutes", "120 core-hours"]
    assert [in_hours(one) for one in (1.24, 26.0, 72.0)] == ["1.2 hours", "26 hours", "3 days"]
    assert [in_milliseconds(one) for one in (0.000_082, 0.0485)] == ["0.082 ms", "48 ms"]
    assert [in_size(one) for one in (300, 3.14e6, 999e6, 3.1e9, 8e12)] == [
        "1 MB",
        "3.1 MB",
        "1 GB",
        "3.1 GB",
        "8 TB",
    ]


def test_check_measures_images_and_says_what_the_first_run_adds(folder, tmp_path):
    said = checked(folder, tmp_path / "job.toml")

    night = said["a night"]
    assert night["state"] == "ok"
    assert "14 files and 1 MB, for 14 new images" in night["found"]
    # The window, the reference, and five days of ten images.
    assert "for 104 (an estimate from 14 images measured on this machine" in night["found"]
    each = float(night["found"].split("machine: ")[1].split(" ms of a core each")[0])
    assert 0.02 < each < 200
    assert not (folder / "data_drift_reports").exists()


def test_what_is_pinned_and_measured_is_not_counted_again(tmp_path):
    folder = tmp_path / "bucket"
    make_days(folder)
    run_days(place_of(job_with(folder)), day(6))

    said = checked(folder, tmp_path / "job.toml")

    assert "the first one" not in said["a night"]["found"]


def test_hours_on_one_machine_are_a_reason_for_more_of_them(folder):
    place = place_of(job_with(folder), writes=False)
    images = tuple(
        at(str(folder), path.relative_to(folder).as_posix())
        for path in sorted((folder / "images").iterdir())
    )
    size = RunSize(
        request=WindowRequest(end=day(6), last=timedelta(days=1)),
        window=TimeWindow(start=day(5), end=day(6)),
        images=CheckedImages(
            checks=(), images=1_000_000_000, readable=images, sources=ImageSources.of(images)
        ),
        reference=CheckedReference(checks=()),
    )

    (one,) = check_night(place, size, view_s=0.0)

    assert one.state is CheckState.LOOK
    assert "1,000,000,000 files" in one.found
    assert "on this machine with" in one.found
    assert "docs/many-machines.md" in one.mend


def test_images_that_are_gone_by_then_say_nothing(folder):
    place = place_of(job_with(folder), writes=False)
    size = RunSize(
        request=WindowRequest(end=day(6), last=timedelta(days=1)),
        window=TimeWindow(start=day(5), end=day(6)),
        images=CheckedImages(checks=(), images=10, readable=(at(str(folder), "images/none.jpg"),)),
        reference=CheckedReference(checks=()),
    )

    assert list(check_night(place, size, view_s=0.0)) == []
