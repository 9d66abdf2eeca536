"""Whole runs in detail: equal input gives equal reports, and odd input a report all the same."""

import csv
import html
import json
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from drift.comparison.columns.logged.predictions import Said, prediction_columns
from drift.comparison.compare import compare
from drift.comparison.joint import JOINT_COLUMN
from drift.evidently.report import render
from drift.observations.unit_rows import RowUnits
from drift.pinned_profile import build_and_pin
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.buckets.registry import open_bucket
from jobs.errors import ExitCode, ObjectMissingError, PublishError
from jobs.job_file.job import DetectionSettings, Job
from jobs.running.lease import Lease
from jobs.running.lock import JobLock
from reference_stats.profiles.profile import PredictionTable
from reports.findings.answers import State, Verdict
from reports.findings.columns import Finding
from reports.findings.run import RunFindings
from reports.json_report.report import report_json
from tests.support.browser import chromium
from tests.support.columns import classes, lined_up, numeric
from tests.support.command import warm_drift
from tests.support.worlds import START, job_of, make_world, shots, write_images

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
TABLE = {"features": "metrics.csv"}
NO_CONFIDENCE = {"path": "predictions_log.csv", "columns": {"prediction": "breed"}}
IMAGES = {"path": "images/{id}_{filename}"}


def run(job: Job, *, rows: int | None = None) -> RunFindings:
    """Compare, and write nothing."""
    return run_job(open_workplace(job, writes=False), RunOptions(until=UNTIL, rows=rows))


def publish(job: Job) -> RunFindings:
    return run_job(open_workplace(job), RunOptions(until=UNTIL))


def content(found: RunFindings) -> dict[str, object]:
    """Return the report but for the fields that the clock fills."""
    report = json.loads(report_json(found))
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    return report


def column(found: RunFindings, name: str) -> Finding:
    columns = found.features + found.predictions
    return next(finding for finding in columns if finding.name == name)


def reports_of(folder: Path) -> Path:
    return folder / "data_drift_reports" / "dogs"


def rewrite_log(folder: Path, change: Callable[[list[list[str]]], Sequence[Sequence[str]]]) -> None:
    """Replace the log's rows, or its header too, by what `change` makes of them."""
    path = folder / "predictions_log.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(change(rows))


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """A dark day against a reference of images; one row of 40 names no image."""
    folder = tmp_path_factory.mktemp("details")
    make_world(folder, lights=(0.6,), requests=40, references=60)
    next(iter(sorted((folder / "images").iterdir()))).unlink()
    levels = np.random.default_rng(4).normal(110, 20, 80)
    (folder / "metrics.csv").write_text("mean\n" + "\n".join(map(str, levels)) + "\n")
    return folder


@pytest.fixture
def own_world(world, tmp_path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(world, tmp_path / "bucket"))


@pytest.fixture(scope="module")
def usual(world) -> dict[str, object]:
    found = run(job_of(world))
    assert found.verdict is Verdict.DRIFT
    assert (found.images.analysed, found.images.missing) == (39, 1)
    return content(found)


class TestEqualReports:
    """What must not matter for what report.json says."""

    def test_the_order_of_the_logs_rows(self, usual, own_world):
        def shuffle(rows):
            order = np.random.default_rng(8).permutation(len(rows) - 1) + 1
            return [rows[0], *(rows[index] for index in order)]

        before = (own_world / "predictions_log.csv").read_bytes()
        rewrite_log(own_world, shuffle)
        assert (own_world / "predictions_log.csv").read_bytes() != before
        assert content(run(job_of(own_world))) == usual

    def test_whether_the_log_is_one_object_or_many(self, usual, own_world):
        log = own_world / "predictions_log.csv"
        header, *lines = log.read_text().splitlines(keepends=True)
        log.unlink()
        for part in range(3):
            path = own_world / "logs" / "2025" / f"part-{part}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(header + "".join(lines[part::3]))
        settings = {**job_of(own_world).predictions.model_dump(), "path": "logs/*/*.csv"}
        found = content(run(job_of(own_world, predictions=settings)))
        # Where the log lies is a setting of the job, and nothing else tells the two apart.
        assert {**found, "job_settings": None} == {**usual, "job_settings": None}

    @pytest.mark.parametrize("workers", [1, 8])
    def test_how_many_workers_there_are(self, usual, world, workers):
        images = {**IMAGES, "fetch_workers": workers, "decode_workers": workers}
        assert content(run(job_of(world, images=images))) == usual

    def test_whether_the_numbers_come_from_the_cache(self, own_world):
        job = job_of(own_world, reference=TABLE)
        first = content(publish(job))
        assert list((own_world / "data_drift_reports" / "features").rglob("*.parquet"))
        for image in (own_world / "images").iterdir():
            image.write_bytes(b"no image any more: only the cache knows what it was")
        assert content(run_from_cache(job)) == first


