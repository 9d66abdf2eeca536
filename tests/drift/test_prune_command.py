"""``drift prune`` as a user runs it, and what it leaves when it is killed."""

import dataclasses
import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from drift.pipeline import run_job
from drift.pruning.deletion import prune
from drift.pruning.keep import Keep
from drift.pruning.plan import Kind
from drift.pruning.survey import survey
from drift.run_model.remembered import RememberedModels
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.buckets.bucket import HTML
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError, PublishError
from jobs.job_file.model_settings import ModelSettings
from jobs.job_file.reading import load_job
from jobs.running.lock import JobLock
from reference_stats.features.registry import feature_set_id
from reference_stats.model_view.definition import Preprocessing, ViewDefinition
from reports.findings.runs import Notice, NoticeKind
from reports.history.store import read_history
from reports.publishing.publish import publish, rebuild_index
from tests.support.command import JOB_FILE, drift, warm_drift
from tests.support.counting_bucket import CountingBucket
from tests.support.job_folder import (
    OLD_SET,
    PART,
    PREFIX,
    REPORTS,
    RUN_FILES,
    dead_links,
    fill_job,
    linked_runs,
    names_of,
    publish_day,
    run_id,
    run_of_day,
    write_record,
)
from tests.support.published import JOB_FILE as WORLD_JOB_FILE
from tests.support.worlds import make_world

OPENED_MODEL = ViewDefinition(
    model="net.pt",
    digest="a" * 64,
    kind="torchscript",
    preprocessing=Preprocessing(height=8, width=8, channels=1, mean=(0.0,), std=(1.0,)),
    layer=None,
    runtime="torch 2.13.0 on cpu",
    found_layer="its output",
    is_output=True,
    width=4,
    classes=4,
)
NOW = datetime(2025, 3, 12, 1, tzinfo=UTC)
PROFILES = ("p-older", "p-old", "p-new")
WRITES = ("write", "create", "replace", "delete")
# As a killed run leaves it beside the caches.
MARK = f"{REPORTS}/features/workers-0123456789abcdef"


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A job's folder with ten runs, from 3 to 12 March, and all that can be around them."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "job.toml").write_text(JOB_FILE)
    (folder / "bucket").mkdir()
    fill_job(open_bucket(str(folder / "bucket")))
    return folder


@pytest.fixture
def small(tmp_path):
    """The same with few runs, so that every moment can be tried."""
    (tmp_path / "small" / "bucket").mkdir(parents=True)
    (tmp_path / "small" / "job.toml").write_text(JOB_FILE)
    fill_job(open_bucket(str(tmp_path / "small" / "bucket")), 6)
    return tmp_path / "small"


@pytest.fixture
def folder(full, tmp_path):
    """A copy of it for one test."""
    return shutil.copytree(full, tmp_path / "copy")


def bucket_of(folder):
    return open_bucket(str(folder / "bucket"))


def place_of(folder, bucket=None):
    place = open_workplace(load_job(folder / "job.toml", {}))
    bucket = place.bucket if bucket is None else bucket
    return dataclasses.replace(place, bucket=bucket, clock=lambda: NOW)


def prune_now(place, **keep):
    found = survey(place, Keep(**keep))
    if not found.plan.is_empty:
        prune(place, found, lambda: None)
    return found.plan


def days_with_reports(bucket):
    names = names_of(bucket, f"{PREFIX}/runs")
    return {int(name.split("/")[3][6:8]) for name in names if name.endswith("/report.html")}


def kinds_of(folder):
    return {one.kind for one in survey(place_of(folder), Keep(runs=1)).plan.removals}


def days_with_records(bucket):
    names = names_of(bucket, f"{PREFIX}/notifications")
    return {int(name.split("/")[3][6:8]) for name in names}


