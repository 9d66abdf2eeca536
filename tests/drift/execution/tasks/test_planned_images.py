"""What a plan knows of the images that a run will want, and what making it touches."""

import shutil

import pytest

from drift.execution.tasks.planning import make_plan
from drift.execution.tasks.store import ExecutionStore
from drift.run_request import RunOptions, requested_window
from drift.workplace import open_workplace
from jobs.job_file.reading import load_job
from jobs.times.timestamps import parse_timestamp
from tests.support.array_world import (
    A_DAY,
    DAYS,
    UNTIL,
    execution_folder,
    make_array_world,
    plan_of,
    reports_of,
    task_arguments,
)
from tests.support.command import warm_drift

ROWS = ('last = "1d"', f"rows = {A_DAY}")


def files_of(folder):
    # A folder that serves as a bucket has a lock of its own.
    found = (one for one in (folder / "bucket").rglob("*") if one.is_file())
    return {one for one in found if one.name != ".drift-bucket-lock"}


def place_of(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return open_workplace(load_job(folder / "tasks.toml", {}))


def planned(place, name="one"):
    options = RunOptions(until=parse_timestamp(UNTIL))
    request = requested_window(place.job, options, place.clock())
    return make_plan(place, ExecutionStore.of(place, name), request, 3)


def change(folder, *changes):
    for engine in ("tasks", "local"):
        path = folder / f"{engine}.toml"
        text = path.read_text()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path.write_text(text)


def test_a_plan_writes_nothing_but_the_folder_of_its_execution(tmp_path, monkeypatch):
    folder = make_array_world(tmp_path)
    before = files_of(folder)
    plan = planned(place_of(folder, monkeypatch))
    assert sum(one.images for one in plan.shards) == A_DAY * (DAYS + 1)
    own = execution_folder(folder, "one")
    assert all(own in path.parents for path in files_of(folder) - before)
    assert len(files_of(folder) - before) == len(plan.shards) + 1


@pytest.mark.parametrize("changes", [(), (ROWS,)], ids=["days", "rows"])
def test_plans_of_the_same_run_are_the_same(tmp_path, monkeypatch, changes):
    folder = make_array_world(tmp_path)
    change(folder, *changes)
    place = place_of(folder, monkeypatch)
    first, again = planned(place, "one"), planned(place, "two")
    assert first == again
    assert sum(one.images for one in first.shards) == A_DAY * (DAYS + 1)


def test_images_that_are_shared_by_the_reference_and_the_window_are_planned_once(
    tmp_path, monkeypatch
):
    folder = make_array_world(tmp_path)
    change(folder, ('images = "reference/"', 'images = "images/"'))
    plan = planned(place_of(folder, monkeypatch))
    assert sum(one.images for one in plan.shards) == A_DAY * DAYS


def test_a_job_without_images_has_no_shards(tmp_path, monkeypatch):
    folder = make_array_world(tmp_path)
    window = '[reference.window]\nstart = "2025-03-03"\nend = "2025-03-04"'
    change(
        folder,
        ('[images]\npath = "images/{name}"\n', ""),
        ('[reference]\nimages = "reference/"', window),
    )
    assert planned(place_of(folder, monkeypatch)).shards == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "with_model"),
    [((), False), ((ROWS,), False), ((), True)],
    ids=["days", "rows", "with a model"],
)
def test_the_last_step_reads_no_image(tmp_path, changes, with_model):
    folder = make_array_world(tmp_path, with_model=with_model)
    change(folder, *changes)
    nights = ("2025-03-05", UNTIL)
    for until in nights:
        done = warm_drift("run", "local.toml", "--until", until, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert warm_drift(*task_arguments(0, 1, "first", nights[0]), cwd=folder).returncode == 0
    claimed = execution_folder(folder, "second") / "collecting.json"
    claimed.parent.mkdir(parents=True)
    claimed.write_text('{"task": 9}')
    for task in range(2):
        done = warm_drift(*task_arguments(task, 2, "second"), cwd=folder)
        assert done.returncode == 0, done.stderr
    assert plan_of(folder, "second")["shards"]
    shutil.rmtree(folder / "bucket/images")
    shutil.rmtree(folder / "bucket/reference")
    last = warm_drift("run", "tasks.toml", "--collect", "--execution", "second", cwd=folder)
    assert last.returncode == 0, last.stderr
    assert reports_of(folder, "tasks") == reports_of(folder, "local")
