"""The metrics of a finished run: which outputs get them, and when none does."""

import dataclasses
import logging
from pathlib import Path

import pytest

from drift.followups.finished_run import FinishedRun
from drift.followups.registry import follow_ups
from drift.followups.running import follow_up
from drift.workplace import open_workplace
from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.history.history import history_row
from tests.support import findings as examples
from tests.support.metrics_server import closed_port, metrics_server
from tests.support.worlds import job_of


def finished(folder: Path, findings=None, history=(), **metrics: str) -> FinishedRun:
    job = job_of(folder, metrics=metrics)
    return FinishedRun(
        place=open_workplace(job), findings=findings or examples.drifted(), history=history
    )


def of_day(findings, day: int):
    window = dataclasses.replace(findings.window, end=f"2025-03-{day}T00:00:00Z")
    return dataclasses.replace(findings, window=window, run_id=f"202503{day}T000000Z-1a2b3c4d")


@pytest.fixture
def server():
    with metrics_server() as served:
        yield served


def test_nothing_is_loaded_unless_the_job_asks_for_it(tmp_path):
    assert "metrics" not in follow_ups(job_of(tmp_path))
    for key, value in (("textfile", "x.prom"), ("pushgateway", "http://h"), ("otlp", "http://h")):
        assert "metrics" in follow_ups(job_of(tmp_path, metrics={key: value}))


def test_every_output_gets_the_run(tmp_path, server):
    path = tmp_path / "drift_{job}.prom"
    follow_up(finished(tmp_path, textfile=str(path), pushgateway=server.url, otlp=server.url))
    assert 'verdict="drift"} 1.0' in (tmp_path / "drift_dogs.prom").read_text()
    assert [request.method for request in server.received] == ["PUT", "POST"]


def test_an_output_that_fails_stops_no_other_and_is_named_once(tmp_path, server, caplog):
    dead = closed_port()
    with caplog.at_level(logging.INFO):
        follow_up(
            finished(
                tmp_path,
                textfile=str(tmp_path / "gone" / "dogs.prom"),
                pushgateway=dead.replace("://", "://team:s3cret@"),
                otlp=server.url,
            )
        )
    assert [request.method for request in server.received] == ["POST"]
    (error,) = (one for one in caplog.records if one.levelno >= logging.ERROR)
    assert "metrics.textfile" in error.getMessage()
    assert f"metrics.pushgateway: {dead}" in error.getMessage()
    assert "The run itself is published." in error.getMessage()
    assert "s3cret" not in caplog.text
    assert error.exc_info is None


def test_a_run_of_an_older_window_leaves_the_newest_one_in_place(tmp_path, server, caplog):
    path = tmp_path / "dogs.prom"
    newest, older = of_day(examples.drifted(), 20), of_day(examples.steady(), 15)
    outputs = {"textfile": str(path), "pushgateway": server.url, "otlp": server.url}
    follow_up(finished(tmp_path, newest, **outputs))
    shown = path.read_bytes()
    server.received.clear()
    with caplog.at_level(logging.INFO):
        follow_up(finished(tmp_path, older, (history_row(newest),), **outputs))
    assert path.read_bytes() == shown
    assert server.received == []
    assert "the metrics stay as they are" in caplog.text
    assert newest.run_id in caplog.text


def test_a_repeated_run_of_the_newest_window_is_handed_over_again(tmp_path):
    path = tmp_path / "dogs.prom"
    before, again = of_day(examples.steady(), 20), of_day(examples.drifted(), 20)
    rows = (history_row(of_day(examples.steady(), 15)), history_row(before))
    follow_up(finished(tmp_path, again, rows, textfile=str(path)))
    assert 'verdict="drift"} 1.0' in path.read_text()


def test_too_many_columns_are_told(tmp_path, caplog):
    columns = tuple(Finding(name=f"p_{n}", unit="", state=State.STEADY) for n in range(300))
    findings = dataclasses.replace(examples.steady(), predictions=columns)
    follow_up(finished(tmp_path, findings, textfile=str(tmp_path / "dogs.prom")))
    assert "only the first 200 columns have metrics of their own" in caplog.text