class TestWhatGoesAndWhatStays:
    def test_the_newest_runs_and_accepted_ones_keep_their_reports(self, folder):
        bucket = bucket_of(folder)
        before = names_of(bucket)

        prune_now(place_of(folder), runs=3)

        assert days_with_reports(bucket) == {4, 10, 11, 12}
        assert linked_runs(bucket) == {run_id(day) for day in (4, 10, 11, 12)}
        assert dead_links(bucket) == []
        gone = before - names_of(bucket)
        assert gone == {
            *(
                f"{PREFIX}/runs/{run_id(day)}/{file}"
                for day in (3, *range(5, 10))
                for file in RUN_FILES
            ),
            f"{PREFIX}/runs/{run_id(2)}/evidently.json",
            f"{PREFIX}/notifications/{run_id(3)}.json",
            *(name for name in before if "/p-older/" in name),
            f"{PREFIX}/index/2019-01.html",
            f"{REPORTS}/features/{OLD_SET}/{PART}",
        }

    def test_by_days_those_whose_window_ended_within_them_stay(self, folder):
        prune_now(place_of(folder), days=2)
        # The windows of 11 and 12 March ended less than 48 hours before 12 March, 1 o'clock.
        assert days_with_reports(bucket_of(folder)) == {4, 11, 12}

    def test_the_newest_run_stays_however_old_it_is(self, folder):
        place = dataclasses.replace(
            place_of(folder), clock=lambda: datetime(2031, 1, 1, tzinfo=UTC)
        )
        prune_now(place, days=1)
        assert days_with_reports(bucket_of(folder)) == {4, 12}
        assert dead_links(bucket_of(folder)) == []

    def test_the_run_that_latest_json_shows_stays(self, folder):
        bucket = bucket_of(folder)
        report = bucket.read(f"{PREFIX}/runs/{run_id(6)}/report.json").data
        bucket.write(f"{PREFIX}/latest.json", report)
        prune_now(place_of(folder), runs=1)
        assert days_with_reports(bucket) == {4, 6, 12}
        assert dead_links(bucket) == []

    def test_all_rows_of_the_history_stay_as_they_are(self, folder):
        rows = read_history(bucket_of(folder), PREFIX)
        before = {
            path.name: path.read_bytes()
            for path in (folder / "bucket" / PREFIX / "history").glob("*.json")
        }
        prune_now(place_of(folder), runs=1)
        assert read_history(bucket_of(folder), PREFIX) == rows
        for name, data in before.items():
            assert (folder / "bucket" / PREFIX / "history" / name).read_bytes() == data

    def test_the_index_says_that_a_report_is_gone(self, folder):
        prune_now(place_of(folder), runs=3)
        page = bucket_of(folder).read(f"{PREFIX}/index.html").data.decode()
        assert page.count("report deleted") == 6
        assert "5 Mar 2025" in page

    def test_a_report_that_somebody_deleted_loses_its_link(self, folder):
        bucket = bucket_of(folder)
        for file in RUN_FILES:
            bucket.delete(f"{PREFIX}/runs/{run_id(9)}/{file}")
        result = warm_drift("prune", "job.toml", "--keep-runs", "8", "--yes", cwd=folder)
        assert run_id(9) not in linked_runs(bucket)
        assert dead_links(bucket) == []
        assert result.returncode == 0

    def test_a_record_that_a_later_run_may_ask_for_stays(self, folder):
        # The drift since 5 March is over and told: the record of 3 March is asked for no more.
        prune_now(place_of(folder), runs=1)
        assert days_with_records(bucket_of(folder)) == {5, 9}

    def test_records_are_deleted_once_a_newer_drift_was_told(self, folder):
        bucket = bucket_of(folder)
        for day, other in ((13, 5), (14, 9), (15, 9)):
            example = dataclasses.replace(
                run_of_day(other), run_id=run_id(day), window=run_of_day(day).window
            )
            publish(bucket, PREFIX, example, {"report.html": (b"page", HTML)})
        since = run_of_day(13).window.end
        write_record(bucket, 13, Notice(kind=NoticeKind.DRIFT, since=since))
        write_record(bucket, 14, Notice(kind=NoticeKind.RECOVERED, since=since))
        prune_now(place_of(folder), runs=1)
        assert days_with_records(bucket) == {13, 14}

    def test_a_run_that_was_killed_lately_stays(self, folder):
        prune_now(place_of(folder), runs=1)
        assert f"{PREFIX}/runs/{run_id(13)}/evidently.json" in names_of(bucket_of(folder))

    def test_without_a_pin_all_profiles_stay(self, folder):
        bucket_of(folder).delete(f"{PREFIX}/profiles/pinned.json")
        plan = prune_now(place_of(folder), runs=1)
        assert len(names_of(bucket_of(folder), f"{PREFIX}/profiles")) == 12
        assert any("profiles: all stay" in note for note in plan.notes)

    def test_the_profile_goes_with_the_last_run_that_was_compared_with_it(self, folder):
        bucket = bucket_of(folder)
        bucket.write(f"{PREFIX}/profiles/pinned.json", b'{"id": "p-old"}')
        prune_now(place_of(folder), runs=1)
        assert {name.split("/")[3] for name in names_of(bucket, f"{PREFIX}/profiles")} == {
            "p-old",
            "p-new",
            "pinned.json",
        }

    def test_what_a_model_sees_in_a_profile_goes_and_stays_with_it(self, folder):
        bucket = bucket_of(folder)
        bucket.write(f"{PREFIX}/profiles/pinned.json", b'{"id": "p-old"}')
        seen = {one: f"{PREFIX}/profiles/{one}/views/v-0123456789ab.parquet" for one in PROFILES}
        for name in seen.values():
            bucket.write(name, b"views")
        plan = prune_now(place_of(folder), runs=1)
        assert not {info.name for info in plan.unknown} & set(seen.values())
        left = {one for one, name in seen.items() if name in names_of(bucket, PREFIX)}
        assert left == {"p-old", "p-new"}

    def test_what_it_does_not_know_is_left_and_named(self, folder):
        bucket = bucket_of(folder)
        foreign = {
            f"{PREFIX}/runs/{run_id(5)}/notes.txt",
            f"{PREFIX}/runs/{run_id(5)}/pictures/report.html",
            f"{PREFIX}/runs/my experiment/report.html",
            f"{PREFIX}/history/readme.md",
            f"{PREFIX}/index/2025.html",
            f"{PREFIX}/profiles/p-older/why.md",
            f"{PREFIX}/evidently/metadata.json",
        }
        named = {name for name in foreign if "my experiment" not in name}
        elsewhere = {f"{REPORTS}/dogs-2/runs/{run_id(5)}/report.html", f"{REPORTS}/features/x.txt"}
        elsewhere |= {f"{REPORTS}/features/{OLD_SET}/notes.txt", "runs/report.html"}
        for name in foreign | elsewhere:
            bucket.write(name, b"not ours")

        plan = prune_now(place_of(folder), runs=1)

        assert foreign | elsewhere <= names_of(bucket)
        assert {info.name for info in plan.unknown} >= named
        assert f"{PREFIX}/runs/{run_id(5)}/report.html" not in names_of(bucket)

    def test_what_labels_say_of_each_day_stays_and_is_no_stranger(self, folder):
        bucket = bucket_of(folder)
        names = ("2020-01-01.json", "labels.bin", "rollup.jsonl.gz")
        ours = {f"{PREFIX}/quality/{name}" for name in names}
        foreign = {f"{PREFIX}/quality/{name}" for name in ("notes.txt", "a/2025-03-04.json")}
        for name in ours | foreign:
            bucket.write(name, b"{}")

        plan = prune_now(place_of(folder), runs=1)

        assert ours | foreign <= names_of(bucket)
        unknown = {info.name for info in plan.unknown}
        assert foreign <= unknown
        assert not ours & unknown

    def test_a_run_id_in_a_row_cannot_lead_anywhere_else(self, folder):
        bucket = bucket_of(folder)
        row = json.loads(bucket.read(f"{PREFIX}/history/{run_id(5)}.json").data)
        for number, bad in enumerate(("../../..", "../profiles/p-new", "", "/")):
            document = {**row, "run_id": bad, "window_end": "2025-01-01T00:00:00Z"}
            bucket.write(f"{PREFIX}/history/bad{number}.json", json.dumps(document).encode())
        names = {info.name for info in survey(place_of(folder), Keep(runs=1)).plan.objects}
        allowed = (f"{PREFIX}/runs/", f"{PREFIX}/notifications/", f"{PREFIX}/profiles/p-older/")
        allowed += (f"{PREFIX}/days/p-older/",)
        allowed += (f"{PREFIX}/index/2019", f"{REPORTS}/features/{OLD_SET}/")
        assert all(name.startswith(allowed) for name in names)


