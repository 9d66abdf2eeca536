"""``drift open`` and ``drift history`` as a user runs them: a process, a bucket, an exit code."""

import csv
import dataclasses
import io
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from drift.cli.history_table import csv_table
from drift.cli.pages.open_page import fetch_index, fetch_report
from drift.workplace import open_workplace
from jobs.buckets.bucket import HTML
from jobs.buckets.registry import open_bucket
from jobs.job_file.reading import load_job
from jobs.visible_text import without_formula
from reports.findings.run import WindowSpan
from reports.history.history import history_row
from reports.pages.run.report import report_html
from reports.publishing.publish import publish
from tests.support import findings as examples
from tests.support.command import ROOT
from tests.support.command import drift as cold_drift
from tests.support.command import warm_drift as drift
from tests.support.findings import HOSTILE_LABELS

JOB_FILE = """
name = "dogs"
[bucket]
url = "{url}"
[predictions]
path = "predictions_log.csv"
[images]
path = "images/{{id}}_{{filename}}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
"""
PREFIX = "data_drift_reports/dogs"
# A browser that writes down what it was asked to show.
BROWSER = f"{sys.executable} -c \"import sys;open('shown.txt','w').write(sys.argv[1])\" %s"


def run_of_day(day, **other):
    span = WindowSpan(start=f"2025-03-{day - 1:02d}T00:00:00Z", end=f"2025-03-{day:02d}T00:00:00Z")
    example = examples.drifted() if day == 5 else examples.steady()
    values = {"run_id": run_id(day), "window": span, "headline": f"Said on day {day}", **other}
    return dataclasses.replace(example, **values)


def run_id(day):
    return f"202503{day:02d}T000000Z-1a2b3c4d"


def fill(bucket, *runs):
    for run in runs:
        page = report_html(run, None)
        publish(bucket, PREFIX, run, {"report.html": (page, HTML), "evidently.html": (b"E", HTML)})


