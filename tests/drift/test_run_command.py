"""The command as a user runs it: a process, a bucket, an exit code, and what is in the bucket."""

import functools
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from reports.json_report.report import report_schema
from tests.support import command
from tests.support.command import ROOT, WITH_EVIDENTLY
from tests.support.worlds import make_world

JOB_FILE = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
columns = { prediction = "breed", confidence = "confidence" }
[images]
path = "images/{id}_{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
log = "validation_log.csv"
"""


drift = functools.partial(command.warm_drift, timeout_s=240)
cold_drift = functools.partial(command.drift, timeout_s=240)


def write_job(folder: Path, text: str = JOB_FILE) -> Path:
    (folder / "job.toml").write_text(text, encoding="utf-8")
    return folder


def reports_of(folder: Path) -> Path:
    return folder / "bucket" / "data_drift_reports" / "dogs"


def objects_of(folder: Path) -> dict[str, bytes]:
    root = folder / "bucket" / "data_drift_reports"
    files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def without_clock(data: bytes) -> dict[str, object]:
    report = json.loads(data)
    report.pop("generated_at")
    report.pop("timings")
    report["profile"].pop("created_at")
    return report


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Two days, run one after the other: the first is ordinary, on the second it is dark."""
    folder = write_job(tmp_path_factory.mktemp("published"))
    make_world(folder / "bucket", requests=150, references=250)
    settings = {"cwd": folder, **WITH_EVIDENTLY}
    first = drift("run", "job.toml", "--until", "2025-03-04", "--exit-code", **settings)
    second = drift("run", "job.toml", "--until", "2025-03-05", "--exit-code", **settings)
    return folder, first, second


def test_the_ordinary_day_is_steady_and_the_dark_one_is_drift(published):
    _folder, first, second = published
    assert (first.returncode, second.returncode) == (0, 3), first.stderr + second.stderr
    assert first.stdout.startswith("steady: No drift was seen")
    assert second.stdout.startswith("drift: Images are ")
    assert "darker" in second.stdout
    assert "Traceback" not in first.stderr + second.stderr


def test_a_day_without_bright_images_has_a_negative_upper_tail(published):
    folder, *_ = published
    report = json.loads((reports_of(folder) / "latest.json").read_bytes())
    statistics = report["evidence"]["statistics"]
    assert statistics["mean.upper_tail"] < -1 < 1 < statistics["mean.lower_tail"]
    assert report["evidence"]["signed_tails"] is True


def test_stdout_ends_with_where_the_report_is(published):
    folder, first, _second = published
    report = first.stdout.splitlines()[-1].removeprefix("report: ")
    assert Path(report).is_file()
    assert Path(report).is_relative_to(reports_of(folder))


def test_the_bucket_holds_what_the_layout_promises(published):
    folder, *_ = published
    names = {re.sub(r"p-[0-9a-f]{16}", "PROFILE", name) for name in objects_of(folder)}
    names = {re.sub(r"2025030(\d)T000000Z-[0-9a-f]{8}", r"RUN\1", name) for name in names}
    names = {re.sub(r"fs-[0-9a-f]+/part-[0-9a-f]+", "SET/PART", name) for name in names}
    runs = {
        f"dogs/runs/RUN{day}/{name}"
        for day in "45"
        for name in ("report.html", "report.json", "evidently.html", "evidently.json")
    } | {"dogs/runs/RUN5/affected.csv"}
    tables = ("features", "predictions", "prediction_images", "records")
    profile = {"profile.json", *(f"{name}.parquet" for name in tables)}
    assert names == {
        "features/SET/PART.parquet",
        *runs,
        *(f"dogs/profiles/PROFILE/{name}" for name in profile),
        "dogs/profiles/pinned.json",
        "dogs/history/RUN4.json",
        "dogs/history/RUN5.json",
        "dogs/latest.json",
        "dogs/state.json",
        "dogs/index.html",
        "index.html",
        "dogs/lock",
    }


def test_latest_is_a_copy_of_the_newest_report_and_fits_the_schema(published):
    folder, *_ = published
    latest = (reports_of(folder) / "latest.json").read_bytes()
    (newest,) = reports_of(folder).glob("runs/20250305*/report.json")
    assert newest.read_bytes() == latest
    for report in reports_of(folder).glob("runs/*/report.json"):
        jsonschema.validate(json.loads(report.read_bytes()), report_schema())