class TestTheSharedFeatureCache:
    def other_job(self, folder, files):
        for name, data in files.items():
            bucket_of(folder).write(f"{REPORTS}/cats/{name}", data)
        return prune_now(place_of(folder), runs=1)

    def is_there(self, folder):
        return f"{REPORTS}/features/{OLD_SET}/{PART}" in names_of(bucket_of(folder))

    def test_a_set_that_another_job_used_last_stays(self, folder):
        latest = json.dumps({"profile": {"feature_set": OLD_SET}}).encode()
        plan = self.other_job(folder, {"latest.json": latest})
        assert self.is_there(folder)
        assert plan.notes == (f"features/{OLD_SET} stays: cats used it last.",)

    @pytest.mark.parametrize("files", [{"latest.json": b"{"}, {"lock": b"{}"}])
    def test_all_sets_stay_where_a_job_does_not_tell_what_it_uses(self, folder, files):
        plan = self.other_job(folder, files)
        assert self.is_there(folder)
        assert "it is not known who uses them" in plan.notes[0]
        assert "cats/latest.json" in plan.notes[0]

    def test_a_folder_that_is_no_jobs_is_passed_over(self, folder):
        self.other_job(folder, {"readme.txt": b"hello"})
        assert not self.is_there(folder)

    def test_the_jobs_own_set_stays_and_so_does_the_one_of_its_last_run(self, folder):
        bucket = bucket_of(folder)
        latest = json.loads(bucket.read(f"{PREFIX}/latest.json").data)
        latest["profile"]["feature_set"] = OLD_SET
        bucket.write(f"{PREFIX}/latest.json", json.dumps(latest).encode())
        prune_now(place_of(folder), runs=1)
        assert self.is_there(folder)
        assert f"{REPORTS}/features/{feature_set_id()}/{PART}" in names_of(bucket)


