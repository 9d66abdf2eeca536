"""The schedule as a real process that starts real processes, at intervals worth waiting for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.errors import ExitCode, UsageError
from jobs.running.scheduler import cron_trigger

SERVE = """
import logging, sys
from apscheduler.triggers.interval import IntervalTrigger
from jobs.errors import TerminatedError
from jobs.running.scheduler import cron_trigger, serve

logging.basicConfig(level="INFO", format="%(levelname)s %(message)s")
when, grace_s, *command = sys.argv[1:]
try:
    trigger = IntervalTrigger(seconds=float(when))
except ValueError:
    trigger = cron_trigger(when, "Europe/Berlin")
try:
    serve(command, trigger=trigger, grace_s=float(grace_s))
except TerminatedError as error:
    print("ERROR", error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
PATIENCE_S = 20.0

# Each run appends a line when it starts and one when it ends.
RUN = """
import os, signal, sys, time
def tell(event):
    with open("events", "a") as events:
        events.write(f"{event} {os.getpid()}\\n")
def end(number, frame):
    tell("told")
    sys.exit(143)
signal.signal(signal.SIGTERM, end)
tell("start")
"""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A schedule that is running, and what its runs have told so far."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def events(self) -> list[str]:
        path = self.folder / "events"
        return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def run_ids(self) -> set[int]:
        return {int(line.split()[1]) for line in (self.folder / "events").read_text().splitlines()}

    def await_that(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"not within {PATIENCE_S} s; the log: {self.log}"
            assert self.process.poll() is None, f"the schedule ended; the log: {self.log}"
            time.sleep(0.02)

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and return the seconds until the process was gone."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - started


Start = Callable[..., Served]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    processes: list[subprocess.Popen[bytes]] = []

    def start_schedule(
        script: str, *, when: str = "0.2", grace_s: float = 8.0, program: str = sys.executable
    ) -> Served:
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", SERVE, when, str(grace_s), program, "-c", RUN + script],
                cwd=tmp_path,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
            )
        processes.append(process)
        return Served(process=process, folder=tmp_path)

    yield start_schedule
    for process in processes:
        process.kill()
        process.wait()


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_runs_follow_one_another_and_are_logged_in_a_line_each(start: Start) -> None:
    served = start('tell("end")')
    served.await_that(lambda: served.events.count("end") >= 2)
    served.end()
    lines = [line for line in served.log.splitlines() if "The run finished after" in line]
    assert len(lines) >= 1
    assert lines[0].startswith("INFO ")
    assert "the next one is at 20" in lines[0]


def test_long_run_is_not_overlapped_and_the_time_left_out_is_told(start: Start) -> None:
    served = start('time.sleep(0.7); tell("end")')
    served.await_that(lambda: served.events.count("end") >= 2)
    served.end()
    ended = served.events[: 2 * (len(served.events) // 2)]
    assert ended[::2] == ["start"] * (len(ended) // 2)
    assert set(ended[1::2]) <= {"end", "told"}
    assert "is left out: the one before is still going" in served.log


def test_failed_run_is_one_line_and_the_schedule_goes_on(start: Start) -> None:
    served = start("sys.exit(5)")
    served.await_that(lambda: served.log.count("ended with exit code 5 (input)") >= 2)
    assert "ERROR The run ended with exit code 5 (input) after" in served.log
    assert "Traceback" not in served.log


def test_verdict_given_as_exit_code_is_not_logged_as_an_error(start: Start) -> None:
    served = start("sys.exit(3)")
    served.await_that(lambda: "ended with exit code 3 (drift)" in served.log)
    assert "ERROR" not in served.log


def test_run_that_crashes_is_named_by_its_signal(start: Start) -> None:
    served = start("os.kill(os.getpid(), signal.SIGSEGV)")
    served.await_that(lambda: served.log.count("was ended by SIGSEGV") >= 2)


def test_times_missed_while_the_machine_slept_become_one_run(start: Start) -> None:
    served = start("", when="0.5")
    served.await_that(lambda: "start" in served.events)
    served.process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    before = len(served.events)
    served.process.send_signal(signal.SIGCONT)
    served.await_that(lambda: len(served.events) > before)
    time.sleep(0.6)
    # One for the ten times that were missed, and those that were due since.
    assert len(served.events) - before <= 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_passed_on_and_the_schedule_ends_with_143(
    start: Start, number: signal.Signals
) -> None:
    served = start("time.sleep(60)")
    served.await_that(lambda: "start" in served.events)
    elapsed_s = served.end(number)
    assert elapsed_s < 8
    assert served.process.returncode == ExitCode.TERMINATED
    assert served.events == ["start", "told"]
    assert f"ended by {number.name}" in served.log
    assert "the run that was going ended with exit code 143 (terminated)" in served.log


def test_run_that_will_not_end_is_killed_with_its_own_children(start: Start) -> None:
    served = start(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if os.fork() == 0: tell('worker')\n"
        "time.sleep(60)",
        grace_s=0.5,
    )
    served.await_that(lambda: len(served.events) == 2)
    assert served.end() < 5
    assert served.process.returncode == ExitCode.TERMINATED
    assert "did not end within 0.5 s and was killed" in served.log
    assert len(served.run_ids) == 2
    deadline = time.monotonic() + PATIENCE_S
    while any(is_alive(run_id) for run_id in served.run_ids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_schedule_without_a_run_ends_at_once(start: Start) -> None:
    served = start("", when="3600")
    served.await_that(lambda: "the next run is at" in served.log)
    assert served.end() < 3
    assert served.process.returncode == ExitCode.TERMINATED
    assert "no run was going" in served.log


def test_next_time_is_told_at_the_start_in_the_zone_of_the_schedule(start: Start) -> None:
    served = start("", when="15 3 1 7 *")
    served.await_that(lambda: "the next run is at" in served.log)
    assert "-07-01 03:15:00+02:00." in served.log


def test_command_that_is_not_there_is_told_and_the_schedule_goes_on(start: Start) -> None:
    served = start("", program="./absent")
    served.await_that(lambda: served.log.count("ERROR The run could not be started") >= 2)


def test_wrong_cron_expression_is_a_usage_error_that_names_the_key() -> None:
    with pytest.raises(UsageError, match=r'schedule\.cron is "0 25 \* \* \*"\. Expected an hour'):
        cron_trigger("0 25 * * *", "UTC")


def test_trigger_skips_the_times_that_have_passed() -> None:
    trigger = cron_trigger("* * * * *", "UTC")
    before, now = (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC),
    )
    assert trigger.get_next_fire_time(before, now) == datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
