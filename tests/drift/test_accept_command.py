"""``drift accept`` and ``drift reject`` as a user runs them: a process, a bucket, an exit code."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from jobs.buckets.bucket import HTML
from jobs.buckets.registry import open_bucket
from jobs.running.lock import JobLock
from reports.findings.days import Basis
from reports.findings.run import WindowSpan
from reports.history.parsing import parse_history_row
from reports.history.store import read_history
from reports.pages.run.report import report_html
from reports.publishing.publish import publish
from tests.support import findings as examples
from tests.support import normal_days
from tests.support.command import JOB_FILE, drift, warm_drift

PREFIX = "data_drift_reports/dogs"


def run_of_day(day, **other):
    span = WindowSpan(start=f"2025-03-{day - 1:02d}T00:00:00Z", end=f"2025-03-{day:02d}T00:00:00Z")
    values = {"run_id": f"202503{day:02d}T000000Z-1a2b3c4d", "window": span, **other}
    return dataclasses.replace(examples.drifted(), **values)


def publish_run(bucket, run):
    page = report_html(run, None, read_history(bucket, PREFIX))
    publish(bucket, PREFIX, run, {"report.html": (page, HTML)})


@pytest.fixture
def folder(tmp_path):
    """Three published runs; the job is pinned to their profile."""
    (tmp_path / "job.toml").write_text(JOB_FILE)
    (tmp_path / "bucket").mkdir()
    bucket = open_bucket(str(tmp_path / "bucket"))
    pin = {"id": examples.drifted().profile.id}
    bucket.write(f"{PREFIX}/profiles/pinned.json", json.dumps(pin).encode())
    for day in (3, 4, 5):
        publish_run(bucket, run_of_day(day))
    return tmp_path


def bucket_of(folder):
    return open_bucket(str(folder / "bucket"))


def objects_of(folder):
    return {
        info.name: info.version
        for info in bucket_of(folder).list()
        if not info.name.endswith("/lock")
    }


def row_of(folder, day):
    name = f"{PREFIX}/history/{run_of_day(day).run_id}.json"
    return parse_history_row(bucket_of(folder).read(name).data)


def accept(folder, *arguments, drift=warm_drift):
    result = drift("accept", "job.toml", *arguments, cwd=folder)
    assert "Traceback" not in result.stderr
    return result


def test_an_accepted_run_is_marked_in_history_page_and_index(folder):
    run = run_of_day(4)
    result = accept(folder, run.run_id, drift=drift)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"accepted {run.run_id} (2025-03-03T00:00:00Z to ")
    kept = row_of(folder, 4).accepted
    assert kept.statistics == run.evidence.statistics
    assert (kept.reference_units, kept.current_units) == (1190, 5100)
    assert row_of(folder, 3).accepted is None
    bucket = bucket_of(folder)
    page = bucket.read(f"{PREFIX}/runs/{run.run_id}/report.html").data
    assert b'id="accepted">' in page
    assert bucket.read(f"{PREFIX}/index.html").data.count(b">accepted</span>") == 1


def test_the_same_run_accepted_twice_changes_nothing(folder):
    first = accept(folder, "latest")
    before = {name: bucket_of(folder).read(name).data for name in objects_of(folder)}
    second = accept(folder, "latest")
    assert (first.returncode, second.returncode) == (0, 0)
    assert "was accepted already: nothing changed" in second.stdout
    assert {name: bucket_of(folder).read(name).data for name in objects_of(folder)} == before


def test_latest_is_the_run_with_the_newest_window(folder):
    accept(folder, "latest")
    assert [row_of(folder, day).accepted is not None for day in (3, 4, 5)] == [False, False, True]


def test_an_acceptance_can_be_taken_back(folder):
    before = {name: bucket_of(folder).read(name).data for name in objects_of(folder)}
    accept(folder, "latest")
    result = accept(folder, "latest", "--undo")
    assert result.returncode == 0, result.stderr
    assert "is no longer accepted" in result.stdout
    assert {name: bucket_of(folder).read(name).data for name in objects_of(folder)} == before
    assert "nothing changed" in accept(folder, "latest", "--undo").stdout


def test_an_accepted_run_that_is_repeated_stays_accepted(folder):
    accept(folder, "latest")
    publish_run(bucket_of(folder), run_of_day(5))
    assert row_of(folder, 5).accepted is not None


class TestRefusals:
    """Exit 2 with one line that says what to do, and nothing written."""

    def refused(self, folder, *arguments):
        before = objects_of(folder)
        result = accept(folder, *arguments)
        assert result.returncode == 2, result.stderr
        assert result.stdout == ""
        assert objects_of(folder) == before
        return result.stderr

    def test_an_unknown_run_is_answered_with_the_nearest_ones(self, folder):
        said = self.refused(folder, "20250304T000000Z-1a2b3c4e")
        assert "The nearest are: 20250304T000000Z-1a2b3c4d" in said

    def test_the_beginning_of_several_ids_is_answered_with_those_runs(self, folder):
        said = self.refused(folder, "202503")
        assert "'202503' names 3 runs of dogs: 20250305T000000Z-1a2b3c4d (2025-03-04T" in said

    def test_a_run_that_is_like_none_is_answered_with_the_newest_ones(self, folder):
        said = self.refused(folder, "yesterday")
        newest = [run_of_day(day).run_id for day in (5, 4, 3)]
        assert f"The newest are: {', '.join(newest)}. Or say latest." in said

    def test_a_job_without_runs(self, folder):
        job = JOB_FILE.replace('"dogs"', '"cats"')
        (folder / "job.toml").write_text(job)
        assert "cats has no published run yet" in self.refused(folder, "latest")

    def test_a_report_of_an_older_version(self, folder):
        publish_run(bucket_of(folder), run_of_day(6, evidence=None))
        said = self.refused(folder, "latest")
        assert "does not hold what its test rested on" in said
        assert "--until 2025-03-06T00:00:00Z" in said

    def test_a_run_against_another_profile(self, folder):
        other = dataclasses.replace(examples.drifted().profile, id="p-old")
        publish_run(bucket_of(folder), run_of_day(6, profile=other))
        said = self.refused(folder, "latest")
        assert "compared with the profile p-old" in said
        assert examples.drifted().profile.id in said

    def test_but_its_acceptance_can_still_be_taken_back(self, folder):
        accept(folder, "latest")
        pin = b'{"id": "p-new"}'
        bucket_of(folder).write(f"{PREFIX}/profiles/pinned.json", pin)
        assert accept(folder, "latest", "--undo").returncode == 0
        assert row_of(folder, 5).accepted is None


def test_a_report_that_is_gone_is_exit_5(folder):
    bucket_of(folder).delete(f"{PREFIX}/runs/{run_of_day(5).run_id}/report.json")
    result = accept(folder, "latest")
    assert result.returncode == 5
    assert "report.json" in result.stderr


def test_while_a_run_holds_the_lock_nothing_is_accepted(folder):
    with JobLock(bucket_of(folder), PREFIX, clock=lambda: datetime.now(UTC)):
        result = accept(folder, "latest")
    assert result.returncode == 7
    assert row_of(folder, 5).accepted is None


def reject(folder, *arguments, drift=warm_drift):
    result = drift("reject", "job.toml", *arguments, cwd=folder)
    assert "Traceback" not in result.stderr
    return result


def test_a_rejected_run_is_marked_in_history_page_and_index(folder):
    run = run_of_day(4)
    result = reject(folder, run.run_id, drift=drift)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"rejected {run.run_id} (2025-03-03T00:00:00Z to ")
    assert [row_of(folder, day).rejected for day in (3, 4, 5)] == [False, True, False]
    bucket = bucket_of(folder)
    assert b'id="rejected">' in bucket.read(f"{PREFIX}/runs/{run.run_id}/report.html").data
    assert bucket.read(f"{PREFIX}/index.html").data.count(b">rejected</span>") == 1


def test_the_newest_run_is_rejected_in_the_table_of_status_too(folder):
    assert reject(folder, "latest").returncode == 0
    table = warm_drift("status", "job.toml", cwd=folder)
    assert "drift, rejected" in table.stdout

    assert reject(folder, "latest", "--undo").returncode == 0
    assert "rejected" not in warm_drift("status", "job.toml", cwd=folder).stdout


def test_the_same_run_rejected_twice_changes_nothing(folder):
    reject(folder, "latest")
    before = {name: bucket_of(folder).read(name).data for name in objects_of(folder)}
    assert "was rejected already: nothing changed" in reject(folder, "latest").stdout
    assert {name: bucket_of(folder).read(name).data for name in objects_of(folder)} == before


def test_a_rejection_can_be_taken_back(folder):
    before = {name: bucket_of(folder).read(name).data for name in objects_of(folder)}
    reject(folder, "latest")
    assert "is no longer rejected" in reject(folder, "latest", "--undo").stdout
    assert {name: bucket_of(folder).read(name).data for name in objects_of(folder)} == before
    assert "was not rejected: nothing changed" in reject(folder, "latest", "--undo").stdout


def test_a_run_is_accepted_or_rejected_and_never_both(folder):
    accept(folder, "latest")
    reject(folder, "latest")
    assert (row_of(folder, 5).accepted, row_of(folder, 5).rejected) == (None, True)
    page = f"{PREFIX}/runs/{run_of_day(5).run_id}/report.html"
    assert b'id="accepted" hidden>' in bucket_of(folder).read(page).data
    accept(folder, "latest")
    assert (row_of(folder, 5).accepted is not None, row_of(folder, 5).rejected) == (True, False)
    assert b'id="rejected" hidden>' in bucket_of(folder).read(page).data


def test_a_run_that_does_not_exist_cannot_be_rejected(folder):
    before = objects_of(folder)
    result = reject(folder, "yesterday")
    assert result.returncode == 2
    assert "Or say latest." in result.stderr
    assert objects_of(folder) == before


def test_a_run_that_rested_on_days_is_accepted_without_statistics(folder):
    days = {"basis": Basis.DAYS, "baseline": normal_days.BASELINE}
    publish_run(bucket_of(folder), run_of_day(6, evidence=None, **days))
    assert accept(folder, "latest").returncode == 0
    kept = row_of(folder, 6).accepted
    assert kept.statistics == {}
    assert "was accepted already" in accept(folder, "latest").stdout
