"""Which part of an array a process is, as options and the environment of a platform say it."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.execution.tasks.array import ArrayTask, AskedArray, LastStep, part_of_array
from drift.execution.tasks.collecting import require_window
from drift.execution.tasks.plan import ExecutionPlan, PlanBasis
from drift.run_request import RunOptions, requested_window
from jobs.errors import UsageError
from tests.support.worlds import job_of

CLOUD_RUN = {
    "CLOUD_RUN_TASK_INDEX": "2",
    "CLOUD_RUN_TASK_COUNT": "4",
    "CLOUD_RUN_EXECUTION": "drift-dogs-x7k2p",
}


def part(tmp_path, engine="tasks", environment=None, dry_run=False, **asked):
    job = job_of(tmp_path, execution={"engine": engine})
    options = RunOptions(dry_run=dry_run)
    return part_of_array(job, AskedArray(**asked), options, environment or {})


def test_cloud_run_says_which_task_of_which_execution_a_process_is(tmp_path):
    found = part(tmp_path, environment=CLOUD_RUN)
    assert found == ArrayTask(index=2, count=4, execution="drift-dogs-x7k2p")


def test_the_option_goes_before_the_environment(tmp_path):
    found = part(tmp_path, environment=CLOUD_RUN, task="0/8", execution="mine")
    assert found == ArrayTask(index=0, count=8, execution="mine")


def test_an_ordinary_cloud_run_job_of_one_task_is_a_whole_run(tmp_path):
    one = CLOUD_RUN | {"CLOUD_RUN_TASK_INDEX": "0", "CLOUD_RUN_TASK_COUNT": "1"}
    assert part(tmp_path, environment=one) is None
    assert part(tmp_path, environment=one, task="0/1") == ArrayTask(
        index=0, count=1, execution="drift-dogs-x7k2p"
    )


def test_outside_of_an_array_it_is_a_whole_run(tmp_path):
    assert part(tmp_path) is None


def test_other_engines_do_not_look_at_the_array(tmp_path):
    assert part(tmp_path, engine="local", environment=CLOUD_RUN) is None


def test_the_last_step_has_a_name_of_its_own(tmp_path):
    # A second job collects, whose execution has another name.
    assert part(tmp_path, environment=CLOUD_RUN, collect=True) == LastStep(execution="")
    assert part(tmp_path, collect=True, execution="one") == LastStep(execution="one")


@pytest.mark.parametrize("task", ["4/4", "0/0", "1", "a/b", "-1/4", "1/4/2", "", "0/1000000000"])
def test_a_task_that_is_none_is_refused(tmp_path, task):
    with pytest.raises(UsageError, match=r"--task: .*0/4 to 3/4"):
        part(tmp_path, task=task)


@pytest.mark.parametrize(("index", "count"), [("4", "4"), ("x", "4"), ("0", ""), ("-1", "4")])
def test_an_environment_that_contradicts_itself_is_refused(tmp_path, index, count):
    found = CLOUD_RUN | {"CLOUD_RUN_TASK_INDEX": index, "CLOUD_RUN_TASK_COUNT": count}
    with pytest.raises(UsageError, match="CLOUD_RUN_TASK_INDEX"):
        part(tmp_path, environment=found)


@pytest.mark.parametrize("name", ["../other", "a/b", ".hidden", "x" * 129, "a b", "a\n"])
def test_a_name_that_would_leave_its_folder_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="execution"):
        part(tmp_path, task="0/4", execution=name)
    with pytest.raises(UsageError, match="execution"):
        part(tmp_path, environment=CLOUD_RUN | {"CLOUD_RUN_EXECUTION": name})


def test_options_that_do_not_go_together_are_refused(tmp_path):
    with pytest.raises(UsageError, match="--task and --collect"):
        part(tmp_path, task="0/4", collect=True)
    with pytest.raises(UsageError, match="--dry-run"):
        part(tmp_path, task="0/4", dry_run=True)
    with pytest.raises(UsageError, match="--execution: expected --task"):
        part(tmp_path, execution="one")
    with pytest.raises(UsageError, match=r'--task: expected execution.engine = "tasks"'):
        part(tmp_path, engine="dask", task="0/4")


HOUR = timedelta(hours=1)
NOW = datetime(2025, 3, 30, 4, 30, tzinfo=UTC)


def planned(job, options, now=NOW):
    """Return the plan that a task made then."""
    basis = PlanBasis(program="1", job="dogs", run="r", features="f", view="", images="i")
    return ExecutionPlan(
        tasks=2, basis=basis, request=requested_window(job, options, now), shards=()
    )


@pytest.mark.parametrize(
    "options", [RunOptions(), RunOptions(last=6 * HOUR), RunOptions(rows=50), RunOptions(until=NOW)]
)
def test_a_task_that_is_started_later_asks_for_the_planned_window(tmp_path, options):
    job = job_of(tmp_path, execution={"engine": "tasks"})
    plan = planned(job, options)
    # Its own clock would give it another end.
    later = requested_window(job, options, NOW + timedelta(days=2))
    assert (later == plan.request) is (options.until is not None)
    require_window(job, options, plan)


def test_days_across_a_change_of_clocks_are_those_before_the_planned_end(tmp_path):
    job = job_of(
        tmp_path,
        execution={"engine": "tasks"},
        window={"last": "1d", "align": "1d", "timezone": "Europe/Berlin"},
    )
    options, day = RunOptions(last=timedelta(days=2)), timedelta(days=1)
    plan = planned(job, options, NOW + day)
    assert plan.request.last == 47 * HOUR
    assert requested_window(job, options, NOW + 3 * day).last == 48 * HOUR
    require_window(job, options, plan)


@pytest.mark.parametrize(
    "options",
    [RunOptions(last=5 * HOUR), RunOptions(rows=50), RunOptions(until=NOW + HOUR, last=6 * HOUR)],
)
def test_a_window_that_was_not_planned_is_refused(tmp_path, options):
    job = job_of(tmp_path, execution={"engine": "tasks"})
    plan = planned(job, RunOptions(last=6 * HOUR))
    with pytest.raises(
        UsageError, match="planned for the window of 6:00:00 that ends at 2025-03-30"
    ):
        require_window(job, options, plan)