def run_from_cache(job: Job) -> RunFindings:
    found = publish(job)
    assert found.images.unreadable == 0
    return found


@pytest.fixture(scope="module")
def odd(world, tmp_path_factory):
    folder = Path(shutil.copytree(world, tmp_path_factory.mktemp("odd") / "bucket"))

    def change(rows):
        return [rows[0], *([*row[:3], "dingo", ""] for row in rows[1:])]

    rewrite_log(folder, change)
    found = publish(job_of(folder))
    (evidently,) = reports_of(folder).glob("runs/*/evidently.json")
    return found, json.loads(evidently.read_bytes())


class TestOddColumns:
    """A column that cannot be tested stays in the report and says why."""

    def test_a_constant_column_is_called_constant(self, odd):
        found, _evidently = odd
        assert column(found, "width").state is State.CONSTANT
        assert "112" in column(found, "width").note

    def test_an_all_missing_column_says_what_to_check(self, odd):
        found, _evidently = odd
        confidence = column(found, "confidence")
        assert confidence.state is State.MISSING
        assert "predictions.columns" in confidence.note
        assert confidence.reference is not None
        assert (confidence.reference.count, confidence.current.count) == (60, 0)

    def test_a_window_of_new_classes_only_is_a_question_and_no_drift(self, odd):
        found, _evidently = odd
        prediction = column(found, "prediction")
        assert prediction.state is State.INCONCLUSIVE
        assert "Other names for the classes?" in prediction.note
        assert "no_class_in_common" in [one.code for one in found.remarks]
        assert "New: dingo." in prediction.note
        counts = {one.name: (one.reference, one.current) for one in prediction.categories}
        assert counts["dingo"] == (0, 40)

    def test_evidently_shows_every_column_that_both_sides_have(self, odd):
        found, evidently = odd
        configs = [metric["config"] for metric in evidently["metrics"]]
        shown = {config["column"] for config in configs if "ValueDrift" in config["type"]}
        columns = found.features + found.predictions
        compared = {one.name for one in columns if one.state is not State.MISSING}
        assert shown == compared | {JOINT_COLUMN}
        assert {"width", "prediction"} <= shown

    @pytest.mark.parametrize("rows", [1, 2])
    def test_a_window_of_one_or_two_rows_keeps_all_columns(self, world, odd, rows):
        found = run(job_of(world), rows=rows)
        names = [one.name for one in found.features + found.predictions]
        assert names == [one.name for one in odd[0].features + odd[0].predictions]
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.images.logged == rows

    def test_a_probability_that_is_called_like_a_feature_replaces_nothing(self, own_world, usual):
        def with_probability(rows):
            return [[*rows[0], "entropy"], *([*row, "0.5"] for row in rows[1:])]

        rewrite_log(own_world, with_probability)
        columns = {"prediction": "breed", "confidence": "confidence", "probabilities": ["entropy"]}
        predictions = {"path": "predictions_log.csv", "columns": columns}
        job = job_of(own_world, predictions=predictions, reference={"images": "reference/"})
        report = content(run(job))
        names = [one["name"] for one in report["predictions"]]
        assert names == ["prediction", "confidence", "entropy (log)"]
        entropy = [one for one in report["features"] if one["name"] == "entropy"]
        before = [one for one in usual["features"] if one["name"] == "entropy"]
        assert [one["current"] for one in entropy] == [one["current"] for one in before]

    def test_a_column_that_the_job_names_is_there_even_where_no_side_has_a_value(self):
        nothing = Said.of(PredictionTable.empty().rows, RowUnits.alone(0), [])
        (confidence,) = prediction_columns(nothing, nothing, expected=["confidence"])
        compared = compare(lined_up(confidence), DetectionSettings())
        (finding,) = compared.predictions
        assert finding.state is State.MISSING
        assert "reference.log" in finding.note

    def test_an_empty_window_with_probabilities_keeps_all_columns(self, own_world):
        def with_probability(rows):
            share = ["p_dog", *("0.5" for _ in rows[1:])]
            return [[*row, value] for row, value in zip(rows, share, strict=True)]

        rewrite_log(own_world, with_probability)
        columns = {"prediction": "breed", "confidence": "confidence", "probabilities": ["p_*"]}
        shutil.copy(own_world / "predictions_log.csv", own_world / "validation_log.csv")
        job = job_of(own_world, predictions={"path": "predictions_log.csv", "columns": columns})
        until = UNTIL + timedelta(days=300)
        found = run_job(open_workplace(job, writes=False), RunOptions(until=until))
        assert found.images.logged == 0
        names = [one.name for one in found.predictions]
        assert names == ["prediction", "confidence", "p_dog"]
        assert {one.state for one in found.predictions} == {State.MISSING}


