"""What a finished run tells the page over all jobs, and what happens where it may not."""

import dataclasses
import json
import logging

from drift.followups.finished_run import FinishedRun
from drift.followups.registry import follow_ups
from drift.followups.running import follow_up
from drift.workplace import open_workplace
from reports.metrics.catalogue import NEXT_RUN
from tests.support.job_states import rows_of, run_of
from tests.support.memory_bucket import MemoryBucket
from tests.support.worlds import job_of

PATH = "data_drift_reports"


def finished(folder, bucket, **other):
    place = open_workplace(job_of(folder, **other))
    run = run_of("dogs", 4)
    return FinishedRun(
        place=dataclasses.replace(place, bucket=bucket),
        findings=run,
        history=rows_of("dogs", "ssss"),
    )


def test_each_run_of_any_job_does_it_and_after_everything_else(tmp_path):
    names = list(follow_ups(job_of(tmp_path, metrics={"textfile": "x.prom"})))
    assert names == ["metrics", "the page over all jobs"]


def test_the_jobs_state_and_the_page_know_the_run(tmp_path):
    bucket = MemoryBucket()
    run = finished(tmp_path, bucket, schedule={"cron": "15 3 * * *"})

    follow_up(run)

    state = json.loads(bucket.objects[f"{PATH}/dogs/state.json"].data)
    assert (state["run_id"], state["runs"]) == (run.findings.run_id, 5)
    assert state["late_after"] == "2025-03-07T05:15:00Z"
    assert run.findings.run_id in bucket.objects[f"{PATH}/index.html"].data.decode()


def test_where_the_page_may_not_be_written_the_run_is_done_with_one_warning(tmp_path, caplog):
    bucket = MemoryBucket()
    bucket.refused.add(f"{PATH}/index.html")

    with caplog.at_level(logging.WARNING):
        follow_up(finished(tmp_path, bucket))

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"{PATH}/index.html: permission denied" in record.getMessage()
    assert f"{PATH}/dogs/state.json" in bucket.objects


def test_metrics_tell_by_when_the_next_run_must_be_there(tmp_path):
    path = tmp_path / "dogs.prom"
    follow_up(finished(tmp_path, MemoryBucket(), metrics={"textfile": str(path)}))
    # Five daily runs, the last one made at 03:20: two hours after the same time of the next day.
    assert f'{NEXT_RUN.name}{{drift_job="dogs"}} 1.7413248e+09' in path.read_text()
