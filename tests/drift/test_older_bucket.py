"""Buckets that an older version wrote: what runs and checks say of what they find there."""

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from drift.pinned_profile import build_and_pin
from drift.pipeline import run_job
from drift.run_request import RunOptions, requested_window, run_ids
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import CheckState
from drift.workplace import open_workplace
from jobs.job_file.job import DetectionSettings, Job
from reports.findings.run import RunFindings
from reports.history.history import AcceptedWindow
from reports.publishing.publish import change_row
from tests.support.worlds import JOB_FILE, job_of, make_world

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
NEXT_DAY = datetime(2025, 3, 5, tzinfo=UTC)
LACKING = "features_unknown_to_profile"
TWICE = "run_of_older_version"
pytestmark = pytest.mark.usefixtures("without_evidently")


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("older") / "bucket"
    make_world(folder, lights=(1.0, 1.0), requests=30, references=40)
    publish(job_of(folder))
    return folder


@pytest.fixture
def bucket(published, tmp_path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "bucket"))


def publish(job: Job, until: datetime = UNTIL) -> RunFindings:
    return run_job(open_workplace(job), RunOptions(until=until))


def remarks_of(found: RunFindings, code: str) -> list[str]:
    return [one.text for one in found.remarks if one.code == code]


def without_newer_parts(bucket: Path, names: tuple[str, ...]) -> None:
    """Let the pinned profile be one that lacks features and does not know its images."""
    (profile,) = (bucket / "data_drift_reports/dogs/profiles").glob("p-*")
    described = json.loads((profile / "profile.json").read_text())
    described["features"] = {k: v for k, v in described["features"].items() if k not in names}
    del described["records"]
    (profile / "profile.json").write_text(json.dumps(described))
    table = pd.read_parquet(io.BytesIO((profile / "features.parquet").read_bytes()))
    table.drop(columns=list(names)).to_parquet(profile / "features.parquet", index=False)


def ids(job: Job) -> tuple[str, ...]:
    return run_ids(job, requested_window(job, RunOptions(until=UNTIL), UNTIL))


def as_run_of_older_version(bucket: Path, job: Job, place: int = -1) -> str:
    """Let the run be one that an older version made, under its id; return that."""
    new, old = ids(job)[0], ids(job)[place]
    folder = bucket / "data_drift_reports/dogs"
    row = json.loads((folder / f"history/{new}.json").read_text())
    (folder / f"history/{new}.json").unlink()
    (folder / f"history/{old}.json").write_text(json.dumps({**row, "run_id": old}))
    (folder / f"runs/{new}").rename(folder / f"runs/{old}")
    (folder / "latest.json").unlink()
    return old


class TestProfilesThatLackFeatures:
    def test_a_run_names_what_is_not_compared_and_what_to_do(self, bucket, caplog):
        without_newer_parts(bucket, ("blockiness", "noise_level"))
        found = publish(job_of(bucket))
        (text,) = remarks_of(found, LACKING)
        assert f"profile {found.profile.id} does not know it: " in text
        assert "noise_level, blockiness and near_copies (an older version built it" in text
        assert "drift profile build" in text
        assert text in found.warnings
        assert text in caplog.messages
        page = bucket / f"data_drift_reports/dogs/runs/{found.run_id}/report.html"
        assert "noise_level, blockiness and near_copies" in page.read_text()

    def test_a_check_says_it_before_a_run_does(self, bucket):
        without_newer_parts(bucket, ("blockiness",))
        job_file = bucket.parent / "job.toml"
        job_file.write_text(JOB_FILE.format(url=bucket))
        checks = check_job_file(job_file, {}, RunOptions(until=UNTIL))
        (check,) = [one for one in checks if one.thing == "profile"]
        assert check.state is CheckState.LOOK
        assert "blockiness and near_copies" in check.found
        assert "drift profile build" in check.mend

    def test_a_profile_built_anew_lacks_nothing(self, bucket):
        without_newer_parts(bucket, ("blockiness",))
        job = job_of(bucket)
        shutil.rmtree(next((bucket / "data_drift_reports/dogs/profiles").glob("p-*")))
        build_and_pin(open_workplace(job))
        assert remarks_of(publish(job), LACKING) == []

    def test_a_size_that_was_set_later_is_the_reason_where_it_is(self, bucket):
        job = job_of(bucket, images={"path": "images/{id}_{filename}", "canonical_size": 64})
        (text,) = remarks_of(publish(job), LACKING)
        assert "built without images.canonical_size = 64" in text
        assert "older version" not in text

    def test_a_table_of_features_lacks_nothing(self, bucket):
        (bucket / "metrics.csv").write_text("mean\n" + "100\n110\n105\n" * 20)
        job = job_of(bucket, name="table", reference={"features": "metrics.csv"})
        assert remarks_of(publish(job), LACKING) == []