def test_bad_rows_are_counted_with_line_and_reason(own_world):
    def spoil(rows):
        rows[2] = rows[2][:3]
        rows[4] = ["yesterday", *rows[4][1:]]
        rows[6] = [*rows[6][:4], "very sure"]
        rows[8] = [*rows[8], "more"]
        rows[10] = [*rows[10][:2], "", *rows[10][3:]]
        return rows

    rewrite_log(own_world, spoil)
    log = own_world / "predictions_log.csv"
    lines = log.read_bytes().splitlines(keepends=True)
    lines[12] = lines[12].replace(b"Foto", b"F\xff\xfeto")
    log.write_bytes(b"".join(lines))
    report = content(run(job_of(own_world)))
    assert (report["log"]["rows"], report["log"]["rejected"]) == (40, 5)
    assert sum(report["log"]["reasons"].values()) == 5
    assert report["log"]["reasons"]["wrong number of fields"] == 2
    assert report["images"]["logged"] == 35
    told = {one["name"]: one["reason"] for one in report["log"]["examples"]}
    where = "predictions_log.csv, line "
    assert told[f"{where}3"] == "wrong number of fields: 3 fields, expected 5"
    assert "yesterday" in told[f"{where}5"]
    (lost,) = report["log"]["lost_values"]
    assert (lost["column"], lost["reasons"]) == ("confidence", {"not a number": 1})
    assert lost["examples"] == [{"name": f"{where}7", "reason": "very sure"}]
    assert told[f"{where}9"] == "wrong number of fields: 6 fields, expected 5"
    assert told[f"{where}13"].startswith("not UTF-8")
    assert "no value in filename" in told.values()
    assert any("rejected" in warning for warning in report["warnings"])


