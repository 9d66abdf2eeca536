"""Processor time of running children is seen: `getrusage` knows ended ones only."""

import os
import subprocess
import sys

import pytest

from benchmarks.process_tree import (
    descendants,
    end_reading,
    process_seconds,
    start_reading,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's clocks of processes")

_SPIN = """
import sys, time
for _ in sys.stdin:
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    print("done", flush=True)
"""


@pytest.fixture
def spinner():
    """A child that spends 0.2 s of a processor for each line."""
    with subprocess.Popen(
        [sys.executable, "-c", _SPIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


def _ask(process):
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def test_a_running_child_counts(spinner):
    _ask(spinner)
    before = start_reading()
    _ask(spinner)
    spent = end_reading().since(before)

    assert 0.2 <= spent.children < 0.5
    assert spent.total == spent.own + spent.children


def test_a_child_that_ends_in_between_counts_once(spinner):
    before = start_reading()
    _ask(spinner)
    spinner.stdin.close()
    spinner.wait()
    spent = end_reading().since(before)

    assert 0.2 <= spent.children < 0.6


def test_processes_below_are_found_and_gone_ones_are_nothing(spinner):
    assert spinner.pid in descendants(os.getpid())
    spinner.stdin.close()
    spinner.wait()
    assert spinner.pid not in descendants(os.getpid())
    assert process_seconds(spinner.pid) == 0