class TestTheSharedViews:
    """Views of `v-` and twelve digits; which of them a job used last stands in its report."""

    OWN, OTHER = "v-0123456789ab", "v-ba9876543210"

    def prune_with(self, folder, own, other):
        bucket = bucket_of(folder)
        for view in (self.OWN, self.OTHER):
            bucket.write(f"{REPORTS}/views/{view}/{PART}", b"a part")
            bucket.write(f"{REPORTS}/views/{view}/notes.txt", b"not a part")
        for job, view in ((PREFIX, own), (f"{REPORTS}/cats", other)):
            name = f"{job}/latest.json"
            there = name in names_of(bucket)
            latest = json.loads(bucket.read(name).data) if there else {"profile": {}}
            latest["profile"].setdefault("feature_set", OLD_SET)
            if view is not None:
                latest["model_view"] = {"view_id": view}
            bucket.write(name, json.dumps(latest).encode())
        plan = prune_now(place_of(folder), runs=1)
        there = {name for name in names_of(bucket, f"{REPORTS}/views") if name.endswith(PART)}
        return plan, {name.split("/")[2] for name in there}

    def test_views_that_no_job_used_last_go(self, folder):
        plan, there = self.prune_with(folder, self.OWN, None)
        assert there == {self.OWN}
        assert Kind.VIEWS in {one.kind for one in plan.removals}
        assert f"{REPORTS}/views/{self.OTHER}/notes.txt" in names_of(bucket_of(folder))

    def test_views_that_another_job_used_last_stay(self, folder):
        plan, there = self.prune_with(folder, self.OWN, self.OTHER)
        assert there == {self.OWN, self.OTHER}
        assert f"views/{self.OTHER} stays: cats used it last." in plan.notes

    def test_what_is_known_of_opened_models_goes_with_their_views(self, folder):
        models = RememberedModels(bucket=bucket_of(folder), prefix=REPORTS)
        used, unused, gone = (dataclasses.replace(OPENED_MODEL, digest=one * 64) for one in "abc")
        self.OWN, self.OTHER = used.id, unused.id
        names = {}
        for one in (used, unused, gone):
            names[one.id] = models.name_of(ModelSettings(path=f"{one.digest}.pt"), {})
            models.save(names[one.id], one)
        damaged, strange = (
            f"{REPORTS}/views/opened/{one}" for one in ("0" * 16 + ".json", "a.json")
        )
        for name in (damaged, strange):
            bucket_of(folder).write(name, b"{}")
        plan, _ = self.prune_with(folder, used.id, None)
        removed = {one.objects[0].name for one in plan.removals if one.kind is Kind.OPENED}
        assert removed == {names[unused.id], names[gone.id], damaged}
        left = names_of(bucket_of(folder), f"{REPORTS}/views/opened")
        assert set(left) == {names[used.id], strange}

    def test_opened_models_stay_where_a_jobs_model_could_not_be_opened(self, folder):
        models = RememberedModels(bucket=bucket_of(folder), prefix=REPORTS)
        name = models.name_of(ModelSettings(path="a.pt"), {})
        models.save(name, OPENED_MODEL)
        self.prune_with(folder, self.OWN, "")
        assert name in names_of(bucket_of(folder))

    def test_all_views_stay_where_a_jobs_model_could_not_be_opened(self, folder):
        plan, there = self.prune_with(folder, self.OWN, "")
        assert there == {self.OWN, self.OTHER}
        assert any("it does not tell which of views/ it used" in note for note in plan.notes)