class TestEvidentlysPage:
    """What Evidently cannot draw must not cost the run its report."""

    def drawn(self, columns) -> dict[str, object]:
        compared = compare(lined_up(*columns), DetectionSettings())
        return json.loads(render(columns, {one.name: one for one in compared.findings}).json)

    def test_values_that_differ_in_their_last_bit_only(self):
        nearly = numeric("nearly", [1.0] * 50, [1.0] * 49 + [1.0 + 2**-50])
        underflow = numeric("underflow", [0.0] * 50, [0.0] * 49 + [5e-324])
        assert "ValueDrift" in str(self.drawn([nearly, underflow]))

    def test_a_class_for_nearly_every_row(self):
        reference = ["often"] * 900 + [f"class {number}" for number in range(600)]
        described = self.drawn([classes("prediction", reference, ["often"] * 50)])
        assert "often" in str(described)
        assert "(401 other classes)" in str(described)

    def test_what_it_draws_is_what_was_measured(self):
        levels = np.random.default_rng(2).normal(110, 20, 60)
        described = self.drawn([numeric("mean", levels, levels + 40)])
        (mean,) = (one["value"] for one in described["metrics"] if "Mean" in one["metric_name"])
        assert mean == pytest.approx(float(np.mean(levels + 40)), rel=1e-8)


SCRIPT = "</script><script>document.title='owned'</script>"
PICTURE = "<img src=x onerror=\"document.title='owned'\">"


def opened(page: Path) -> str:
    """Return what a browser has made of a page, once its scripts have run."""
    finished = chromium("--virtual-time-budget=15000", "--dump-dom", page.as_uri())
    assert "<body" in finished.stdout, finished.stderr[-2000:]
    return finished.stdout


def title_of(dom: str) -> str:
    return dom.partition("<title>")[2].partition("</title>")[0]


@pytest.fixture(scope="module")
def pages(world, tmp_path_factory):
    folder = Path(shutil.copytree(world, tmp_path_factory.mktemp("hostile") / "bucket"))

    def rename(name: str, row: list[str]) -> list[str]:
        old = folder / "images" / f"{row[1]}_{row[2]}"
        new = folder / "images" / f"{row[1]}_{name}"
        new.parent.mkdir(parents=True, exist_ok=True)
        if old.exists():
            old.rename(new)
        return [row[0], row[1], name, (SCRIPT, PICTURE, "beagle")[int(row[1]) % 3], row[4]]

    def poison(rows):
        names = [PICTURE.replace("<img", f"{SCRIPT}<img a={index}") for index in range(40)]
        spoiled = [rename(name, row) for name, row in zip(names, rows[1:], strict=True)]
        shares = ["0.5", "0.25"] * 20
        whole = [[*row, share] for row, share in zip(spoiled, shares, strict=True)]
        bad = [[SCRIPT, *whole[0][1:]], [*whole[0][:4], SCRIPT, "0.5"]]
        return [[*rows[0], f"p_{SCRIPT}"], *whole, *bad]

    rewrite_log(folder, poison)
    levels = np.random.default_rng(4).normal(110, 20, 80).round(3)
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["mean", "breed"])
        writer.writerows([level, (SCRIPT, "boxer")[int(level) % 2]] for level in levels)
    columns = {
        "prediction": "breed",
        "confidence": "confidence",
        "probabilities": ["p_*"],
    }
    predictions = {"path": "predictions_log.csv", "columns": columns}
    found = publish(job_of(folder, predictions=predictions, reference=TABLE))
    assert found.offenders
    assert found.quality.troubles
    assert found.log.rejected == 1
    assert [one.column for one in found.log.lost_values] == ["confidence"]
    (report,) = reports_of(folder).glob("runs/*/report.html")
    return report


class TestHostileTexts:
    """Labels, file names and column names come from strangers; pages show them as text."""

    def test_a_browser_would_run_them_if_they_were_not_made_safe(self, tmp_path):
        page = tmp_path / "page.html"
        page.write_text(f"<!doctype html><title>mine</title><body><script>x='{SCRIPT}'</script>")
        assert title_of(opened(page)) == "owned"

    def test_our_page_shows_them_as_text(self, pages):
        dom = opened(pages)
        assert title_of(dom) not in {"", "owned"}
        assert "<script" not in dom
        assert '<img src="x"' not in dom
        assert html.escape(SCRIPT, quote=False) in dom
        assert html.escape(PICTURE, quote=False) in dom

    def test_evidentlys_page_shows_them_as_text(self, pages):
        dom = opened(pages.with_name("evidently.html"))
        assert title_of(dom) != "owned"
        assert "<script>document.title" not in dom
        assert "\uff1c/script\uff1e\uff1cscript\uff1edocument.title" in dom

    def test_the_index_shows_them_as_text(self, pages):
        dom = opened(reports_of(pages.parents[4]) / "index.html")
        assert title_of(dom) not in {"", "owned"}
        assert "<script>document.title" not in dom


