"""What shells are told when somebody presses tab after ``drift``."""

import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from drift.cli.commands.group import program
from drift.cli.commands.registry import COMMANDS
from tests.support.command import JOB_FILE, ROOT
from tests.support.job_folder import PREFIX, run_id


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "dogs.toml").write_text(JOB_FILE)
    (tmp_path / "jobs" / "far.toml").write_text(JOB_FILE.replace('"bucket"', '"gs://far"'))
    (tmp_path / "jobs" / "notes.txt").write_text("")
    (tmp_path / "jobs" / "broken.toml").write_text("name = ")
    history = tmp_path / "jobs" / "bucket" / PREFIX / "history"
    history.mkdir(parents=True)
    for name in (f"{run_id(4)}.json", f"{run_id(5)}.json", "rollup.jsonl.gz", "pruned.json.gz"):
        (history / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(*words):
    shell = ShellComplete(program, {}, "drift", "_DRIFT_COMPLETE")
    return [one.value for one in shell.get_completions(list(words[:-1]), words[-1])]


def test_commands_and_their_options():
    assert completed("") == list(COMMANDS)
    assert completed("co") == [name for name in COMMANDS if name.startswith("co")]
    assert "--until" in completed("run", "jobs/dogs.toml", "--")


def test_job_files(folder):
    every = ["jobs/broken.toml", "jobs/dogs.toml", "jobs/far.toml"]
    assert completed("run", "jobs/") == every
    assert completed("check", "jobs/d") == ["jobs/dogs.toml"]
    assert completed("check", f"{folder}/jobs/d") == [f"{folder}/jobs/dogs.toml"]


@pytest.mark.parametrize("command", ["open", "accept", "reject", "compare"])
def test_runs_of_a_bucket_on_this_machine_the_newest_first(command, folder):
    assert completed(command, "jobs/dogs.toml", "") == ["latest", run_id(5), run_id(4)]
    assert completed(command, "jobs/dogs.toml", "20250304") == [run_id(4)]


def test_both_runs_of_a_comparison(folder):
    assert completed("compare", "jobs/dogs.toml", "latest", "202503040") == []
    assert completed("compare", "jobs/dogs.toml", "latest", "20250304") == [run_id(4)]


@pytest.mark.parametrize("job", ["far", "broken", "missing"])
def test_no_store_is_asked_and_no_fault_is_told(job, folder):
    assert completed("open", f"jobs/{job}.toml", "") == ["latest"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed(shell):
    made = CliRunner().invoke(program, ["completion", shell]).output
    assert f"_DRIFT_COMPLETE={shell}_complete" in made


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_by_the_script(folder):
    program_file = folder / "drift"
    program_file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m drift "$@"\n')
    program_file.chmod(0o755)
    script = CliRunner().invoke(program, ["completion", "bash"]).output
    (folder / "script").write_text(script)
    asked = (
        "source ./script; COMP_WORDS=(drift open jobs/dogs.toml 20250304); COMP_CWORD=3; "
        '_drift_completion "$PWD/drift"; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", asked],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == f"{run_id(4)}\n", done.stderr
