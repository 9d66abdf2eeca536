"""Processor time of running children is seen: `getrusage` knows ended ones only."""

import os
import subprocess
import sys

import pytest

from benchmarks.process_tree import (
    CommandFailedError,
    descendants,
    end_reading,
    process_seconds,
    run_measured,
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


def _python(code):
    return [sys.executable, "-c", code]


_BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"


def test_a_command_is_charged_for_children_that_it_did_not_wait_for():
    orphan = (
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {_BUSY.format(0.5)!r}])"
    )

    spent = run_measured(_python(orphan))

    assert spent.cpu_s >= 0.5


def test_a_command_that_fails_is_told_with_what_it_said():
    with pytest.raises(CommandFailedError, match=r"ended with 3 .*\n.*no such day"):
        run_measured(_python("import sys; print('no such day'); sys.exit(3)"))
    assert run_measured(_python("import sys; print('fine'); sys.exit(3)"), codes=(3,)).output


def test_a_command_that_does_not_end_is_ended():
    with pytest.raises(CommandFailedError, match="at most 1 s"):
        run_measured(_python("import time; time.sleep(60)"), most_s=1)
