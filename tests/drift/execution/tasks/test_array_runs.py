"""Arrays of tasks as they are started, one task after the other: they say what one machine says."""

import re
import shutil

import pytest

from tests.support.array_world import (
    A_DAY,
    DAYS,
    UNTIL,
    execution_folder,
    make_array_world,
    names_in,
    plan_of,
    reports_of,
    task_arguments,
)
from tests.support.command import warm_drift


def run_local(folder, until=UNTIL):
    done = warm_drift("run", "local.toml", "--until", until, cwd=folder)
    assert done.returncode == 0, done.stderr


def run_task(folder, task, tasks=3, execution="one", until=UNTIL):
    return warm_drift(*task_arguments(task, tasks, execution, until), cwd=folder)


def run_array(folder, tasks=3, execution="one", until=UNTIL):
    done = [run_task(folder, task, tasks, execution, until) for task in range(tasks)]
    assert [one.returncode for one in done] == [0] * tasks, [one.stderr for one in done]
    return done


def collected(folder, *arguments):
    return warm_drift("run", "tasks.toml", "--collect", *arguments, cwd=folder)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return make_array_world(tmp_path_factory.mktemp("array"))


@pytest.fixture(scope="module")
def ran(untouched, tmp_path_factory):
    """A world in which both engines did the first night, and the array's tasks' output."""
    folder = tmp_path_factory.mktemp("ran") / "world"
    shutil.copytree(untouched, folder)
    run_local(folder)
    return folder, run_array(folder)


@pytest.fixture
def world(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "world")


@pytest.fixture
def later(ran, tmp_path):
    return shutil.copytree(ran[0], tmp_path / "later")


def test_a_first_night_without_a_profile_says_what_one_machine_says(ran):
    folder, _ = ran
    assert len(reports_of(folder, "tasks")) == 1
    assert reports_of(folder, "tasks") == reports_of(folder, "local")


def test_the_plan_has_each_image_of_the_reference_the_window_and_the_days_once(ran):
    folder, _ = ran
    shards = plan_of(folder, "one")["shards"]
    assert sum(images for _, images, _ in shards) == A_DAY * (DAYS + 1)
    assert {images for _, images, _ in shards} <= {8, 9, 10}
    done = names_in(execution_folder(folder, "one") / "done")
    assert done == sorted(f"{name}.json" for name, _, _ in shards)


def test_the_last_task_alone_publishes(ran):
    _, done = ran
    assert ["report:" in one.stdout for one in done] == [False, False, True]
    assert "finished.json" in names_in(execution_folder(ran[0], "one"))


def test_where_everything_is_known_there_are_no_shards_and_the_run_is_published(later):
    done = run_array(later, execution="again")
    assert plan_of(later, "again")["shards"] == []
    # The first task finds nothing left to do by anybody.
    assert ["report:" in one.stdout for one in done] == [True, False, False]
    assert reports_of(later, "tasks") == reports_of(later, "local")


@pytest.mark.slow
def test_a_second_night_plans_its_own_images_alone(untouched, tmp_path):
    folder = shutil.copytree(untouched, tmp_path / "nights")
    for until in ("2025-03-05", "2025-03-06"):
        run_local(folder, until)
        run_array(folder, execution=until, until=until)
    assert len(reports_of(folder, "tasks")) == 2
    assert reports_of(folder, "tasks") == reports_of(folder, "local")
    shards = plan_of(folder, "2025-03-06")["shards"]
    assert sum(images for _, images, _ in shards) == A_DAY


def test_a_repeated_array_of_the_same_execution_does_nothing(later):
    before = reports_of(later, "tasks")
    done = run_array(later)
    assert all("nothing is left to do" in one.stderr for one in done)
    assert reports_of(later, "tasks") == before


def test_a_name_that_last_night_had_is_refused_and_not_taken_for_tonight_done(later):
    other = run_task(later, 1, until="2025-03-05")
    assert other.returncode == 2
    assert "Give another --execution" in other.stderr
    scheduled = ("run", "tasks.toml", "--task", "1/3", "--execution", "one")
    tonight = warm_drift(*scheduled, cwd=later)
    assert tonight.returncode == 2
    assert "execution one has published the run of the window of 1 day" in tonight.stderr
    assert "Give each night's execution a name of its own." in tonight.stderr


def test_the_last_step_may_be_repeated(later):
    done = collected(later, "--execution", "one")
    assert done.returncode == 0, done.stderr
    assert reports_of(later, "tasks") == reports_of(later, "local")


def test_an_array_that_half_failed_publishes_nothing_and_says_what_is_missing(world):
    assert run_task(world, 0).returncode == 0
    assert run_task(world, 2).returncode == 0
    done = collected(world, "--execution", "one")
    assert done.returncode == 5
    shards = plan_of(world, "one")["shards"]
    mine = shards[1::3]
    assert f"{len(mine)} of {len(shards)} shards are not done" in done.stderr
    assert "of the tasks 1." in done.stderr
    assert mine[0][2] in done.stderr
    assert not (world / "bucket/tasks/marks/latest.json").exists()
    assert not (world / "bucket/tasks/marks/profiles").exists()
    # The task that was missing comes last, and so it collects.
    assert "report:" in run_task(world, 1).stdout
    run_local(world)
    assert reports_of(world, "tasks") == reports_of(world, "local")


