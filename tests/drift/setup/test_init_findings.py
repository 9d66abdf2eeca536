"""What init makes of buckets whose images are gone, kept twice, or named by other times."""

from datetime import UTC, timedelta

import pytest

from tests.support.layouts import put, requests, write_csv
from tests.support.proposing import proposed, row, said


def test_images_that_are_deleted_after_a_while_are_no_reference(tmp_path):
    rows = requests(300)
    for one in rows[180:]:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    found = proposed(tmp_path, rows[-1].time.replace(tzinfo=UTC) + timedelta(hours=1))
    assert found.stretch is not None
    since = rows[180].time.replace(tzinfo=UTC)
    assert since - timedelta(minutes=1) <= found.stretch.start <= since
    assert found.stretch.end > found.stretch.start
    assert found.window.images <= 120 - found.stretch.rows
    assert f"Images exist since {since:%Y-%m-%d %H:%M} UTC only" in said(found)


def test_the_window_lies_within_the_time_that_has_images(tmp_path):
    rows = requests(300)
    for one in rows[200:]:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    for number in range(60):
        put(tmp_path, f"reference/{number}.jpg", number)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    found = proposed(tmp_path, rows[-1].time.replace(tzinfo=UTC) + timedelta(hours=1))
    assert found.reference is not None
    assert found.window.images <= 100
    assert (found.window.rows or 0) <= 100


@pytest.mark.parametrize("folder", ["images/original", "images/1024"])
def test_the_same_images_in_another_size_are_no_reference(folder, tmp_path):
    rows = requests(90)
    for one in rows:
        put(tmp_path, f"images/square/{one.id}.jpg", one.number)
        put(tmp_path, f"{folder}/{one.id}.jpg", one.number + 1)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    found = proposed(tmp_path)
    assert found.reference is None
    assert found.stretch is not None


def test_many_small_log_objects_are_all_read(tmp_path):
    rows = requests(200)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
        write_csv(tmp_path / f"logs/{one.time:%Y/%m/%d/%H%M%S}.csv", [row(one)])
    found = proposed(tmp_path, rows[-1].time.replace(tzinfo=UTC) + timedelta(hours=1))
    assert "200 objects, 200 rows" in found.log.because
    assert found.stretch is not None
    middle = rows[100].time.replace(tzinfo=UTC)
    assert middle - timedelta(days=1.5) < found.stretch.end <= middle


def test_windows_go_by_the_time_of_the_request_where_images_wait(tmp_path):
    rows = requests(90)
    for number in range(60):
        put(tmp_path, f"reference/{number}.jpg", number)
    lines = []
    for one in rows:
        put(tmp_path, f"images/{one.time:%Y/%m/%d}/{one.id}.jpg", one.number)
        came = one.time + timedelta(days=40)
        lines.append(
            {
                "capture_time": one.time, "upload_time": came,
                "processed_at": came + timedelta(minutes=2), "id": one.id, "pred": one.breed,
            }
        )  # fmt: skip
    write_csv(tmp_path / "log.csv", lines)
    found = proposed(tmp_path)
    assert found.columns.time is not None
    assert found.columns.time.column == "processed_at"
    assert found.template.path == "images/{capture_time:%Y/%m/%d}/{id}.jpg"
    assert "Other times are in capture_time or upload_time." in said(found)


def test_a_time_of_day_in_a_column_of_its_own_is_named(tmp_path):
    rows = requests(90)
    for number in range(60):
        put(tmp_path, f"reference/{number}.jpg", number)
    lines = []
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
        lines.append({"date": f"{one.time:%Y-%m-%d}", "hora": f"{one.time:%H:%M:%S}", "id": one.id})
    write_csv(tmp_path / "log.csv", lines)
    text = said(proposed(tmp_path))
    assert "The column hora looks like the time of day" in text
    assert "whole days" not in text


def test_a_folder_called_reference_that_the_log_names_is_said_to_be_there(tmp_path):
    rows = requests(90)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    for number in range(40):
        put(tmp_path, f"reference/{number}.jpg", number)
    lines = [row(one, file=f"images/{one.id}.jpg") for one in rows]
    lines += [row(one, file=f"reference/{one.number}.jpg") for one in rows[:30]]
    write_csv(tmp_path / "log.csv", lines)
    assert "reference/ is called like a reference, but the log names 30 of its 40 images" in said(
        proposed(tmp_path)
    )


def test_the_logs_own_folder_is_not_called_a_reference(tmp_path):
    rows = requests(90)
    for one in rows:
        put(tmp_path, f"dataset/{one.id}.jpg", one.number)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    assert "is called like a reference" not in said(proposed(tmp_path))


def test_objects_named_like_the_log_that_no_run_reads_are_named(tmp_path):
    rows = requests(90)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    write_csv(tmp_path / "logs/p.csv", [row(one) for one in rows])
    (tmp_path / "logs/p.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd....")
    assert "The path does not match logs/p.csv.zst, which is named alike" in said(
        proposed(tmp_path)
    )


def test_a_column_with_the_day_of_the_timestamp_is_no_other_time(tmp_path):
    rows = requests(80)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    written = [row(one) | {"day": f"{one.time:%Y-%m-%d}"} for one in rows]
    write_csv(tmp_path / "log.csv", written)
    assert "Other times" not in said(proposed(tmp_path))
    late = [one | {"day": "2020-01-01"} for one in written]
    write_csv(tmp_path / "log.csv", late)
    assert "Other times are in day." in said(proposed(tmp_path))
