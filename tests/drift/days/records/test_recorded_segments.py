"""Records of days by segment: whoever makes them, and when segments of the job change."""

import json
import shutil

import pytest

from drift.days.records.upkeep import rebuild
from drift.pinned_profile import pinned_profile
from drift.run_request import RunOptions, requested_window
from reports.conditional_writes import always_allowed
from tests.support.day_world import NOW, REQUESTS, day, job_with, make_days, place_of, run_days

DAYS = "data_drift_reports/dogs/days/"
BASELINE = {"days": 5, "images_per_day": 100}
CAMERA = {"columns": ["camera"]}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A log of six days from two cameras; the column of the second one came on the fourth day."""
    folder = tmp_path_factory.mktemp("days")
    make_days(folder)
    log = folder / "predictions_log.csv"
    header, *lines = log.read_text(encoding="utf-8").splitlines()
    long = "x" * 200_000
    cameras = [("left", "right")[at % 2] if at % REQUESTS else long for at in range(len(lines))]
    lenses = ["" if at < 3 * REQUESTS else "wide" for at in range(len(lines))]
    rows = [",".join(row) for row in zip(lines, cameras, lenses, strict=True)]
    log.write_text("\n".join([f"{header},camera,lens", *rows]) + "\n", encoding="utf-8")
    run_days(place_of(job_with(folder, baseline={"days": 0})), day(1))
    return folder


@pytest.fixture
def folder(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "bucket")


def place_with(folder, columns=("camera",), **tables):
    job = job_with(folder, **{"baseline": BASELINE, **tables}, segments={"columns": columns})
    return place_of(job)


def records_in(folder):
    """Return the content of every record by its name."""
    return {path.name: path.read_bytes() for path in folder.glob(f"{DAYS}*/*.json")}


def test_days_before_a_window_know_the_segments(folder):
    known = run_days(place_with(folder), day(6))

    for record in known.records:
        assert set(record.segments["camera"]) == {"left", "right"}
        images = [sums.features.images for sums in record.segments["camera"].values()]
        assert sum(images) == record.features.images - 1 == REQUESTS - 1


def test_a_record_is_the_same_whether_a_run_saw_the_day_or_made_it_later(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    run_days(place_with(folder), day(4))
    run_days(place_with(other), day(5))
    (name,) = [name for name in records_in(folder) if name.startswith("20250306")]

    assert records_in(folder)[name] == records_in(other)[name]


def test_a_day_read_in_parts_and_one_made_anew_are_the_same(folder, tmp_path, monkeypatch):
    other = shutil.copytree(folder, tmp_path / "other")
    run_days(place_with(folder), day(6))
    before = records_in(folder)
    monkeypatch.setattr("drift.days.records.gathering.ROWS_AT_ONCE", 5)
    run_days(place_with(other), day(6))
    place = place_with(folder)
    request = requested_window(place.job, RunOptions(until=day(6)), NOW)

    rebuild(place, request, pinned_profile(place), always_allowed, lambda record: None)

    assert records_in(other) == before == records_in(folder)


def test_a_column_that_the_log_did_not_have_yet_is_known_without_values(folder):
    known = run_days(place_with(folder, columns=("camera", "lens")), day(6))

    lenses = [set(record.segments["lens"]) for record in known.records]
    assert lenses == [set(), set(), set(), {"wide"}, {"wide"}]


def test_a_new_segment_learns_alone(folder):
    run_days(place_with(folder, columns=()), day(4))
    before = records_in(folder)

    known = run_days(place_with(folder), day(6))

    assert [set(record.segments) for record in known.records] == [
        *[set()] * 4,
        {"camera"},
    ]
    assert {name: records_in(folder)[name] for name in before} == before


def test_records_of_the_first_version_go_on_serving(folder):
    run_days(place_with(folder, columns=()), day(5))
    for path in folder.glob(f"{DAYS}*/*.json"):
        document = json.loads(path.read_bytes())
        del document["segments"]
        path.write_text(json.dumps({**document, "version": 1}, separators=(",", ":")))
    old = records_in(folder)

    known = run_days(place_with(folder), day(6))

    assert len(known.records) == 5
    assert {name: records_in(folder)[name] for name in old} == old
    assert [record.features.images for record in known.records] == [REQUESTS] * 5


def test_the_blocks_of_a_week_know_the_segments(folder):
    known = run_days(place_with(folder, window={"last": "2d"}), day(6))

    assert [set(one.segments["camera"]) for one in known.own_records] == [{"left", "right"}] * 2
