"""What the examples of servers stand on: pictures, requests, processes and the job's commands.

That the servers themselves work is shown by `make torchserve`, which needs Java.
"""

import ctypes
import email
import email.policy
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.serving.models import COLOURS, DAY, DIGITS, trained
from examples.serving.pictures import Example, blurred, changed, digits, inverted
from examples.serving.process_group import ServerError, start
from examples.serving.traffic import Day, form, largest
from examples.serving.watching import UnexpectedError, Watched

ROOT = Path(__file__).parents[3]
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("started", flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("subject", [DIGITS, COLOURS], ids=lambda one: one.name)
def test_a_model_tells_what_it_has_not_seen_and_has_pictures_for_two_days(subject, tmp_path):
    model = trained(subject, tmp_path)

    assert model.accuracy > 0.9
    assert model.weights.stat().st_size > 1000
    assert len(model.pictures.traffic) >= 2 * DAY
    sent = {example.image for example in model.pictures.traffic}
    assert sent.isdisjoint(example.image for example in model.pictures.training)
    others = {example.image for example in model.pictures.reference}
    assert len(others) >= 400
    assert others.isdisjoint(sent)
    assert others.isdisjoint(example.image for example in model.pictures.training)


def test_the_same_digits_come_each_time():
    assert digits() == digits()


@pytest.mark.parametrize("change", [inverted, blurred])
def test_changed_pictures_are_other_files_of_the_same_kind_and_class(change):
    before = list(digits().traffic[:3])
    after = changed(before, change)

    assert [one.name for one in after] == [one.name for one in before]
    assert all(one.image.startswith(b"\x89PNG") for one in after)
    assert {one.image for one in after}.isdisjoint(one.image for one in before)


def test_a_forms_request_holds_the_file_as_it_is():
    image = b"\xff\xd8\r\n--\r\n\x00"
    request = form("/predict")(Example(image=image, name="cat"))
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    (part,) = email.message_from_bytes(head + request.body, policy=email.policy.HTTP).iter_parts()

    assert request.path == "/predict"
    assert part.get_param("name", header="Content-Disposition") == "file"
    assert part.get_filename().endswith(".jpg")
    assert part.get_payload(decode=True) == image


def test_the_class_of_an_answer_is_that_of_the_largest_probability():
    assert largest(b'{"3": 0.2, "7": 0.7, "1": 0.1}') == "7"


def test_two_parts_of_a_day_are_a_day():
    noon = datetime(2025, 3, 3, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    morning = Day(begin=noon - hour, end=noon, requests=3, correct=2)
    evening = Day(begin=noon + hour, end=noon + 2 * hour, requests=4, correct=4)

    assert morning.until(evening) == Day(
        begin=noon - hour, end=noon + 2 * hour, requests=7, correct=6
    )


@contextmanager
def adopting_orphans():
    """Be the parent of every process below this one whose own parent ends."""
    be_subreaper = 36
    libc = ctypes.CDLL(None)
    libc.prctl(be_subreaper, 1)
    yield
    libc.prctl(be_subreaper, 0)


class TestProcessGroup:
    def test_its_end_is_the_end_of_what_the_program_has_started_too(self, tmp_path):
        processes = start([sys.executable, "-c", FAMILY], tmp_path, {})
        processes.wait_until(lambda: "started" in processes.said(), 20)
        assert processes.is_alive()
        processes.signal(signal.SIGTERM)
        processes.end()

        assert not processes.is_alive()

    def test_a_process_that_has_ended_is_dead_though_nobody_has_asked_after_it(self, tmp_path):
        with adopting_orphans():
            processes = start([sys.executable, "-c", FAMILY], tmp_path, {})
            processes.wait_until(lambda: "started" in processes.said(), 20)
            processes.signal(signal.SIGTERM)
            begin = time.monotonic()
            processes.end()

            assert not processes.is_alive()
            assert time.monotonic() - begin < 10
            os.killpg(processes.first.pid, 0)
            os.waitpid(-processes.first.pid, 0)

    def test_a_program_that_ends_at_once_is_told_with_what_it_said(self, tmp_path):
        processes = start([sys.executable, "-c", "raise SystemExit('no such model')"], tmp_path, {})
        begin = time.monotonic()
        with pytest.raises(ServerError, match="no such model"):
            processes.wait_until(lambda: False, 60)
        processes.end()

        assert time.monotonic() - begin < 20


def test_a_row_too_many_or_a_missing_one_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("examples.serving.watching._LOGGED_WITHIN_S", 0.2)
    part = tmp_path / "log" / "dt=2025-03-03" / "part-1.jsonl"
    part.parent.mkdir(parents=True)
    part.write_text('{"id": 1}\n{"id": 2}\n')
    watched = Watched(name="digits", bucket=tmp_path)

    watched.wait_for(2)
    for number in (1, 3):
        with pytest.raises(UnexpectedError, match=f"2 rows after {number} answered requests"):
            watched.wait_for(number)


def test_a_job_file_that_cannot_be_made_is_told_with_what_init_says(tmp_path):
    bucket = tmp_path / "empty"
    bucket.mkdir()
    with pytest.raises(UnexpectedError, match="drift init"):
        Watched(name="digits", bucket=bucket).init()


def test_the_readme_shows_the_handler_that_is_served():
    example = ROOT / "examples" / "torchserve"
    shown = (example / "README.md").read_text(encoding="utf-8").partition("```python\n")[2]
    lines = (example / "handler.py").read_text(encoding="utf-8").splitlines()
    code = [line for line in lines[1:] if line]

    assert [line for line in shown.partition("```")[0].splitlines() if line] == code


def test_what_ci_runs_goes_through_the_servers():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("make ") and "torchserve" in line.split() for line in lines)


class TestRunExample:
    @staticmethod
    def command(code, *options):
        start = f"from examples.serving.running import *\n{code}"
        return [sys.executable, "-c", start, *map(str, options)]

    def test_a_missing_environment_is_named_with_what_makes_it(self, tmp_path):
        code = "run_example('x', '', lambda settings: None)"
        command = self.command(code, "--programs", tmp_path, "--folder", tmp_path / "out")
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )

        assert done.returncode == 1
        assert done.stderr.startswith("There is no torchserve in ")
        assert "make torchserve" in done.stderr
        assert not (tmp_path / "out").exists()

    def test_a_signal_ends_what_was_begun(self, tmp_path):
        code = (
            "import time\n"
            "end_by_exceptions()\n"
            "try:\n    print('begun', flush=True); time.sleep(60)\n"
            "finally:\n    print('ended', flush=True)"
        )
        with subprocess.Popen(
            self.command(code), cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "begun\n"
            process.terminate()
            assert process.communicate(timeout=30)[0] == "ended\n"
        assert process.returncode == 128 + signal.SIGTERM
