"""What the program writes to stderr: JSON for Cloud Logging, plain lines for people."""

import functools
import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drift.program_log.formats import CloudFormatter
from drift.program_log.trace import trace_fields
from tests.support import command
from tests.support.command import JOB_FILE, ROOT
from tests.support.worlds import make_world

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
# A program with a bug, one that warns, and one whose thread fails.
BUG = """
import logging, sys, threading, warnings
import drift.cli.commands.group as group
from drift.cli.program import main

class Finalized:
    def __del__(self):
        raise ValueError("too late")

def fail(*_arguments, **_options):
    logging.getLogger("third.party").warning("two\\nlines: \\u00e4 \\u2028")
    warnings.warn("old \\n ways", DeprecationWarning)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    Finalized()
    raise KeyError("a bug\\nof two lines")

warnings.simplefilter("always")
group.program.main = fail
main(["run"])
"""


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DRIFT__LOG_FORMAT"}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


drift = functools.partial(command.warm_drift, timeout_s=240, without="DRIFT__LOG_FORMAT")
cold_drift = functools.partial(command.drift, timeout_s=240, without="DRIFT__LOG_FORMAT")


def entries(stderr: str) -> list[dict[str, object]]:
    """Return what a log agent reads: every line is one object, or the test fails."""
    return [json.loads(line) for line in stderr.split("\n")[:-1]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    make_world(folder / "bucket", lights=(1.0,), requests=12, references=30)
    (folder / "job.toml").write_text(JOB_FILE)
    return folder


@pytest.fixture(scope="module")
def run(folder):
    return cold_drift(
        "run",
        "job.toml",
        "--until",
        "2025-03-04",
        cwd=folder,
        CLOUD_RUN_EXECUTION="e-1",
        DRIFT__METRICS__TEXTFILE="drift_{job}.prom",
    )


def test_every_line_of_a_run_is_an_entry_with_what_cloud_logging_needs(run):
    assert run.returncode == 0, run.stderr
    lines = entries(run.stderr)
    assert len(lines) >= 3
    for line in lines:
        assert line["severity"] in {"INFO", "WARNING"}
        assert line["message"]
        assert datetime.fromisoformat(line["time"]).tzinfo == UTC
        assert line["logging.googleapis.com/labels"]["job"] == "dogs"
        assert len(line["logging.googleapis.com/trace"]) == 32


def test_the_lines_of_a_run_carry_its_id(run):
    lines = entries(run.stderr)
    end = lines[-1]["drift_run"]
    assert {line["logging.googleapis.com/labels"]["run_id"] for line in lines} == {end["run_id"]}
    assert end["run_id"].startswith("20250304T000000Z-")


def test_a_run_ends_with_one_line_that_says_what_came_of_it(run):
    *before, last = entries(run.stderr)
    end = last["drift_run"]
    assert (end["verdict"], end["images_analysed"], end["images_logged"]) == (
        "steady",
        12,
        12,
    )
    assert 0 < end["seconds"] < 240
    assert Path(end["report_url"]).is_file()
    assert last["message"] == (
        f"dogs: steady, 12 of 12 images analysed in {end['seconds']:.1f} s; "
        f"report: {end['report_url']}"
    )
    assert not [line for line in before if "drift_run" in line]


@pytest.mark.parametrize("page", ["docs/operations.md", "deploy/drift-alert-policy.json"])
def test_what_alerts_and_commands_ask_of_a_line_is_in_it(run, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    asked_for = re.findall(r"jsonPayload\.(\w+)(?:\.(\w+))?", text)
    last = entries(run.stderr)[-1]
    assert asked_for
    for field, inner in asked_for:
        assert field in last
        assert not inner or inner in last[field]


def test_stdout_holds_the_results_and_no_log_line(run):
    verdict, report = run.stdout.splitlines()
    assert verdict.startswith("steady: ")
    assert report.startswith("report: ")


def test_a_run_hands_over_its_metrics_before_it_ends(run, folder):
    text = (folder / "drift_dogs.prom").read_text(encoding="utf-8")
    assert 'image_drift_verdict{drift_job="dogs",verdict="steady"} 1.0' in text
    # date --utc --date 2025-03-04T00:00:00Z +%s
    assert 'image_drift_window_end_timestamp_seconds{drift_job="dogs"} 1.7410464e+09' in text
    stages = set(re.findall(r'image_drift_stage_duration_seconds{.*stage="(\w+)"}', text))
    assert {"log", "images", "comparison"} <= stages
    assert "samples to the textfile" in entries(run.stderr)[-2]["message"]


def test_a_dry_run_says_that_it_wrote_nothing(folder):
    metrics = {"DRIFT__METRICS__TEXTFILE": "dry.prom"}
    result = drift("run", "job.toml", "--until", "2025-03-04", "--dry-run", cwd=folder, **metrics)
    assert not (folder / "dry.prom").exists()
    end = entries(result.stderr)[-1]
    assert end["message"].endswith("; nothing was written")
    assert end["drift_run"]["report_url"] is None


def test_a_failure_is_one_error_entry_with_the_exit_code(folder):
    result = drift("run", "gone.toml", cwd=folder)
    (entry,) = entries(result.stderr)
    assert entry["severity"] == "ERROR"
    assert entry["message"].startswith("drift: gone.toml: there is no such file.")
    assert entry["drift_error"] == {"exit_code": 2} == {"exit_code": result.returncode}


def test_faults_on_several_lines_stay_one_entry(folder):
    (folder / "faults.toml").write_text(JOB_FILE.replace('"1d"', '"1 day"') + "[detektion]\n")
    result = drift("run", "faults.toml", cwd=folder)
    (entry,) = entries(result.stderr)
    assert 'window.last is "1 day"' in entry["message"]
    assert "\nfaults.toml: detektion is not a known key" in entry["message"]


def test_a_wrong_call_is_one_entry_with_the_usage(folder):
    result = drift("run", cwd=folder)
    (entry,) = entries(result.stderr)
    assert result.returncode == 2
    assert entry["severity"] == "ERROR"
    assert entry["message"].startswith("Usage: drift run [OPTIONS] JOB.toml\n")
    assert "Missing argument 'JOB.toml'" in entry["message"]


def test_the_plain_format_is_lines_for_people(folder):
    plain = drift("run", "gone.toml", cwd=folder, DRIFT__LOG_FORMAT="plain")
    assert plain.stderr.startswith("drift: gone.toml: there is no such file.")
    run = drift("run", "job.toml", "--until", "2025-03-04", cwd=folder, DRIFT__LOG_FORMAT="plain")
    assert run.stderr.splitlines()[-1].startswith("INFO dogs: steady, 12 of 12 images")


def test_the_job_file_can_ask_for_plain_lines(folder):
    (folder / "plain.toml").write_text('log_format = "plain"\n' + JOB_FILE)
    result = drift("schedule", "plain.toml", cwd=folder)
    assert result.stderr.startswith("drift: plain.toml: schedule.cron is missing.")


def test_on_a_terminal_lines_are_plain_unless_json_is_asked_for(folder):
    leader, follower = pty.openpty()
    for log_format, start in (("auto", b"drift: gone.toml: "), ("json", b'{"severity": "ERROR"')):
        subprocess.run(
            [sys.executable, "-m", "drift", "run", "gone.toml"],
            cwd=folder,
            env=environment(DRIFT__LOG_FORMAT=log_format),
            stderr=follower,
            timeout=60,
            check=False,
        )
        assert os.read(leader, 4096).startswith(start)
    os.close(follower)
    os.close(leader)


def test_the_log_level_leaves_only_what_went_wrong(folder):
    silent = drift("run", "job.toml", "--until", "2025-03-04", cwd=folder, DRIFT__LOG_LEVEL="error")
    assert (silent.returncode, silent.stderr) == (0, "")


def damaged(compression: str, mode: str = "RGB") -> bytes:
    """Return a TIFF whose pixels are noise where they should be compressed."""
    packed = io.BytesIO()
    random = np.random.default_rng(4)
    pixels = random.integers(0, 256, (48, 56, 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(packed, "TIFF", compression=compression)
    data = bytearray(packed.getvalue())
    middle = len(data) // 2
    data[middle : middle + 200] = random.integers(0, 256, 200, dtype=np.uint8).tobytes()
    return bytes(data)


DAMAGED = {
    "lzw": damaged("tiff_lzw"),
    "jpeg": damaged("jpeg"),
    "deflate": damaged("tiff_adobe_deflate"),
    "group4": damaged("group4", "1"),
}
DECODE = """
import sys
from pathlib import Path
from reference_stats.decoding.decode import decode_image
from reference_stats.decoding.thumbnails import thumbnail
for path in sys.argv[2:]:
    data = Path(path).read_bytes()
    thumbnail(data) if sys.argv[1] == "thumbnail" else decode_image(data, max_pixels=10**6)
"""


class TestDamagedImages:
    """The library below Pillow writes to file descriptor 2 by itself whatever it dislikes."""

    @pytest.mark.parametrize("by", ["decoding", "thumbnail"])
    def test_the_decoder_writes_no_line_of_its_own(self, tmp_path, by):
        paths = []
        for name, data in DAMAGED.items():
            paths.append(str(tmp_path / f"{name}.tif"))
            Path(paths[-1]).write_bytes(data)
        decoded = subprocess.run(
            [sys.executable, "-c", DECODE, by, *paths],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (decoded.returncode, decoded.stderr) == (0, "")

    def test_every_line_of_a_run_over_them_is_an_entry(self, tmp_path):
        make_world(tmp_path / "bucket", lights=(1.0,), requests=12, references=30)
        (tmp_path / "job.toml").write_text(JOB_FILE)
        damaged_files = list(DAMAGED.values())
        for folder in ("images", "reference"):
            places = sorted((tmp_path / "bucket" / folder).iterdir())
            for place, data in zip(places, damaged_files, strict=False):
                place.write_bytes(data)
        result = drift("run", "job.toml", "--until", "2025-03-04", cwd=tmp_path)
        assert result.returncode == 0
        end = entries(result.stderr)[-1]["drift_run"]
        assert end["images_logged"] == 12
        assert end["images_analysed"] < 12


class TestABug:
    """Whatever ends the program unforeseen is an entry with the traceback."""

    @pytest.fixture
    def result(self, tmp_path):
        return subprocess.run(
            [sys.executable, "-c", BUG],
            cwd=tmp_path,
            env=environment(LC_ALL="C", PYTHONIOENCODING="ascii"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_it_exits_with_1_and_one_entry_that_error_reporting_reads(self, result):
        assert result.returncode == 1
        last = entries(result.stderr)[-1]
        assert last["severity"] == "CRITICAL"
        assert "a bug in image-drift, please report it: KeyError" in last["message"]
        assert last["stack_trace"].startswith("Traceback (most recent call last):\n")
        assert "KeyError: 'a bug\\nof two lines'" in last["stack_trace"]
        assert last["drift_error"] == {"exit_code": 1}

    def test_lines_of_other_libraries_warnings_and_threads_are_entries_too(self, result):
        other, warned, thread, finalized, _bug = entries(result.stderr)
        assert other["logger"] == "third.party"
        assert other["message"] == "two\nlines: \u00e4 \u2039U+2028\u203a"
        assert warned["logger"] == "py.warnings"
        assert "DeprecationWarning: old \n ways" in warned["message"]
        assert thread["severity"] == "ERROR"
        assert "ZeroDivisionError" in thread["stack_trace"]
        assert finalized["severity"] == "ERROR"
        assert finalized["stack_trace"].endswith("ValueError: too late")


def entry_of(record: logging.LogRecord) -> dict[str, object]:
    line = CloudFormatter({}, {}).format(record)
    assert "\n" not in line
    return json.loads(line)


def test_an_exception_that_a_library_logs_is_a_stack_trace():
    try:
        int("gone\nwrong")
    except ValueError:
        record = logging.LogRecord("x", 40, __file__, 7, "read %s", ("a",), sys.exc_info(), "read")
    entry = entry_of(record)
    assert entry["message"] == "read a"
    assert entry["stack_trace"].endswith("for int() with base 10: 'gone\\nwrong'")
    assert entry["logging.googleapis.com/sourceLocation"] == {
        "file": __file__,
        "line": "7",
        "function": "read",
    }


@pytest.mark.parametrize(
    ("variables", "fields"),
    [
        ({}, {}),
        ({"TRACEPARENT": "nonsense"}, {}),
        ({"TRACEPARENT": f"00-{'0' * 32}-{'0' * 16}-00"}, {}),
        ({"TRACEPARENT": f"00-{TRACE}-00f067aa0ba902b7-01"}, (TRACE, "00f067aa0ba902b7")),
        ({"X_CLOUD_TRACE_CONTEXT": f"{TRACE}/255;o=1"}, (TRACE, "00000000000000ff")),
        ({"X_CLOUD_TRACE_CONTEXT": TRACE}, (TRACE, None)),
    ],
)
def test_the_trace_comes_from_the_environment(variables, fields):
    expected = {}
    if fields:
        name = f"projects/my-project/traces/{fields[0]}"
        spans = {"logging.googleapis.com/spanId": fields[1]} if fields[1] else {}
        expected = {"logging.googleapis.com/trace": name, **spans}
    assert trace_fields({"GOOGLE_CLOUD_PROJECT": "my-project", **variables}) == expected


def test_all_tries_of_one_cloud_run_execution_share_a_trace_and_no_other_does():
    traces = [
        trace_fields({"CLOUD_RUN_EXECUTION": name, "CLOUD_RUN_TASK_ATTEMPT": attempt})
        for name, attempt in (("drift-a", "0"), ("drift-a", "1"), ("drift-b", "0"))
    ]
    assert traces[0] == traces[1] != traces[2]


def test_asking_for_help_loads_nothing_heavy(tmp_path):
    """It stays as fast as Python itself: measured 0.1 s on a quiet machine."""
    loaded = "import sys; from drift.cli.program import main\ntry: main(['--help'])\n"
    shown = subprocess.run(
        [sys.executable, "-c", loaded + "finally: print(*sys.modules, file=sys.stderr)"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    heavy = {"numpy", "pandas", "evidently", "pydantic", "rich", "prometheus_client", "requests"}
    assert "Commands:" in shown.stdout
    assert heavy & set(shown.stderr.split()) == set()