class TestKilledAtAnyMoment:
    """The bucket refuses everything after its k-th write, for every k."""

    def dead_after(self, folder, writes):
        bucket = CountingBucket(bucket_of(folder))

        def before(method, name):
            calls = bucket.calls.copy()  # Other threads write meanwhile.
            done = sum(number for (called, _), number in calls.items() if called in WRITES)
            if done > writes:
                raise BucketAccessError(name, "the process is dead")

        bucket.before = before
        return bucket

    def test_every_link_leads_somewhere_and_the_next_one_ends_what_was_begun(self, small, tmp_path):
        small = shutil.copytree(small, tmp_path / "with-copies")
        pack = f"{PREFIX}/copies/0123456789ab-2019-01-01.pack"
        bucket_of(small).write(pack, b"an old pack")
        bucket_of(small).write(f"{REPORTS}/views/v-0123456789ab/{PART}", b"of an old model")
        bucket_of(small).write(f"{REPORTS}/views/opened/0123456789abcdef.json", b"{}")
        bucket_of(small).write(f"{PREFIX}/executions/given-up/plan.json", b"{}")
        bucket_of(small).write(MARK, b"a worker was here")
        written = (NOW - timedelta(days=30)).timestamp()
        for name in (f"{PREFIX}/executions/given-up/plan.json", MARK):
            os.utime(small / "bucket" / name, (written, written))
        copy = shutil.copytree(small, tmp_path / "undisturbed")
        watched = CountingBucket(bucket_of(copy))
        prune_now(place_of(copy, watched), runs=1)
        needed, undisturbed = sum(map(watched.count, WRITES)), names_of(bucket_of(copy))
        assert kinds_of(small) == set(Kind)
        assert needed > 15
        for writes in range(needed):
            folder = shutil.copytree(small, tmp_path / f"killed-{writes}")
            bucket = bucket_of(folder)
            with pytest.raises(PublishError):
                prune_now(place_of(folder, self.dead_after(folder, writes)), runs=1)
            assert dead_links(bucket) == [], writes
            # What the next run does to the index.
            rebuild_index(bucket, PREFIX, "dogs")
            assert dead_links(bucket) == [], writes
            prune_now(place_of(folder), runs=1)
            assert names_of(bucket) == undisturbed, writes
            assert dead_links(bucket) == [], writes
            assert survey(place_of(folder), Keep(runs=1)).plan.is_empty
            shutil.rmtree(folder)

    @pytest.mark.parametrize("writes", [1, 4, 6, 9, 14])
    def test_later_runs_and_milder_prunings_work(self, folder, writes):
        bucket = bucket_of(folder)
        with pytest.raises(PublishError):
            prune_now(place_of(folder, self.dead_after(folder, writes)), runs=1)

        publish_day(bucket, 6)
        publish_day(bucket, 14)
        assert dead_links(bucket) == []
        assert {run_id(6), run_id(14)} <= linked_runs(bucket)

        prune_now(place_of(folder), runs=8)
        assert dead_links(bucket) == []
        # What the first one had not yet touched is whole and leads somewhere again.
        for day in days_with_reports(bucket):
            files = {f"{PREFIX}/runs/{run_id(day)}/{file}" for file in RUN_FILES}
            assert files <= names_of(bucket)
            assert run_id(day) in linked_runs(bucket)
        rest = names_of(bucket, f"{PREFIX}/runs")
        assert {int(name.split("/")[3][6:8]) for name in rest} - {13} == days_with_reports(bucket)
        assert survey(place_of(folder), Keep(runs=8)).plan.is_empty

    def test_once_the_lock_is_lost_nothing_more_is_deleted(self, folder):
        deleted = CountingBucket(bucket_of(folder))

        def lost_after_some():
            if deleted.count("delete") >= 3:
                raise PublishError("this run no longer holds the job's lock")

        place = place_of(folder, deleted)
        with pytest.raises(PublishError, match="no longer holds"):
            prune(place, survey(place, Keep(runs=3)), lost_after_some)
        assert 3 <= deleted.count("delete") < 20
        assert dead_links(bucket_of(folder)) == []