class TestLock:
    """Two runs of one job never publish at once."""

    def test_the_second_of_two_runs_exits_with_7_and_publishes_nothing(self, own_world, tmp_path):
        (tmp_path / "job.toml").write_text(
            'name = "dogs"\n[bucket]\nurl = "bucket"\n[predictions]\npath = "predictions_log.csv"\n'
            '[images]\npath = "images/{id}_{filename}"\n[window]\nlast = "1d"\n'
            '[reference]\nfeatures = "metrics.csv"\n'
        )
        with JobLock(open_bucket(str(own_world)), "data_drift_reports/dogs"):
            result = warm_drift("run", "job.toml", "--until", "2025-03-04", cwd=tmp_path)
        assert (result.returncode, result.stdout) == (7, "")
        assert (
            "data_drift_reports/dogs/lock: another run of the job holds the lock" in result.stderr
        )
        assert "Traceback" not in result.stderr
        assert [path.name for path in reports_of(own_world).iterdir()] == ["lock"]

    def test_a_lock_that_ran_out_is_taken_over(self, own_world, caplog):
        long_ago = datetime(2025, 3, 4, tzinfo=UTC)
        left = Lease(
            owner="a run that died",
            host="elsewhere",
            pid=1,
            started=long_ago,
            renewed=long_ago,
            expires=long_ago + timedelta(minutes=1),
            lease_s=60,
        )
        bucket = open_bucket(str(own_world))
        bucket.create("data_drift_reports/dogs/lock", left.to_json())
        found = publish(job_of(own_world, reference=TABLE, predictions=NO_CONFIDENCE))
        assert (reports_of(own_world) / "runs" / found.run_id / "report.json").exists()
        lock = json.loads(bucket.read("data_drift_reports/dogs/lock").data)
        assert (lock["state"], lock["pid"]) == ("released", os.getpid())
        assert "taken over from process 1 on elsewhere" in caplog.text