def test_evidently_and_our_report_agree_on_every_column_and_on_all_together(published):
    folder, *_ = published
    for run in reports_of(folder).glob("runs/*"):
        report = json.loads((run / "report.json").read_bytes())
        evidently = json.loads((run / "evidently.json").read_bytes())
        scores = {
            metric["config"]["column"]: (metric["value"], metric["config"]["threshold"])
            for metric in evidently["metrics"]
            if "ValueDrift" in metric["config"]["type"]
        }
        columns = report["features"] + report["predictions"]
        states = {one["name"]: one["state"] for one in columns}
        states["joint_distance"] = report["multivariate"]["state"]
        assert set(scores) == {name for name, state in states.items() if state != "missing"}
        drifted = {name for name, (score, threshold) in scores.items() if score < threshold}
        assert drifted == {name for name, state in states.items() if state == "drift"}


def test_a_repeated_run_writes_the_same_bytes_but_for_the_clock(published):
    folder, *_ = published
    before = objects_of(folder)
    settings = {"cwd": folder, "PYTHONHASHSEED": "12345", **WITH_EVIDENTLY}
    again = cold_drift("run", "job.toml", "--until", "2025-03-05", **settings)
    assert again.returncode == 0, again.stderr
    after = objects_of(folder)
    assert after.keys() == before.keys()
    for name in after:
        if name.endswith(("evidently.html", "evidently.json", ".parquet")):
            assert after[name] == before[name], name
        if name.endswith(("report.json", "latest.json")):
            assert without_clock(after[name]) == without_clock(before[name]), name


def test_a_backfill_of_an_older_window_does_not_move_the_newest(published):
    folder, *_ = published
    latest = (reports_of(folder) / "latest.json").read_bytes()
    again = drift("run", "job.toml", "--until", "2025-03-04", cwd=folder, **WITH_EVIDENTLY)
    assert again.returncode == 0, again.stderr
    assert (reports_of(folder) / "latest.json").read_bytes() == latest


def test_a_dry_run_writes_nothing(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=15, references=20)
    result = drift("run", "job.toml", "--until", "2025-03-04", "--dry-run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "nothing was written" in result.stdout
    assert not (tmp_path / "bucket" / "data_drift_reports").exists()


def test_an_empty_window_is_a_published_inconclusive_report(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=5, references=20)
    until = ("--until", "2025-06-01")
    result = drift("run", "job.toml", *until, "--exit-code", cwd=tmp_path)
    assert result.returncode == 4, result.stderr
    assert result.stdout.startswith("inconclusive: The window holds no rows")
    report = json.loads((reports_of(tmp_path) / "latest.json").read_bytes())
    assert report["images"]["logged"] == 0
    jsonschema.validate(report, report_schema())


def test_a_window_that_is_not_over_is_refused(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=5, references=20)
    result = drift("run", "job.toml", "--until", "2131-01-01", cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert "2131-01-01 00:00 UTC lies in the future" in result.stderr
    assert not (tmp_path / "bucket" / "data_drift_reports").exists()


def test_a_single_row_is_a_published_inconclusive_report(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=5, references=20)
    result = drift(
        "run", "job.toml", "--until", "2025-03-04", "--rows", "1", "--exit-code", cwd=tmp_path
    )
    assert result.returncode == 4, result.stderr
    report = json.loads((reports_of(tmp_path) / "latest.json").read_bytes())
    assert report["images"]["analysed"] == 1


class TestFaults:
    """Exit 5 with one clear line that names the object, and nothing written."""

    def run(self, folder: Path) -> subprocess.CompletedProcess[str]:
        result = drift("run", "job.toml", "--until", "2025-03-04", cwd=folder)
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result

    @pytest.fixture
    def folder(self, tmp_path):
        write_job(tmp_path)
        make_world(tmp_path / "bucket", lights=(1.0,), requests=3, references=3)
        return tmp_path

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "predictions_log.csv"),
            (b"", "predictions_log.csv"),
            (
                b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20,
                "predictions_log.csv",
            ),
            (b"time,id,filename,breed,confidence\n", "timestamp"),
            (b"timestamp,id,file,breed,confidence\n", "filename"),
        ],
    )
    def test_a_log_that_is_no_log(self, folder, content, said):
        log = folder / "bucket" / "predictions_log.csv"
        log.unlink() if content is None else log.write_bytes(content)
        result = self.run(folder)
        assert result.returncode == 5
        assert said in result.stderr
        assert not (folder / "bucket" / "data_drift_reports").exists()

    def test_an_unreachable_bucket(self, folder):
        (folder / "bucket").rename(folder / "elsewhere")
        result = self.run(folder)
        assert result.returncode == 5
        assert str(folder / "bucket") in result.stderr
        assert not (folder / "bucket").exists()

    def test_a_missing_reference(self, folder):
        (folder / "bucket" / "reference").rename(folder / "bucket" / "elsewhere")
        result = self.run(folder)
        assert result.returncode == 5
        assert "the reference has no readable image" in result.stderr
        assert not list((folder / "bucket").rglob("report.json"))


