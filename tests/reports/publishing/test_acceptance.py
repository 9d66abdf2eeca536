import dataclasses
import json
import logging
import re
from pathlib import Path

import pytest

from jobs.buckets.bucket import HTML, Bucket
from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectError, PublishError
from reports.conditional_writes import always_allowed
from reports.findings.run import RunFindings
from reports.findings.runs import Evidence
from reports.history.history import (
    AcceptedWindow,
    HistoryRow,
    history_bytes,
    history_name,
    history_row,
)
from reports.history.parsing import parse_history_row
from reports.history.run_view import AcceptedView
from reports.history.store import read_history
from reports.pages.index.page import index_files
from reports.pages.run.report import report_html, with_marks
from reports.publishing.acceptance import mark_page, read_run
from reports.publishing.publish import change_row, publish, rebuild_index
from tests.support import findings as examples
from tests.support import model_view_findings, normal_days

JOB = "reports/dogs"
WINDOW = AcceptedWindow(
    statistics={"joint.t2": 0.5, "mean.location": -1.25}, reference_units=1190, current_units=5100
)


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return open_bucket(str(tmp_path))


def publish_run(bucket: Bucket, run: RunFindings) -> None:
    page = report_html(run, None, read_history(bucket, JOB))
    publish(bucket, JOB, run, {"report.html": (page, HTML)})


def accept(bucket: Bucket, run: RunFindings) -> HistoryRow:
    return change_row(
        bucket, JOB, run.run_id, lambda row: dataclasses.replace(row, accepted=WINDOW)
    )


def page_of(bucket: Bucket, run: RunFindings) -> str:
    return bucket.read(f"{JOB}/runs/{run.run_id}/report.html").data.decode()


def test_a_report_offers_its_statistics_its_sizes_and_the_shifts(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)

    offered = read_run(bucket, JOB, run.run_id)

    assert offered.window == WINDOW
    assert offered.profile_id == run.profile.id
    assert offered.shifts["mean"] == -1.34
    assert "breed" not in offered.shifts
    assert offered.shifts == history_row(run).shifts


def test_a_report_tells_on_what_the_tests_of_a_models_view_rest(bucket: Bucket) -> None:
    run = model_view_findings.novel_images()
    publish_run(bucket, run)

    offered = read_run(bucket, JOB, run.run_id)

    assert offered.window is not None
    assert offered.window.view == AcceptedView(
        view_id=run.model_view.view_id,
        reference_units=max(one.reference.count for one in run.view),
        current_units=max(one.current.count for one in run.view),
    )
    assert offered.window.view.view_id


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        dataclasses.replace(examples.evidence(), reference_units=0),
        dataclasses.replace(examples.evidence(), current_units=0),
        dataclasses.replace(examples.evidence(), statistics={"joint.t2": float("nan")}),
    ],
)
def test_a_report_on_which_no_test_rested_offers_no_window(
    evidence: Evidence | None, bucket: Bucket
) -> None:
    run = dataclasses.replace(examples.steady(), evidence=evidence)
    publish_run(bucket, run)

    assert read_run(bucket, JOB, run.run_id).window is None


def test_a_report_of_an_older_version_offers_no_window(bucket: Bucket) -> None:
    run = examples.steady()
    publish_run(bucket, run)
    name = f"{JOB}/runs/{run.run_id}/report.json"
    report = json.loads(bucket.read(name).data)
    del report["evidence"]
    for column in report["features"]:
        del column["shift"]
    bucket.write(name, json.dumps(report).encode())

    assert read_run(bucket, JOB, run.run_id).window is None


def test_a_report_of_a_version_that_made_tails_positive_says_so(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    name = f"{JOB}/runs/{run.run_id}/report.json"
    report = json.loads(bucket.read(name).data)
    del report["evidence"]["signed_tails"]
    report["features"][0]["shift"] = 9123886428178414.0
    bucket.write(name, json.dumps(report).encode())

    offered = read_run(bucket, JOB, run.run_id)

    assert offered.window == dataclasses.replace(WINDOW, signed_tails=False)
    assert report["features"][0]["name"] not in offered.shifts


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"profile": 3}', None])
def test_a_report_that_is_none_is_named(broken: bytes | None, bucket: Bucket) -> None:
    if broken is not None:
        bucket.write(f"{JOB}/runs/x/report.json", broken)

    with pytest.raises(ObjectError, match=r"runs/x/report\.json"):
        read_run(bucket, JOB, "x")


