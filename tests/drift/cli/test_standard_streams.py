"""What becomes of the program where stdout is full, closed early or missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.errors import ExitCode

ROOT = Path(__file__).parents[3]
JOB_FILE = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
[images]
path = "images/{id}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
"""
COMMANDS = [("history", "job.toml", "--json"), ("--help",), ("run", "--help")]
on_linux = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bucket").mkdir()
    (tmp_path / "job.toml").write_text(JOB_FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def environment(request):
    variables = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": request.param}
    return {**os.environ, "DRIFT__LOG_FORMAT": "json", **variables}


def drift(arguments, folder, environment, stdout=subprocess.PIPE, closed=""):
    """Run the command as a shell does; `closed` holds redirections such as ``>&-``."""
    shell = ["sh", "-c", f'"$@" {closed}', "sh"]
    return subprocess.run(
        [*(shell if closed else ()), sys.executable, "-P", "-m", "drift", *arguments],
        cwd=folder,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@on_linux
@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_full_stdout_is_one_plain_failure(folder, environment, arguments):
    with Path("/dev/full").open("wb") as full:
        ended = drift(arguments, folder, environment, stdout=full)
    (line,) = ended.stderr.splitlines()
    entry = json.loads(line)
    assert ended.returncode == ExitCode.OUTPUT == 141
    assert entry["severity"] == "ERROR"
    assert entry["message"].startswith("drift: stdout cannot be written to (No space left")
    assert "stack_trace" not in entry


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_reader_that_has_read_enough_ends_the_program_without_a_word(
    folder, environment, arguments
):
    reader, writer = os.pipe()
    os.close(reader)
    ended = drift(arguments, folder, environment, stdout=writer)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (ExitCode.OUTPUT, "")


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_missing_stdout_is_no_failure(folder, environment, arguments):
    ended = drift(arguments, folder, environment, closed=">&-")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_without_stderr_the_exit_code_still_says_what_failed(folder, environment, closed):
    assert drift(("run", "gone.toml"), folder, environment, closed=closed).returncode == 2


def test_what_is_printed_arrives_whole_and_in_utf8(folder, environment):
    shown = drift(("history", "job.toml", "--json"), folder, environment)
    assert (shown.returncode, json.loads(shown.stdout)) == (0, [])
