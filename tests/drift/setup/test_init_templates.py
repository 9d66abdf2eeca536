"""Templates of images.path that take a change of the value: separators, fractions, other clocks."""

from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from drift.setup.propose.report_links import link_template_of
from drift.setup.propose.write_job_file import job_file_text
from tests.support.layouts import put, requests, write_csv
from tests.support.proposing import proposed, row, said

ROWS = requests(60, minutes=37)


def with_reference(folder):
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    return folder


def test_paths_of_a_windows_service_lead_to_objects(tmp_path):
    folder = with_reference(tmp_path)
    for one in ROWS:
        put(folder, f"images/cam{one.number % 3}/{one.number:04}.jpg", one.number)
    paths = [f"images\\cam{one.number % 3}\\{one.number:04}.jpg" for one in ROWS]
    rows = [row(one, file=path) for one, path in zip(ROWS, paths, strict=True)]
    write_csv(folder / "log.csv", rows)
    found = proposed(folder).template
    assert (found.path, found.share) == ("{file:slashes}", 1.0)


def test_absolute_paths_of_a_windows_service_lead_to_objects(tmp_path):
    folder = with_reference(tmp_path)
    for one in ROWS:
        put(folder, f"images/cam{one.number % 3}/{one.number:04}.jpg", one.number)
    paths = [f"C:\\srv\\cam{one.number % 3}\\{one.number:04}.jpg" for one in ROWS]
    rows = [row(one, file=path) for one, path in zip(ROWS, paths, strict=True)]
    write_csv(folder / "log.csv", rows)
    found = proposed(folder).template
    assert found.share == 1.0
    assert "{file:after=" in found.path


@pytest.mark.parametrize(
    ("name", "path"), [("{}.jpg", "images/{nr:whole}.jpg"), ("{:05}.jpg", "images/{nr:05}.jpg")]
)
def test_ids_that_became_fractions_are_tried_as_whole_numbers(name, path, tmp_path):
    folder = with_reference(tmp_path)
    for one in ROWS:
        put(folder, "images/" + name.format(1000 + one.number), one.number)
    rows = [{"timestamp": f"{one.time.isoformat()}Z", "nr": 1000.0 + one.number} for one in ROWS]
    write_csv(folder / "log.csv", rows)
    found = proposed(folder).template
    assert (found.path, found.share) == (path, 1.0)


def test_folders_by_the_days_of_another_clock_get_a_template_that_names_it(tmp_path):
    folder = with_reference(tmp_path)
    for one in ROWS:
        local = one.time.replace(tzinfo=UTC).astimezone(ZoneInfo("Asia/Tokyo"))
        put(folder, f"images/{local:%Y-%m-%d}/{one.number:04}.jpg", one.number)
    rows = [row(one, file=f"{one.number:04}.jpg") for one in ROWS]
    write_csv(folder / "log.csv", rows)
    found = proposed(folder)
    assert found.template.share == 1.0
    assert found.template.path == "images/{timestamp:+09:00 %Y-%m-%d}/{file}"
    assert "tell the time of a clock at UTC+09:00" in said(found)


def test_images_that_are_gone_are_no_reason_for_another_clock(tmp_path):
    folder = with_reference(tmp_path)
    for one in ROWS[20:]:
        put(folder, f"images/{one.time:%Y-%m-%d}/{one.number:04}.jpg", one.number)
    write_csv(folder / "log.csv", [row(one, file=f"{one.number:04}.jpg") for one in ROWS])
    now = ROWS[-1].time.replace(tzinfo=UTC) + timedelta(hours=1)
    assert proposed(folder, now).template.path == "images/{timestamp:%Y-%m-%d}/{file}"


@pytest.mark.parametrize(
    ("url", "environment", "template"),
    [
        ("gs://dogs", {}, "https://storage.cloud.google.com/dogs/{path}"),
        ("gs://dogs/team a", {}, "https://storage.cloud.google.com/dogs/team%20a/{path}"),
        ("s3://dogs", {}, "https://console.aws.amazon.com/s3/object/dogs?prefix={path}"),
        ("s3://dogs/x/", {}, "https://console.aws.amazon.com/s3/object/dogs?prefix=x/{path}"),
        ("s3://dogs", {"AWS_ENDPOINT_URL": "http://minio:9000"}, None),
        ("/srv/dogs", {}, None),
        ("file:///srv/dogs", {}, None),
    ],
)
def test_links_to_reports_are_those_of_the_store(url, environment, template):
    assert link_template_of(url, environment) == template


def test_the_job_file_holds_the_links(tmp_path):
    folder = with_reference(tmp_path)
    for one in ROWS:
        put(folder, f"images/{one.id}.jpg", one.number)
    write_csv(folder / "log.csv", [row(one) for one in ROWS])
    found = replace(proposed(folder), link_template="https://x.test/{path}")
    assert 'link_template = "https://x.test/{path}"' in job_file_text(found)
    elsewhere = replace(found, link_template=None, url="s3://dogs")
    assert '# link_template = "https://.../{path}"' in job_file_text(elsewhere)
    assert "link_template" not in job_file_text(replace(found, link_template=None))