def test_a_repeated_run_stays_accepted(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    accept(bucket, run)

    publish_run(bucket, run)

    (row,) = read_history(bucket, JOB)
    assert row == dataclasses.replace(history_row(run), accepted=WINDOW)
    assert 'id="accepted">' in page_of(bucket, run)


def test_a_run_repeated_against_another_profile_is_no_longer_accepted(
    bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    accept(bucket, run)
    other = dataclasses.replace(run, profile=dataclasses.replace(run.profile, id="p-other"))

    with caplog.at_level(logging.WARNING):
        publish_run(bucket, other)

    (row,) = read_history(bucket, JOB)
    assert row.accepted is None
    assert run.profile.id in caplog.text
    assert "p-other" in caplog.text


def test_a_broken_row_is_named_and_replaced_when_its_run_is_repeated(
    bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    run = examples.steady()
    bucket.write(history_name(JOB, run.run_id), b"{")

    with caplog.at_level(logging.WARNING):
        publish_run(bucket, run)

    assert read_history(bucket, JOB) == (history_row(run),)
    assert history_name(JOB, run.run_id) in caplog.text


def test_a_change_that_another_writer_overtakes_is_made_on_what_that_one_wrote(
    bucket: Bucket,
) -> None:
    run = examples.steady()
    publish_run(bucket, run)
    name = history_name(JOB, run.run_id)
    calls: list[int] = []

    def change(row: HistoryRow) -> HistoryRow:
        if not calls:
            overtaking = dataclasses.replace(row, images=row.images + 1)
            bucket.write(name, history_bytes(overtaking))
        calls.append(1)
        return dataclasses.replace(row, accepted=WINDOW)

    changed = change_row(bucket, JOB, run.run_id, change)

    assert len(calls) == 2
    assert changed.images == run.images.analysed + 1
    assert read_history(bucket, JOB) == (changed,)


def test_a_change_of_nothing_writes_nothing(bucket: Bucket) -> None:
    run = examples.steady()
    publish_run(bucket, run)
    version = bucket.info(history_name(JOB, run.run_id)).version

    change_row(bucket, JOB, run.run_id, lambda row: row)

    assert bucket.info(history_name(JOB, run.run_id)).version == version


def test_a_row_that_is_not_there_or_broken_cannot_be_changed(bucket: Bucket) -> None:
    bucket.write(history_name(JOB, "broken"), b"{")

    for run_id in ("broken", "absent"):
        with pytest.raises(PublishError, match=f"history/{run_id}"):
            change_row(bucket, JOB, run_id, lambda row: row)


def test_a_page_is_marked_and_unmarked_without_its_data(bucket: Bucket) -> None:
    run = examples.hostile()
    publish_run(bucket, run)
    before = page_of(bucket, run)

    mark_page(bucket, JOB, run.run_id, always_allowed, accepted=True)
    marked = page_of(bucket, run)
    mark_page(bucket, JOB, run.run_id, always_allowed, accepted=False)

    assert 'id="accepted" hidden>' in before
    assert 'id="accepted">Accepted: ' in marked
    assert page_of(bucket, run) == before


def test_a_page_is_rejected_and_an_acceptance_taken_back_at_once(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    before = page_of(bucket, run)

    mark_page(bucket, JOB, run.run_id, always_allowed, accepted=True)
    mark_page(bucket, JOB, run.run_id, always_allowed, accepted=False, rejected=True)
    marked = page_of(bucket, run)
    mark_page(bucket, JOB, run.run_id, always_allowed, accepted=False)

    assert 'id="accepted" hidden>' in marked
    assert 'id="rejected">Rejected: ' in marked
    assert page_of(bucket, run) == before


def test_the_steps_that_settle_a_run_are_those_that_a_marked_page_hides(bucket: Bucket) -> None:
    run = normal_days.drifted_from_days()
    publish_run(bucket, run)
    page = page_of(bucket, run)
    steps = re.findall(r"<li( class=\"settling\")?>[^<]* <code>drift (\w+) ", page)
    assert [(bool(settling), name) for settling, name in steps] == [
        (True, "accept"),
        (True, "reject"),
        (False, "profile"),
        (False, "profile"),
    ]
    assert ":root:has(#accepted:not([hidden]), #rejected:not([hidden])) .settling {" in page


def test_a_repeated_run_stays_rejected_whatever_its_profile(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    change_row(bucket, JOB, run.run_id, lambda row: dataclasses.replace(row, rejected=True))

    publish_run(
        bucket, dataclasses.replace(run, profile=dataclasses.replace(run.profile, id="p-other"))
    )

    (row,) = read_history(bucket, JOB)
    assert row.rejected
    assert 'id="rejected">' in page_of(bucket, run)


def test_a_report_that_rests_on_days_offers_a_window_without_statistics(bucket: Bucket) -> None:
    run = dataclasses.replace(normal_days.quiet_day(), evidence=None)
    publish_run(bucket, run)

    offered = read_run(bucket, JOB, run.run_id).window

    assert offered == AcceptedWindow(statistics={}, reference_units=0, current_units=0)


def test_a_report_of_a_version_without_a_basis_is_about_the_reference(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    name = f"{JOB}/runs/{run.run_id}/report.json"
    report = json.loads(bucket.read(name).data)
    for key in ("basis", "baseline", "level", "episode"):
        del report[key]
    for column in (*report["features"], *report["predictions"]):
        del column["beside_days"]
    bucket.write(name, json.dumps(report).encode())

    assert read_run(bucket, JOB, run.run_id).window == WINDOW


def test_a_run_without_a_page_and_a_page_of_an_older_version_are_no_error(bucket: Bucket) -> None:
    bucket.write(f"{JOB}/runs/old/report.html", b"<p>old")

    mark_page(bucket, JOB, "old", always_allowed, accepted=True)
    mark_page(bucket, JOB, "absent", always_allowed, accepted=True)

    assert bucket.read(f"{JOB}/runs/old/report.html").data == b"<p>old"
    assert with_marks(b"<p>old", accepted=False) == b"<p>old"


def test_the_index_marks_accepted_runs_only(bucket: Bucket) -> None:
    run = examples.drifted()
    publish_run(bucket, run)
    assert b">accepted</span>" not in bucket.read(f"{JOB}/index.html").data

    accept(bucket, run)
    rebuild_index(bucket, JOB, run.job)

    page = bucket.read(f"{JOB}/index.html").data
    assert page.count(b">accepted</span>") == 1
    assert page == index_files(run.job, read_history(bucket, JOB)).page


def test_a_row_keeps_its_shifts_its_sizes_and_its_acceptance() -> None:
    row = dataclasses.replace(history_row(examples.drifted()), accepted=WINDOW)

    assert (row.reference_units, row.current_units) == (1190, 5100)
    assert row.profile_id == examples.drifted().profile.id
    assert parse_history_row(history_bytes(row)) == row


def test_a_row_of_an_older_version_is_read() -> None:
    document = json.loads(history_bytes(history_row(examples.steady())))
    for key in ("shifts", "reference_units", "current_units", "profile_id", "accepted"):
        del document[key]

    row = parse_history_row(json.dumps(document).encode())

    assert (row.shifts, row.reference_units, row.current_units) == ({}, 0, 0)
    assert (row.profile_id, row.accepted) == ("", None)


@pytest.mark.parametrize(
    "accepted", [3, {}, [], {"statistics": {}, "reference_units": 1}, {"statistics": 3}]
)
def test_a_row_with_a_broken_acceptance_is_refused(accepted: object) -> None:
    document = json.loads(history_bytes(history_row(examples.steady())))

    with pytest.raises(ValueError, match=r"."):
        parse_history_row(json.dumps({**document, "accepted": accepted}).encode())