def test_a_collector_that_failed_is_the_one_that_collects_when_it_comes_again(world):
    for task in range(2):
        run_task(world, task)
    lock = world / "bucket/tasks/marks/lock"
    lock.write_text("no lock of this program")
    assert run_task(world, 2).returncode == 7
    lock.unlink()
    other = run_task(world, 1)
    assert other.returncode == 0
    assert "task 2 of 3 collects" in other.stderr
    assert not reports_of(world, "tasks")
    assert "report:" in run_task(world, 2).stdout
    assert len(reports_of(world, "tasks")) == 1


@pytest.mark.slow
def test_executions_of_two_windows_may_run_at_once(world):
    nights = ("2025-03-05", "2025-03-06")
    for task in range(2):
        for until in nights:
            assert run_task(world, task, 2, f"to-{until}", until).returncode == 0
    for until in nights:
        run_local(world, until)
    assert reports_of(world, "tasks") == reports_of(world, "local")


def test_a_task_of_another_job_file_or_number_of_tasks_says_so(world):
    assert run_task(world, 0).returncode == 0
    fewer = run_task(world, 1, tasks=2)
    assert fewer.returncode == 2
    assert "made for 3 tasks, and this is task 1 of 2" in fewer.stderr
    text = (world / "tasks.toml").read_text()
    for before, after, said in (
        ('path = "images/{name}"', 'path = "images/{name}"\nmax_pixels = 5', "[images]"),
        ('last = "1d"', 'last = "1d"\nmin_images = 3', "the window, and [window]"),
    ):
        (world / "tasks.toml").write_text(text.replace(before, after))
        done = run_task(world, 1)
        assert done.returncode == 5
        assert said in done.stderr
        assert "same job file" in done.stderr
    (world / "tasks.toml").write_text(text)
    other = warm_drift(*task_arguments(1, 3, "one", "2025-03-05"), cwd=world)
    assert other.returncode == 2
    assert "1 day, 0:00:00 that ends at 2025-03-06" in other.stderr
    longer = warm_drift(*task_arguments(1, 3, "one"), "--last", "2d", cwd=world)
    assert longer.returncode == 2
    assert "2 days, 0:00:00 that ends at 2025-03-06" in longer.stderr


def test_a_shard_that_is_gone_or_damaged_is_named_with_what_to_do(world):
    assert run_task(world, 0).returncode == 0
    name, _, _ = plan_of(world, "one")["shards"][1]
    shard = execution_folder(world, "one") / f"shards/{name}.json"
    shard.write_bytes(shard.read_bytes().replace(b".png", b".jpg"))
    changed = run_task(world, 1)
    shard.unlink()
    gone = run_task(world, 1)
    for done, said in ((changed, "not that of its name"), (gone, "deleted since the plan")):
        assert done.returncode == 5
        assert f"shards/{name}.json" in done.stderr
        assert said in done.stderr
        assert "Start another execution" in done.stderr


@pytest.mark.slow
def test_a_task_that_cannot_remember_what_it_measured_fails_and_leaves_no_mark(world):
    run_task(world, 0)
    done_before = names_in(execution_folder(world, "one") / "done")
    features = world / "bucket/tasks/features"
    aside = features.rename(features.with_name("aside"))
    features.write_bytes(b"")
    done = run_task(world, 1)
    assert done.returncode == 5, done.stderr
    assert names_in(execution_folder(world, "one") / "done") == done_before
    features.unlink()
    aside.rename(features)
    assert run_task(world, 1).returncode == 0
    assert "report:" in run_task(world, 2).stdout


@pytest.mark.slow
def test_images_that_are_missing_or_broken_are_those_of_one_machine(world):
    (world / "bucket/images/0050.png").unlink()
    (world / "bucket/images/0051.png").write_bytes(b"no image")
    (world / "bucket/reference/0007.png").write_bytes(b"")
    run_array(world)
    run_local(world)
    assert reports_of(world, "tasks") == reports_of(world, "local")


@pytest.mark.slow
def test_a_model_looks_in_the_tasks_and_says_what_it_says_on_one_machine(tmp_path):
    pytest.importorskip("onnxruntime")
    folder = make_array_world(tmp_path / "seen", with_model=True)
    run_array(folder, tasks=2)
    run_local(folder)
    assert reports_of(folder, "tasks") == reports_of(folder, "local")
    (report,) = reports_of(folder, "tasks").values()
    assert report["model_view"] is not None


def test_without_a_plan_there_is_nothing_to_collect(later):
    done = collected(later, "--execution", "none")
    assert done.returncode == 5
    assert "there is no plan" in done.stderr
    assert re.search(r"there are: (.*, )?one\)", done.stderr)


@pytest.mark.slow
def test_outside_of_an_array_one_machine_measures_all(world):
    done = warm_drift("run", "tasks.toml", "--until", UNTIL, cwd=world)
    assert done.returncode == 0
    assert "no task of an array" in done.stderr
    assert not (world / "bucket/tasks/marks/executions").exists()
    run_local(world)
    assert reports_of(world, "tasks") == reports_of(world, "local")
