"""Executions of arrays of tasks go once they are over, and those that are not stay."""

import os
import shutil
import time

import pytest

from tests.support.array_world import (
    UNTIL,
    execution_folder,
    make_array_world,
    task_arguments,
)
from tests.support.command import warm_drift

DAY_S = 86_400


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A world with one execution that has finished, and one that has not."""
    folder = make_array_world(tmp_path_factory.mktemp("pruned"))
    done = warm_drift(*task_arguments(0, 1, "whole"), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert warm_drift(*task_arguments(0, 2, "half", "2025-03-05"), cwd=folder).returncode == 0
    shutil.rmtree(execution_folder(folder, "half") / "done", ignore_errors=True)
    for name in ("finished.json", "collecting.json"):
        (execution_folder(folder, "half") / name).unlink(missing_ok=True)
    return folder


@pytest.fixture
def world(ran, tmp_path):
    return shutil.copytree(ran, tmp_path / "world")


def let_age(folder, execution, days):
    for path in execution_folder(folder, execution).rglob("*"):
        os.utime(path, (time.time() - days * DAY_S,) * 2)


def pruned(folder):
    done = warm_drift("prune", "tasks.toml", "--keep-runs", "1", "--yes", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "does not know" not in done.stdout
    executions = execution_folder(folder, "whole").parent
    return {one.name for one in executions.iterdir() if any(one.rglob("*.json"))}


def test_executions_of_today_stay(world):
    assert pruned(world) == {"whole", "half"}


def test_one_that_has_finished_goes_after_a_day_and_one_that_was_given_up_after_a_week(world):
    let_age(world, "whole", 2)
    let_age(world, "half", 2)
    assert pruned(world) == {"half"}
    let_age(world, "half", 8)
    assert pruned(world) == set()


def test_what_is_no_object_of_an_execution_stays_and_is_named(world):
    let_age(world, "whole", 2)
    stranger = execution_folder(world, "whole") / "shards/notes.json"
    stranger.write_text("{}")
    done = warm_drift("prune", "tasks.toml", "--keep-runs", "1", "--yes", "--verbose", cwd=world)
    assert "executions/whole/shards/notes.json" in done.stdout
    assert stranger.exists()
    again = warm_drift("run", "tasks.toml", "--until", UNTIL, cwd=world)
    assert again.returncode == 0, again.stderr


def test_marks_that_killed_runs_left_beside_the_caches_go_after_a_week(world):
    caches = execution_folder(world, "whole").parents[2] / "features"
    old, of_worker, new, stranger = (
        caches / name
        for name in (
            "workers-0123456789abcdef",
            "workers-0123456789abcdef-01234567",
            "workers-fedcba9876543210",
            "workers-list",
        )
    )
    for one in (old, of_worker, new, stranger):
        one.write_bytes(b"the run was here\n")
    for one in (old, of_worker, stranger):
        os.utime(one, (time.time() - 8 * DAY_S,) * 2)
    pruned(world)
    assert [one for one in (old, of_worker, new, stranger) if one.exists()] == [new, stranger]