def test_usage_faults_exit_with_2_and_name_every_fault(tmp_path):
    write_job(tmp_path, JOB_FILE.replace('"1d"', '"1 day"') + "[detektion]\n")
    result = drift("run", "job.toml", cwd=tmp_path)
    assert result.returncode == 2
    assert 'window.last is "1 day"' in result.stderr
    assert "detektion is not a known key" in result.stderr
    assert drift("run", cwd=tmp_path).returncode == 2
    assert drift("runn", "job.toml", cwd=tmp_path).returncode == 2
    since = drift("run", "job.toml", "--since", "2025-03-04", "--until", "2025-03-03", cwd=tmp_path)
    assert since.returncode == 2
    assert "expected a time before --until" in since.stderr
    wrong = drift("run", "job.toml", "--until", "soon", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "soon" in wrong.stderr


def test_a_profile_of_another_definition_is_refused_with_exit_2(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=12, references=12)
    built = drift("profile", "build", "job.toml", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert "12 images from the images below reference/" in built.stdout
    (described,) = reports_of(tmp_path).glob("profiles/p-*/profile.json")
    described.write_text(described.read_text().replace('"entropy": 1', '"entropy": 99'))
    result = drift("run", "job.toml", "--until", "2025-03-04", cwd=tmp_path)
    assert result.returncode == 2
    assert "entropy (version 99, now 1)" in result.stderr
    assert "drift profile build" in result.stderr


def test_profile_show_prints_a_table_and_says_where_there_is_none(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=3, references=12)
    none = drift("profile", "show", "job.toml", cwd=tmp_path)
    assert none.returncode == 2
    assert "has no profile yet" in none.stderr
    assert drift("profile", "build", "job.toml", cwd=tmp_path).returncode == 0
    shown = drift("profile", "show", "job.toml", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"edge_density .* 12 ", shown.stdout)
    assert "predictions: prediction, confidence" in shown.stdout


def test_a_users_own_folder_that_hides_a_package_is_named(tmp_path):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "__init__.py").write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "drift.run", "job.toml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert f"{tmp_path / 'jobs'} hides the package 'jobs'" in result.stderr


def test_sigterm_ends_with_143_and_a_clear_line_and_publishes_nothing(tmp_path):
    write_job(tmp_path)
    make_world(tmp_path / "bucket", lights=(1.0,), requests=40, references=200)
    process = subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "job.toml", "--until", "2025-03-04"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "no profile yet" in line:
            break
    process.send_signal(signal.SIGTERM)
    _out, rest = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "ended by SIGTERM" in rest
    assert "Traceback" not in rest
    assert not list((tmp_path / "bucket").rglob("report.json"))
    lock = json.loads((reports_of(tmp_path) / "lock").read_bytes())
    assert lock["state"] == "released"


def test_the_help_names_every_command(tmp_path):
    result = cold_drift("--help", cwd=tmp_path)
    assert result.returncode == 0
    for subcommand in ("run", "profile", "schedule", "accept", "demo"):
        assert f"  {subcommand} " in result.stdout
        assert drift(subcommand, "--help", cwd=tmp_path).returncode == 0


def test_a_schedule_without_a_cron_expression_says_so(tmp_path):
    write_job(tmp_path)
    result = drift("schedule", "job.toml", cwd=tmp_path)
    assert result.returncode == 2
    assert "schedule.cron is missing" in result.stderr
