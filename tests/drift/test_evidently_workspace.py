"""Runs in an Evidently workspace: the real ``evidently ui`` shows them, once each."""

import logging
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.evidently_workspace import project_id, snapshot_id
from drift.options import RunOptions
from drift.pipeline import run_job
from drift.reference import build_and_pin
from drift.stages import open_workplace
from jobs.job import Job
from reports.findings import RunFindings, Verdict
from tests.support.evidently_ui import running_ui
from tests.support.worlds import job_of, make_world

DAYS = (datetime(2025, 3, 4, tzinfo=UTC), datetime(2025, 3, 5, tzinfo=UTC))
HOSTILE = "</script><script>document.title='owned'</script>"
# A reference of few columns keeps Evidently quick.
REFERENCE = "mean,std_dev\n" + "".join(f"{90 + step},{40 + step % 9}\n" for step in range(60))


def run(job: Job, until: datetime) -> RunFindings:
    return run_job(open_workplace(job), RunOptions(until=until))


def make_job(folder: Path, workspace: str | Path, name: str = "dogs") -> Job:
    return job_of(
        folder,
        name=name,
        reference={"features": "features.csv", "log": "validation_log.csv"},
        evidently={"workspace": str(workspace)},
    )


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    """Two days of a few images; the second one is much darker."""
    folder = tmp_path_factory.mktemp("bucket")
    make_world(folder, lights=(1.0, 0.3), requests=40, references=60)
    (folder / "features.csv").write_text(REFERENCE, encoding="utf-8")
    log = folder / "predictions_log.csv"
    log.write_text(log.read_text(encoding="utf-8").replace("collie", HOSTILE), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def filled(bucket, tmp_path_factory):
    """A workspace with both days of a job and the last one of another."""
    workspace = tmp_path_factory.mktemp("above") / "made" / "when needed"
    found = [run(make_job(bucket, workspace), day) for day in DAYS]
    cats = make_job(bucket, workspace, name="cats")
    build_and_pin(open_workplace(cats))
    run(cats, DAYS[1])
    return workspace, found


@pytest.fixture(scope="module")
def ui(filled, tmp_path_factory):
    with running_ui(filled[0], tmp_path_factory.mktemp("ui")) as running:
        yield running


def contents(workspace: Path) -> dict[str, bytes]:
    return {str(path.relative_to(workspace)): path.read_bytes() for path in files_of(workspace)}


def files_of(workspace: Path) -> list[Path]:
    return sorted(path for path in workspace.rglob("*") if path.suffix == ".json")


def opened(workspace: Path):
    """Return the workspace as Evidently's own class reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evidently.ui.workspace import Workspace  # noqa: PLC0415 - it warns when imported

        return Workspace(str(workspace))


class TestFiles:
    def test_evidently_reads_a_project_per_job_and_a_snapshot_per_run(self, filled):
        workspace, found = filled
        evidently = opened(workspace)
        projects = {project.name: project for project in evidently.list_projects()}
        assert set(projects) == {"dogs", "cats"}
        dogs = projects["dogs"].id
        assert dogs == project_id("dogs")
        read = [evidently.get_run(dogs, snapshot_id("dogs", one.run_id)) for one in found]
        assert sorted(evidently.list_runs(dogs)) == sorted(
            snapshot_id("dogs", one.run_id) for one in found
        )
        assert [one.timestamp for one in read] == [day.replace(tzinfo=None) for day in DAYS]
        assert [one.name for one in read] == [one.run_id for one in found]
        assert [one.tags for one in read] == [[str(one.verdict)] for one in found]
        assert read[1].metadata["finding"] == found[1].headline

    def test_a_repeated_run_replaces_its_snapshot_by_the_same_bytes(self, bucket, filled):
        workspace, _found = filled
        before = contents(workspace)
        (snapshot,) = (workspace / str(project_id("cats")) / "snapshots").iterdir()
        snapshot.write_bytes(b"{}")
        run(make_job(bucket, workspace, name="cats"), DAYS[1])
        assert contents(workspace) == before

    def test_a_dashboard_that_a_person_changed_stays_as_it_is(self, bucket, tmp_path):
        run(make_job(bucket, tmp_path), DAYS[0])
        (board,) = [path for path in files_of(tmp_path) if path.name == "dashboard.json"]
        board.write_bytes(b'{"tabs": [], "panels": []}')
        run(make_job(bucket, tmp_path), DAYS[1])
        assert board.read_bytes() == b'{"tabs": [], "panels": []}'
        assert len(list(tmp_path.glob("*/snapshots/*.json"))) == 2

    def test_no_label_is_markup_in_a_snapshot(self, filled):
        text = b"".join(contents(filled[0]).values())
        assert b"<script" not in text
        assert rb"\uff1c/script\uff1e" in text

    def test_a_page_made_from_the_stored_snapshot_holds_all_of_its_plots(self, filled):
        workspace, found = filled
        from evidently.core.report import Snapshot  # noqa: PLC0415 - two seconds

        name = f"{project_id('dogs')}/snapshots/{snapshot_id('dogs', found[1].run_id)}.json"
        page = Snapshot.load(workspace / name).get_html_str(as_iframe=False)
        assert "Drift in column" in page
        assert page.count("Count of Drifted Columns: share") >= 1

    def test_a_window_without_images_adds_nothing(self, bucket, tmp_path):
        found = run(make_job(bucket, tmp_path), datetime(2024, 1, 1, tzinfo=UTC))
        assert found.verdict is Verdict.INCONCLUSIVE
        assert files_of(tmp_path) == []


class TestFailures:
    def test_a_folder_that_cannot_be_made_fails_only_this(self, bucket, tmp_path, caplog):
        blocked = tmp_path / "a file"
        blocked.write_text("in the way", encoding="utf-8")
        with caplog.at_level(logging.ERROR):
            found = run(make_job(bucket, blocked / "workspace"), DAYS[0])
        assert "evidently.workspace" in caplog.text
        assert str(blocked / "workspace") in caplog.text
        assert "The run itself is published" in caplog.text
        assert "Traceback" not in caplog.text
        reports = bucket / "data_drift_reports" / "dogs" / "runs" / found.run_id
        assert (reports / "report.json").exists()

    def test_a_kind_of_store_that_nothing_here_writes_to_is_named(self, bucket, caplog):
        with caplog.at_level(logging.ERROR):
            run(make_job(bucket, "s4://somewhere/else"), DAYS[0])
        assert "evidently.workspace is 's4://somewhere/else'" in caplog.text
        assert "Expected a folder, or a URL such as" in caplog.text


class TestUi:
    def test_the_service_lists_the_runs_of_the_job(self, ui, filled):
        _workspace, found = filled
        names = {one["name"] for one in ui.ask("/api/projects/")}
        assert names == {"dogs", "cats"}
        listed = ui.ask(f"/api/projects/{project_id('dogs')}/snapshots")
        assert {one["name"]: one["timestamp"] for one in listed} == {
            one.run_id: day.strftime("%Y-%m-%dT%H:%M:%S")
            for one, day in zip(found, DAYS, strict=True)
        }

    def test_every_panel_of_the_dashboard_has_a_value_for_each_run(self, ui):
        board = ui.ask(f"/api/v2/dashboards/{project_id('dogs')}")
        assert len(board["panels"]) == 5
        for panel in board["panels"]:
            wanted = [
                {key: value[key] for key in ("tags", "metadata", "metric", "metric_labels")}
                for value in panel["values"]
            ]
            answer = self.series(ui, wanted)
            assert len(answer["sources"]) == 2, panel["title"]
            assert answer["series"], panel["title"]
            assert all(len(one["values"]) == 2 for one in answer["series"]), panel["title"]

    def test_the_share_of_drifted_columns_is_above_zero_exactly_where_the_run_says_drift(
        self, ui, filled
    ):
        _workspace, found = filled
        metric = "evidently:metric_v2:DriftedColumnsCount"
        wanted = {"metric": metric, "tags": [], "metadata": {}}
        answer = self.series(ui, [{**wanted, "metric_labels": {"value_type": "share"}}])
        ((before, after),) = [one["values"] for one in answer["series"]]
        assert [before > 0, after > 0] == [one.verdict is Verdict.DRIFT for one in found]
        assert found[1].verdict is Verdict.DRIFT

    def test_a_browser_shows_the_project_its_panels_and_its_runs(self, ui, filled):
        _workspace, found = filled
        dashboard = ui.rendered(f"/projects/{project_id('dogs')}")
        assert ">dogs<" in dashboard
        assert "Share of columns that drifted" in dashboard
        assert "2025-03-05 00:00:00" in dashboard
        reports = ui.rendered(f"/projects/{project_id('dogs')}/reports")
        assert all(one.run_id in reports for one in found)

    def test_a_run_that_is_added_later_is_shown_without_a_restart(self, bucket, ui, filled):
        workspace, _found = filled
        run(make_job(bucket, workspace, name="cats"), DAYS[0])
        gives_up_at = time.monotonic() + 30
        while len(ui.ask(f"/api/projects/{project_id('cats')}/snapshots")) < 2:
            assert time.monotonic() < gives_up_at, "the run did not appear"
            time.sleep(0.2)

    @staticmethod
    def series(ui, wanted):
        path = f"/api/v2/snapshots/{project_id('dogs')}/data_series_batch"
        return ui.ask(path, {"series_filter": wanted})


class TestBucket:
    def test_a_workspace_in_a_bucket_is_read_by_evidently_once_it_is_fetched(
        self, bucket, gcs_server, tmp_path
    ):
        name = gcs_server.make_bucket()
        job = make_job(bucket, f"gs://{name}/evidently")
        found = [run(job, day) for day in DAYS]
        stored = gcs_server.names(name)
        below = f"evidently/{project_id('dogs')}"
        snapshots = [f"{below}/snapshots/{snapshot_id('dogs', one.run_id)}.json" for one in found]
        assert sorted(stored) == sorted(
            [f"{below}/dashboard.json", f"{below}/metadata.json", *snapshots]
        )
        before = gcs_server.get(name, snapshots[1])
        gcs_server.put(name, snapshots[1], b"{}")
        run(job, DAYS[1])
        assert gcs_server.names(name) == stored
        assert gcs_server.get(name, snapshots[1]) == before
        for one in stored:
            target = tmp_path / one
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(gcs_server.get(name, one))
        evidently = opened(tmp_path / "evidently")
        (project,) = evidently.search_project("dogs")
        assert len(evidently.list_runs(project.id)) == 2
        read = evidently.get_run(project.id, snapshot_id("dogs", found[1].run_id))
        assert read.tags == ["drift"]