class TestRunsUnderOlderIds:
    def test_ids_are_those_that_the_versions_gave(self, tmp_path):
        """What three versions gave to this run, the newest first; they must never change."""
        given = [one.rpartition("-")[2] for one in ids(job_of(tmp_path))]
        assert given == ["aca451ba", "77290d3a", "f026285f"]

    def test_a_setting_that_later_versions_have_does_not_change_them_unused(self, tmp_path):
        class Later(DetectionSettings):
            new_setting: float = 0.5

        job = job_of(tmp_path)
        unused = job.model_copy(update={"detection": Later()})
        used = job.model_copy(update={"detection": Later(new_setting=1)})
        assert ids(unused) == ids(job)
        assert not set(ids(used)) & set(ids(job))

    @pytest.mark.parametrize("place", [1, 2])
    def test_a_window_that_is_in_the_history_already_is_said(self, bucket, caplog, place):
        job = job_of(bucket)
        old = as_run_of_older_version(bucket, job, place)
        found = publish(job)
        (text,) = remarks_of(found, TWICE)
        assert old in text
        assert "4 Mar 2025, 00:00 UTC twice" in text
        assert "drift accept" not in text
        assert text in found.warnings
        assert text in caplog.messages

    def test_a_window_under_three_ids_is_said_to_be_there_three_times(self, bucket):
        job = job_of(bucket)
        older = as_run_of_older_version(bucket, job, 2)
        history = bucket / "data_drift_reports/dogs/history"
        row = json.loads((history / f"{older}.json").read_text())
        newer = ids(job)[1]
        (history / f"{newer}.json").write_text(json.dumps({**row, "run_id": newer}))
        accept(job, older)
        (text,) = remarks_of(publish(job), TWICE)
        assert "3 times: older versions made its run as " in text
        assert f"Accepted as normal: {older};" in text

    def test_it_is_said_by_a_repeated_run_too_and_by_no_other(self, bucket):
        job = job_of(bucket)
        as_run_of_older_version(bucket, job)
        first, again = publish(job), publish(job)
        assert again.warnings == first.warnings
        assert again.history_digest == first.history_digest
        assert remarks_of(publish(job, NEXT_DAY), TWICE) == []

    def test_the_digest_of_the_history_is_that_of_what_was_read(self, bucket):
        job = job_of(bucket)
        alone = publish(job).history_digest
        as_run_of_older_version(bucket, job)
        assert publish(job).history_digest != alone

    def test_an_accepted_run_is_named_as_one_and_its_window_counts_once(self, bucket):
        job = job_of(bucket)
        old = as_run_of_older_version(bucket, job)
        accept(job, old)
        (text,) = remarks_of(publish(job), TWICE)
        assert "drift accept" in text
        accept(job, ids(job)[0])
        found = publish(job, NEXT_DAY)
        assert found.evidence is not None
        assert found.evidence.accepted_runs == 1
        assert found.trend is not None
        assert found.trend.runs == 2

    def test_a_run_with_other_settings_is_another_run(self, bucket):
        changed = job_of(bucket, detection={"minimum_effect": 0.2})
        assert remarks_of(publish(changed), TWICE) == []


def accept(job: Job, run: str) -> None:
    place = open_workplace(job)
    accepted = AcceptedWindow(statistics={"mean": 3.0}, reference_units=40, current_units=30)
    change_row(place.bucket, place.prefix, run, lambda row: replace(row, accepted=accepted))