def write_job(folder, url):
    (folder / "job.toml").write_text(JOB_FILE.format(url=url), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three published runs in a folder."""
    made = tmp_path_factory.mktemp("world")
    write_job(made, "bucket")
    (made / "bucket").mkdir()
    fill(open_bucket(str(made / "bucket")), *map(run_of_day, (3, 4, 5)))
    return made


@pytest.fixture
def empty(tmp_path):
    write_job(tmp_path, "bucket")
    (tmp_path / "bucket").mkdir()
    return tmp_path


def place_of(folder):
    return open_workplace(load_job(folder / "job.toml", {}), writes=False)


class TestOpeningFromAFolder:
    def test_the_newest_report_itself_is_shown(self, folder):
        result = cold_drift("open", "job.toml", cwd=folder, BROWSER=BROWSER)

        page = folder / "bucket" / PREFIX / "runs" / run_id(5) / "report.html"
        assert result.returncode == 0, result.stderr
        assert result.stdout == f"{page}\n"
        assert (folder / "shown.txt").read_text() == page.as_uri()

    def test_with_no_browser_the_path_is_only_printed(self, folder):
        (folder / "shown.txt").unlink(missing_ok=True)
        for option in ("--no-browser", "--print"):
            result = drift("open", "job.toml", run_id(3), option, cwd=folder, BROWSER=BROWSER)
            assert result.stdout.endswith(f"runs/{run_id(3)}/report.html\n")
        assert not (folder / "shown.txt").exists()

    def test_the_index_can_be_shown(self, folder):
        assert fetch_index(place_of(folder)) == folder / "bucket" / PREFIX / "index.html"

    def test_latest_is_the_newest_run(self, folder):
        assert fetch_report(place_of(folder), "latest") == fetch_report(place_of(folder), None)

    def test_a_day_and_the_beginning_of_an_id_lead_to_the_page(self, folder):
        page = folder / "bucket" / PREFIX / "runs" / run_id(4) / "report.html"
        assert fetch_report(place_of(folder), "2025-03-03") == page
        assert fetch_report(place_of(folder), "20250304") == page

    def test_without_latest_json_the_history_says_which_run_is_newest(self, empty):
        fill(open_bucket(str(empty / "bucket")), *map(run_of_day, (4, 3)))
        for broken in (b"{", None):
            latest = empty / "bucket" / PREFIX / "latest.json"
            latest.unlink()
            if broken is not None:
                latest.write_bytes(broken)
            assert fetch_report(place_of(empty), None).parent.name == run_id(4)

    def test_nothing_is_written(self, folder):
        def files():
            return {path: path.stat().st_mtime_ns for path in (folder / "bucket").rglob("*")}

        before = files()
        drift("open", "job.toml", "--print", cwd=folder)
        drift("history", "job.toml", cwd=folder)
        assert files() == before


def test_a_remote_run_is_fetched_with_working_links(gcs_server, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "fetched"))
    (tmp_path / "fetched").mkdir()
    name = gcs_server.make_bucket()
    write_job(tmp_path, f"gs://{name}/a team")
    fill(open_bucket(f"gs://{name}/a team"), *map(run_of_day, (3, 4, 5)))

    page = fetch_report(place_of(tmp_path), run_id(4))

    assert page.is_relative_to(tmp_path / "fetched")
    text = page.read_text(encoding="utf-8")
    for link in ("evidently.html", "report.json", "../../index.html"):
        assert f'href="{link}"' in text
        assert (page.parent / link).resolve().exists()
    assert "Said on day 5" in (page.parent / "../../index.html").read_text(encoding="utf-8")

    index = fetch_index(place_of(tmp_path))
    assert (index.parent / f"runs/{run_id(5)}/report.html").exists()
    assert index.parent != page.parents[2]


def test_a_failed_fetch_leaves_no_folder(gcs_server, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "fetched"))
    (tmp_path / "fetched").mkdir()
    name = gcs_server.make_bucket()
    write_job(tmp_path, f"gs://{name}")

    result = drift("open", "job.toml", "--print", cwd=tmp_path, TMPDIR=str(tmp_path / "fetched"))

    assert result.returncode == 2
    assert list((tmp_path / "fetched").iterdir()) == []


class TestWhatCannotBeOpened:
    def test_a_job_without_a_run(self, empty):
        for options in ([], ["--index"], ["20250304T000000Z-1a2b3c4d"]):
            result = drift("open", "job.toml", *options, cwd=empty)
            assert result.returncode == 2
            assert result.stdout == ""
            assert "dogs has no published run yet. Do one first" in result.stderr
            assert "Traceback" not in result.stderr

    def test_an_unknown_run_is_answered_with_the_nearest_ones(self, folder):
        result = drift("open", "job.toml", "20250304T01", cwd=folder)
        assert result.returncode == 2
        assert run_id(4) in result.stderr.partition("has no run")[2]

    def test_a_run_that_is_no_name_is_an_unknown_run(self, folder):
        result = drift("open", "job.toml", "../../x", cwd=folder)
        assert result.returncode == 2
        assert "has no run '../../x'" in result.stderr

    def test_a_page_that_is_gone_is_exit_5(self, empty):
        fill(open_bucket(str(empty / "bucket")), *map(run_of_day, (3, 4)))
        (empty / "bucket" / PREFIX / "runs" / run_id(3) / "report.html").unlink()
        result = drift("open", "job.toml", run_id(3), cwd=empty)
        assert result.returncode == 5
        assert "--until 2025-03-03T00:00:00Z" in result.stderr

    def test_a_run_and_the_index_at_once(self, folder):
        assert drift("open", "job.toml", run_id(3), "--index", cwd=folder).returncode == 2


class TestTheHistory:
    def test_it_is_a_table_newest_first(self, folder):
        result = cold_drift("history", "job.toml", cwd=folder)
        assert result.returncode == 0, result.stderr
        heading, *lines = result.stdout.splitlines()
        assert re.split(r" {2,}", heading) == [
            "run",
            "window ends",
            "verdict",
            "images",
            "largest effect",
            "what happened",
        ]
        cells = [re.split(r" {2,}", line) for line in lines]
        assert [one[0] for one in cells] == [run_id(5), run_id(4), run_id(3)]
        assert [one[1].partition(",")[0] for one in cells] == [
            "5 Mar 2025",
            "4 Mar 2025",
            "3 Mar 2025",
        ]
        starts = {
            line.index(f"Said on day {day}") for day, line in zip((5, 4, 3), lines, strict=True)
        }
        assert starts == {heading.index("what happened")}
        assert "drift" in lines[0]
        assert "1.34 sigma mean" in lines[0]

    def test_last_limits_it_to_the_newest(self, folder):
        printed = drift("history", "job.toml", "--last", "2", "--json", cwd=folder).stdout
        assert [one["run_id"] for one in json.loads(printed)] == [run_id(5), run_id(4)]

    def test_json_and_csv_hold_the_same(self, folder):
        as_json = json.loads(drift("history", "job.toml", "--json", cwd=folder).stdout)
        text = drift("history", "job.toml", "--csv", cwd=folder).stdout
        as_csv = list(csv.DictReader(io.StringIO(text)))
        assert [list(one) for one in as_csv] == [list(one) for one in as_json]
        for one, other in zip(as_json, as_csv, strict=True):
            assert float(other["largest_effect"]) == one["largest_effect"]
            for key in ("run_id", "window_end", "verdict", "headline", "largest_effect_column"):
                assert other[key] == one[key]

    @pytest.mark.parametrize(
        "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", " =1", "\N{FULLWIDTH EQUALS SIGN}1", "\t=1"]
    )
    def test_no_cell_of_csv_begins_a_formula(self, text):
        row = dataclasses.replace(history_row(examples.drifted()), headline=text, summary=text)
        (cells,) = csv.DictReader(io.StringIO(csv_table([row])))
        assert cells["headline"].startswith("'")
        assert cells["summary"].startswith("'")

    @pytest.mark.parametrize("text", ["-1.5", "+2e-3", "Images are darker", "a=b", ""])
    def test_what_is_no_formula_stays(self, text):
        assert without_formula(text) == text

    def test_a_terminal_gets_shapes_and_colours(self, folder):
        main, other = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "drift", "history", "job.toml"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "140"},
            stdout=other,
        ) as process:
            assert process.wait(timeout=60) == 0
        os.close(other)
        shown = os.read(main, 100_000).decode()
        os.close(main)
        assert "\N{BLACK UP-POINTING TRIANGLE} drift" in shown
        assert "\x1b[" in shown

    def test_labels_from_the_log_cannot_control_the_terminal(self, empty):
        runs = [
            run_of_day(3 + number, headline=f"{label} is new")
            for number, label in enumerate(HOSTILE_LABELS)
        ]
        fill(open_bucket(str(empty / "bucket")), *runs)
        for option in ([], ["--csv"]):
            printed = drift("history", "job.toml", *option, cwd=empty).stdout
            assert "is new" in printed
            assert "\x1b" not in printed
            assert "\u202e" not in printed

    def test_without_a_run_there_is_nothing_to_print(self, empty):
        result = drift("history", "job.toml", cwd=empty)
        assert (result.returncode, result.stdout) == (0, "")
        assert "dogs has no run yet" in result.stderr
        assert json.loads(drift("history", "job.toml", "--json", cwd=empty).stdout) == []

    def test_two_formats_at_once_are_refused(self, folder):
        assert drift("history", "job.toml", "--json", "--csv", cwd=folder).returncode == 2
