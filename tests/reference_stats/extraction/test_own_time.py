"""An image is given up by the time that its process has used, not by that of a busy machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from reference_stats.extraction.isolated import failures, messages, own_time, process
from reference_stats.extraction.isolated.failures import Failure
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.own_time import OwnTime
from reference_stats.extraction.isolated.processes import Decoders
from reference_stats.extraction.measuring.measure import measure
from reference_stats.features.registry import feature_names, feature_set
from reference_stats.outcomes import UnreadableReason
from reference_stats.size_limits import SizeLimits
from tests.support.command import ROOT
from tests.support.images import encode, photograph

BUSY = "while True: pass"
LIMITS = SizeLimits(max_pixels=1_000_000, max_bytes=1_000_000)


class Programs:
    """Programs that a test starts."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self, code: str) -> int:
        self.started.append(subprocess.Popen([sys.executable, "-S", "-c", code]))
        return self.started[-1].pid

    def end(self) -> None:
        for one in self.started:
            one.kill()
            one.wait()


@pytest.fixture
def program() -> Iterator[Programs]:
    programs = Programs()
    yield programs
    programs.end()


def starve(pid: int, program: Programs) -> None:
    """Let a process have a small part of one processor, beside a busy program."""
    one = {max(os.sched_getaffinity(0))}
    os.sched_setaffinity(pid, one)
    os.setpriority(os.PRIO_PROCESS, pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + 6))
    os.sched_setaffinity(program(BUSY), one)


def seconds_until_over(time_of_it: OwnTime, most: float) -> float:
    began = time.monotonic()
    while not time_of_it.is_over() and time.monotonic() - began < most:
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_process_that_sleeps_takes_the_time_of_the_clock(program: Programs) -> None:
    pid = program("import time; time.sleep(3600)")
    time.sleep(0.3)
    assert 0.4 <= seconds_until_over(OwnTime(pid, 0.4), 20) < 20


def test_a_process_that_works_takes_the_time_of_the_processor(program: Programs) -> None:
    assert seconds_until_over(OwnTime(program(BUSY), 0.2), 60) < 60


def test_a_process_that_the_machine_keeps_waiting_is_not_blamed(program: Programs) -> None:
    pid = program(BUSY)
    starve(pid, program)
    assert seconds_until_over(OwnTime(pid, 0.5), 1.2) >= 1.2


def test_the_clock_ends_it_at_last(program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_time, "_MOST_CLOCK", 2.0)
    pid = program(BUSY)
    starve(pid, program)
    assert 1.0 <= seconds_until_over(OwnTime(pid, 0.5), 20) < 20


def test_the_time_of_a_process_that_is_gone_is_that_of_the_clock(program: Programs) -> None:
    pid = program("")
    program.end()
    assert seconds_until_over(OwnTime(pid, 0.2), 20) >= 0.2


def test_an_image_on_a_busy_machine_is_measured_all_the_same(
    program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_time, "_MOST_CLOCK", 200.0)
    decoders = Decoders()
    order = Order(names=feature_names(), limits=LIMITS)
    photo = encode(photograph(size=(60, 40)), "JPEG")
    monkeypatch.setattr(process, "_WORKER", "tests.support.faulty_worker")
    try:
        decoders.measure(photo, order)
        (worker,) = decoders._idle
        starve(worker._process.pid, program)
        monkeypatch.setitem(failures.PATIENCE_S, messages.FILES, 1.0)
        began = time.monotonic()
        found = decoders.measure(photo + b"FAULT:busy", order)
        waited = time.monotonic() - began
    finally:
        decoders.stop()
    assert found == measure(photo + b"FAULT:busy", LIMITS, feature_set())
    assert waited > 1.0


def test_a_process_without_a_run_ends_itself_after_its_own_time() -> None:
    code = (
        "from reference_stats.extraction.isolated.worker import limit_time\n"
        "limit_time(0.2, 60)\nwhile True: pass"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGPROF
    assert Failure(code=done.returncode).as_outcome().reason is UnreadableReason.TOO_SLOW
