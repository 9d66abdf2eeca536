"""Tasks that are killed at random moments and started again, as a platform starts them again."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.array_world import (
    UNTIL,
    execution_folder,
    make_array_world,
    names_in,
    plan_of,
    reports_of,
    task_arguments,
)
from tests.support.command import ONE_DECODER, ROOT, WITHOUT_EVIDENTLY, warm_drift

pytestmark = pytest.mark.slow
TASKS = 3
SEED = 11


def started(folder, task):
    """Start one task as a platform does."""
    return subprocess.Popen(
        [sys.executable, "-m", "drift", *task_arguments(task, TASKS, "one")],
        cwd=folder,
        env={**os.environ, **ONE_DECODER, **WITHOUT_EVIDENTLY, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def kill(process):
    """End a task and what it started at once, as an orchestrator ends a container."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)


def until_done(folder, tasks=range(TASKS)):
    """Start tasks side by side until all have ended well, and return what they said."""
    said = {}
    left = set(tasks)
    for _ in range(4):
        running = {task: started(folder, task) for task in sorted(left)}
        for task, process in running.items():
            out, _ = process.communicate(timeout=180)
            said[task] = out.decode()
            if process.returncode == 0:
                left.discard(task)
        if not left:
            return said
    raise AssertionError(said)


def let_lease_run_out(folder):
    """Let a killed task's lock run out, which takes a minute and a quarter otherwise."""
    lock = folder / "bucket/tasks/marks/lock"
    if not lock.exists():
        return
    lease = json.loads(lock.read_text())
    for key in ("started", "renewed", "expires"):
        lease[key] = "2020-01-01T00:00:00+00:00"
    lock.write_text(json.dumps(lease))


def require_same_as_local(folder):
    done = warm_drift("run", "local.toml", "--until", UNTIL, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert reports_of(folder, "tasks") == reports_of(folder, "local")
    shards = {f"{name}.json" for name, _, _ in plan_of(folder, "one")["shards"]}
    assert set(names_in(execution_folder(folder, "one") / "done")) == shards


def test_nothing_is_lost_of_tasks_that_are_killed_at_random_moments(tmp_path):
    folder = make_array_world(tmp_path)
    moments = random.Random(SEED)
    for _ in range(3):
        running = [started(folder, task) for task in range(TASKS)]
        time.sleep(moments.uniform(1.0, 9.0))
        for process in running:
            kill(process)
    let_lease_run_out(folder)
    until_done(folder)
    require_same_as_local(folder)


def test_a_collector_that_is_killed_collects_when_it_is_started_again(tmp_path):
    folder = make_array_world(tmp_path)
    for task in range(TASKS - 1):
        assert warm_drift(*task_arguments(task, TASKS, "one"), cwd=folder).returncode == 0
    collector = started(folder, TASKS - 1)
    claim = execution_folder(folder, "one") / "collecting.json"
    deadline = time.monotonic() + 120
    while not claim.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(2.5)
    kill(collector)
    let_lease_run_out(folder)
    said = until_done(folder)
    assert "report:" in said[TASKS - 1]
    require_same_as_local(folder)


def test_a_task_that_gets_sigterm_ends_in_time_and_what_is_done_stays(tmp_path):
    folder = make_array_world(tmp_path)
    assert warm_drift(*task_arguments(1, TASKS, "none"), cwd=folder, timeout_s=4).returncode < 0
    assert warm_drift(*task_arguments(0, TASKS, "one"), cwd=folder).returncode == 0
    done = names_in(execution_folder(folder, "one") / "done")
    task = started(folder, 1)
    time.sleep(6.0)
    begun = time.monotonic()
    task.terminate()
    task.communicate(timeout=30)
    assert time.monotonic() - begun < 8
    assert task.returncode in (0, 143)
    assert set(done) <= set(names_in(execution_folder(folder, "one") / "done"))
    until_done(folder)
    require_same_as_local(folder)


def test_the_example_with_xargs_does_what_one_machine_does(tmp_path):
    """The command line is that of the page; only the paths and the number of tasks are others."""
    folder = make_array_world(tmp_path)
    page = (ROOT / "docs/many-machines.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ +(seq .*xargs -P.*)$", page, flags=re.MULTILINE)
    line = line.replace("seq 0 3", f"seq 0 {TASKS - 1}").replace("/4", f"/{TASKS}")
    line = line.replace("dogs.toml", f"tasks.toml --until {UNTIL}")
    drift = Path(sys.executable).with_name("drift")
    line = line.replace("drift run", f"{drift if drift.exists() else 'drift'} run")
    done = subprocess.run(
        ["bash", "-ec", line],
        cwd=folder,
        env={**os.environ, **ONE_DECODER, **WITHOUT_EVIDENTLY, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("report:") == 1
    (execution,) = names_in(folder / "bucket/tasks/marks/executions")
    assert len(plan_of(folder, execution)["shards"]) > 1
    warm = warm_drift("run", "local.toml", "--until", UNTIL, cwd=folder)
    assert warm.returncode == 0
    assert reports_of(folder, "tasks") == reports_of(folder, "local")