class TestPinnedProfile:
    """The reference changes only by `drift profile build`."""

    def test_new_reference_images_count_only_once_they_are_built(self, own_world):
        job = job_of(own_world)
        built = build_and_pin(open_workplace(job))
        before = run(job)
        shutil.rmtree(own_world / "reference")
        shutil.copytree(own_world / "images", own_world / "reference")
        assert content(run(job)) == content(before)
        assert before.profile.id == built.id
        build_and_pin(open_workplace(job))
        after = run(job)
        assert after.profile.id != built.id
        assert before.verdict is Verdict.DRIFT
        assert column(before, "mean").state is State.DRIFT
        assert column(after, "mean").state is not State.DRIFT

    def test_a_run_that_lost_its_lock_pins_nothing(self, own_world):
        def lost():
            raise PublishError("the lock was lost")

        with pytest.raises(PublishError):
            build_and_pin(open_workplace(job_of(own_world)), lost)
        assert not (reports_of(own_world) / "profiles").exists()

    def test_a_pin_that_is_gone_is_said_and_never_replaced(self, own_world):
        job = job_of(own_world)
        publish(job)
        profiles = reports_of(own_world) / "profiles"
        pinned = (profiles / "pinned.json").read_bytes()
        (profiles / "pinned.json").unlink()
        shutil.rmtree(own_world / "reference")
        shutil.copytree(own_world / "images", own_world / "reference")
        with pytest.raises(ObjectMissingError, match=r"pinned\.json.*drift profile build") as met:
            publish(job)
        assert met.value.exit_code is ExitCode.INPUT
        assert not (profiles / "pinned.json").exists()
        (profiles / "pinned.json").write_bytes(pinned)
        publish(job)

    def test_profiles_without_a_pin_and_of_another_reference_are_not_passed_over(self, own_world):
        job = job_of(own_world)
        build_and_pin(open_workplace(job))
        profiles = reports_of(own_world) / "profiles"
        (profiles / "pinned.json").unlink()
        changed = job_of(own_world, reference=TABLE)
        with pytest.raises(ObjectMissingError, match="drift profile build"):
            publish(changed)
        assert not (profiles / "pinned.json").exists()

    def test_a_first_run_that_was_killed_before_it_pinned_is_finished_by_the_next(self, own_world):
        job = job_of(own_world)
        built = build_and_pin(open_workplace(job))
        (reports_of(own_world) / "profiles/pinned.json").unlink()
        assert publish(job).profile.id == built.id

    def test_a_profile_that_another_run_pinned_meanwhile_stays_pinned(self, own_world):
        job, other = job_of(own_world), job_of(own_world, reference=TABLE)
        suspended = []

        def suspended_at_the_second_check():
            suspended.append(True)
            if len(suspended) == 2:
                build_and_pin(open_workplace(other))

        with pytest.raises(PublishError, match="another profile was pinned while"):
            build_and_pin(open_workplace(job), suspended_at_the_second_check)
        pinned = open_workplace(job).profiles.pinned_id()
        assert pinned == build_and_pin(open_workplace(other)).id

    def test_a_changed_reference_in_the_job_file_is_warned_of(self, own_world):
        build_and_pin(open_workplace(job_of(own_world)))
        same, changed = (run(job_of(own_world)), run(job_of(own_world, reference=TABLE)))
        warned = [warning for warning in changed.warnings if warning not in same.warnings]
        (warning,) = warned
        assert "[reference] has changed" in warning
        assert "drift profile build" in warning
        assert changed.profile == same.profile
        assert changed.verdict == same.verdict


class TestUnwritableReports:
    """What cannot be written is named, with exit code 6; tests may run as root, so no modes."""

    @pytest.mark.parametrize(
        ("in_the_way", "named"),
        [
            ("data_drift_reports", "data_drift_reports/dogs/lock"),
            ("data_drift_reports/dogs/runs", "affected.csv"),
            ("data_drift_reports/dogs/history", "data_drift_reports/dogs/history/"),
        ],
    )
    def test_a_file_where_a_folder_is_needed(self, own_world, in_the_way, named):
        path = own_world / in_the_way
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("in the way")
        with pytest.raises(PublishError, match="could not be") as caught:
            publish(job_of(own_world, reference=TABLE, predictions=NO_CONFIDENCE))
        assert caught.value.exit_code == ExitCode.PUBLISH == 6
        assert named in caught.value.message
        assert str(own_world) in caught.value.message
        assert path.read_text() == "in the way"
        assert not (reports_of(own_world) / "latest.json").exists()

    def test_a_cache_that_cannot_be_written_costs_no_report(self, own_world, caplog):
        (own_world / "data_drift_reports").mkdir()
        (own_world / "data_drift_reports" / "features").write_text("in the way")
        publish(job_of(own_world, reference=TABLE, predictions=NO_CONFIDENCE))
        assert (reports_of(own_world) / "latest.json").exists()
        assert "could not be remembered" in caplog.text


def test_a_late_image_is_found_by_the_next_run(own_world):
    """Only what was read is remembered: an image that was missing is looked for again."""
    job = job_of(own_world, reference=TABLE, predictions=NO_CONFIDENCE)
    assert publish(job).images.missing == 1
    generator = np.random.default_rng(1)
    write_images(own_world / "late", shots(generator, START, 1, 1.0))
    rows = (own_world / "predictions_log.csv").read_text().splitlines()[1:]
    names = [f"{fields[1]}_{fields[2]}" for fields in csv.reader(rows)]
    (missing,) = (name for name in names if not (own_world / "images" / name).exists())
    (late,) = (own_world / "late").iterdir()
    late.rename(own_world / "images" / missing)
    assert publish(job).images.missing == 0