class TestTheCommand:
    def test_without_yes_it_tells_and_writes_nothing(self, folder):
        before = {path: path.stat().st_mtime_ns for path in (folder / "bucket").rglob("*")}
        result = drift("prune", "job.toml", "--keep-runs", "3", cwd=folder)
        assert result.returncode == 0, result.stderr
        assert {path: path.stat().st_mtime_ns for path in (folder / "bucket").rglob("*")} == before
        lines = result.stdout.splitlines()
        assert lines[0] == (
            "dogs has 10 runs and keeps the reports of the newest 3 (3), and besides 1 accepted "
            "as normal."
        )
        assert lines[2].startswith(
            "  7 runs, window ends 2025-03-02T00:00:00Z to 2025-03-09T00:00:00Z: 25 objects, "
        )
        assert lines[-1] == "Nothing was deleted. To delete it, say --yes as well."

    def test_with_yes_it_tells_first_and_deletes_just_that(self, folder):
        told = warm_drift("prune", "job.toml", "--keep-runs", "3", "--verbose", cwd=folder)
        named = {line.strip() for line in told.stdout.splitlines() if line.startswith("    ")}
        before = names_of(bucket_of(folder))
        result = warm_drift(
            "prune", "job.toml", "--keep-runs", "3", "--verbose", "--yes", cwd=folder
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith(told.stdout.rpartition("Nothing was deleted.")[0])
        assert f"Deleted {len(named)} objects, " in result.stdout
        assert before - names_of(bucket_of(folder)) == named
        again = warm_drift("prune", "job.toml", "--keep-runs", "3", "--yes", cwd=folder)
        assert "Nothing to delete." in again.stdout
        assert "Deleted" not in again.stdout

    def test_while_a_run_holds_the_lock_nothing_is_deleted(self, folder):
        before = names_of(bucket_of(folder))
        with JobLock(bucket_of(folder), PREFIX):
            result = warm_drift("prune", "job.toml", "--keep-runs", "1", "--yes", cwd=folder)
        assert result.returncode == 7
        assert names_of(bucket_of(folder)) == before

    @pytest.mark.parametrize(
        "options",
        [[], ["--keep-runs", "3", "--keep-days", "3"], ["--keep-runs", "0"], ["--keep-days", "-1"]],
    )
    def test_one_of_the_two_numbers_is_asked_for(self, folder, options):
        before = names_of(bucket_of(folder))
        result = warm_drift("prune", "job.toml", *options, "--yes", cwd=folder)
        assert result.returncode == 2
        assert names_of(bucket_of(folder)) == before

    def test_a_job_without_a_run_is_exit_2_and_gets_no_folder(self, folder):
        (folder / "job.toml").write_text(JOB_FILE.replace('"dogs"', '"dgos"'))
        result = warm_drift("prune", "job.toml", "--keep-runs", "3", "--yes", cwd=folder)
        assert result.returncode == 2
        assert "dgos has no published run" in result.stderr
        assert not (folder / "bucket" / REPORTS / "dgos").exists()

    @pytest.mark.parametrize("name", ["latest.json", "profiles/pinned.json"])
    def test_a_damaged_object_that_says_what_is_needed_stops_it(self, folder, name):
        bucket_of(folder).write(f"{PREFIX}/{name}", b"{")
        before = names_of(bucket_of(folder))
        result = warm_drift("prune", "job.toml", "--keep-runs", "1", "--yes", cwd=folder)
        assert result.returncode == 5
        assert name in result.stderr
        assert names_of(bucket_of(folder)) == before

    def test_what_is_not_known_is_named(self, folder):
        bucket_of(folder).write(f"{PREFIX}/to\u202e do.txt", b"12345")
        said = warm_drift("prune", "job.toml", "--keep-runs", "99", cwd=folder).stdout
        assert "Left, because drift does not know what it is: 1 object, 5 bytes:" in said
        assert "do.txt" in said
        assert "\u202e" not in said

    def test_open_says_how_to_get_a_pruned_report_back(self, folder):
        warm_drift("prune", "job.toml", "--keep-runs", "1", "--yes", cwd=folder)
        result = warm_drift("open", "job.toml", run_id(6), "--print", cwd=folder)
        assert result.returncode == 5
        assert "--until 2025-03-06T00:00:00Z" in result.stderr


def test_a_bucket_on_a_gcs_server_is_pruned_in_the_same_way(gcs_server, full, tmp_path):
    name = gcs_server.make_bucket()
    text = JOB_FILE.replace('url = "bucket"', f'url = "gs://{name}"')
    (tmp_path / "job.toml").write_text(text)
    bucket = open_bucket(f"gs://{name}")
    fill_job(bucket, 9)
    gcs_server.put(name, "data_drift_reports/dogs/mine.txt", b"mine")

    result = warm_drift("prune", "job.toml", "--keep-runs", "2", "--yes", cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert days_with_reports(bucket) == {4, 8, 9}
    assert dead_links(bucket) == []
    there = set(gcs_server.names(name))
    assert f"{PREFIX}/mine.txt" in there
    assert f"{REPORTS}/features/{OLD_SET}/{PART}" not in there
    publish_day(bucket, 5)
    assert run_id(5) in linked_runs(bucket)
    assert dead_links(bucket) == []


def test_a_run_that_was_pruned_repeats_byte_for_byte(tmp_path):
    make_world(tmp_path, lights=(1.0, 0.4), requests=30, references=40)
    (tmp_path / "job.toml").write_text(WORLD_JOB_FILE.replace('["camera"]', "[]"))
    place = open_workplace(load_job(tmp_path / "job.toml", {}))
    days = [datetime(2025, 3, day, tzinfo=UTC) for day in (4, 5)]
    first, second = [run_job(place, RunOptions(until=day)).run_id for day in days]

    def report():
        document = json.loads(place.bucket.read(f"{PREFIX}/runs/{first}/report.json").data)
        del document["generated_at"], document["timings"], document["profile"]["created_at"]
        return document

    before, rows = report(), read_history(place.bucket, PREFIX)
    # Of what a run leaves there is nothing that it does not know.
    assert prune_now(place, runs=1).unknown == ()
    assert days_with_reports(place.bucket) == {5}
    assert dead_links(place.bucket) == []

    run_job(open_workplace(place.job), RunOptions(until=days[0]))

    assert report() == before
    assert read_history(place.bucket, PREFIX) == rows
    assert linked_runs(place.bucket) == {first, second}
    assert dead_links(place.bucket) == []
