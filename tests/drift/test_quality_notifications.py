"""Telling people that the model is worse: in one message with the verdict, and nobody twice."""

import dataclasses
import json
import logging
from datetime import UTC, datetime

import pytest

from drift.followups.finished_run import FinishedRun
from drift.followups.notify import notify
from drift.workplace import open_workplace
from jobs.errors import PublishError
from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import WindowSpan
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import AcceptedWindow, history_row
from reports.telling.record import record_name
from tests.support import findings as examples
from tests.support.labelled_runs import labelled_run
from tests.support.receivers import web
from tests.support.server_process import free_port
from tests.support.worlds import job_of

__all__ = ["web"]

PREFIX = "data_drift_reports/dogs"
VARIABLE = "DRIFT_NOTIFY_URLS"
DROPPED, HOLDS = QualityState.DROPPED, QualityState.HOLDS


def end_of(day):
    return f"2025-03-{day:02d}T00:00:00Z"


def run_of_day(day, state=None, *, due=None, verdict=None, name="1a2b3c4d"):
    """Return a run whose labels say so, `due` of the quality and `verdict` of the verdict."""
    run = dataclasses.replace(
        examples.drifted(),
        verdict=Verdict.STEADY if verdict is None else Verdict.DRIFT,
        run_id=f"202503{day:02d}T000000Z-{name}",
        window=WindowSpan(start=end_of(day - 1), end=end_of(day)),
        headline="Images are darker than the reference",
        notification=None if verdict is None else Notice(kind=verdict, since=end_of(day)),
        quality_notification=None if due is None else Notice(kind=due, since=end_of(day)),
    )
    return run if state is None else labelled_run(run, state)


@pytest.fixture
def finished(tmp_path, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, web.url("hook"))

    def make(findings, *earlier, **tables):
        place = dataclasses.replace(
            open_workplace(job_of(tmp_path, **tables)),
            clock=lambda: datetime(2025, 3, 20, 3, 15, tzinfo=UTC),
        )
        rows = tuple(one if hasattr(one, "end") else history_row(one) for one in earlier)
        return FinishedRun(place=place, findings=findings, history=rows)

    return make


def record_of(run):
    stored = run.place.bucket.read(record_name(PREFIX, run.findings.run_id))
    return json.loads(stored.data)


def titles(web):
    return [one.json["title"].partition(" - ")[0] for one in web.requests]


def test_a_drop_alone_is_a_message_of_its_own(finished, web):
    run = finished(run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED))
    notify(run)
    notify(run)
    assert titles(web) == ["Worse model in dogs"]
    assert web.requests[0].json["type"] == "warning"
    record = record_of(run)
    assert (record["kind"], record["since"]) == ("quality_dropped", end_of(10))
    assert (record["state"], "quality" in record) == ("sent", False)


def test_a_drift_and_a_drop_of_one_run_are_one_message_and_one_record(finished, web):
    run = finished(
        run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED, verdict=NoticeKind.DRIFT)
    )
    notify(run)
    assert titles(web) == ["Drift in dogs, and the model is worse"]
    record = record_of(run)
    assert (record["kind"], record["since"]) == ("drift", end_of(10))
    assert record["quality"] == {"kind": "quality_dropped", "since": end_of(10), "repeats": None}


def test_a_drop_that_nobody_got_is_told_by_the_next_run_and_then_no_more(
    finished, web, monkeypatch
):
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{free_port()}/x")
    first = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED)
    with pytest.raises(PublishError):
        notify(finished(first))
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    second = finished(run_of_day(11, DROPPED), first)
    notify(second)
    assert titles(web) == ["Worse model in dogs"]
    assert record_of(second)["repeats"] == first.run_id
    notify(finished(run_of_day(12, DROPPED), first, second.findings))
    assert len(web.requests) == 1


def test_what_a_drift_told_does_not_count_as_telling_the_drop(finished, web, monkeypatch):
    """The drop of the tenth reached nobody; a drift that was told the day after did."""
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{free_port()}/x")
    first = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED)
    with pytest.raises(PublishError):
        notify(finished(first))
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    second = finished(run_of_day(11, None, verdict=NoticeKind.DRIFT), first)
    notify(second)
    third = finished(run_of_day(12, DROPPED), first, second.findings)
    notify(third)
    assert titles(web) == ["Drift in dogs", "Worse model in dogs"]
    assert record_of(third)["kind"] == "quality_dropped"


def test_labels_that_came_between_a_run_and_its_repetition_are_told_by_the_next_run(
    finished, web, caplog
):
    caplog.set_level(logging.INFO)
    first = run_of_day(10, HOLDS, verdict=NoticeKind.DRIFT)
    notify(finished(first))
    again = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED, verdict=NoticeKind.DRIFT)
    notify(finished(again, first))
    assert titles(web) == ["Drift in dogs"]
    assert "the next run tells it if it is still so" in caplog.text
    after = run_of_day(11, DROPPED)
    notify(finished(after, again))
    assert titles(web) == ["Drift in dogs", "Worse model in dogs"]


def test_a_drop_that_a_silent_run_found_is_told_by_the_next_run(finished, web):
    """Nobody was to be told then, as the run was repeated where no address is set."""
    silent = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED)
    notify(finished(run_of_day(11, DROPPED), silent))
    assert titles(web) == ["Worse model in dogs"]


def test_the_end_of_a_drop_is_told_to_those_who_know_of_it(finished, web):
    silent = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED)
    over = run_of_day(11, HOLDS)
    over = dataclasses.replace(
        over, quality_notification=Notice(kind=NoticeKind.QUALITY_RECOVERED, since=end_of(10))
    )
    notify(finished(over, silent))
    assert web.requests == []
    notify(finished(silent))
    notify(finished(over, silent))
    assert titles(web) == ["Worse model in dogs", "Model recovered: dogs"]
    assert web.requests[1].json["type"] == "success"


def test_a_drift_of_the_same_window_end_is_no_knowledge_of_a_drop(finished, web):
    drifted = run_of_day(10, None, verdict=NoticeKind.DRIFT)
    notify(finished(drifted))
    over = dataclasses.replace(
        run_of_day(11, HOLDS),
        quality_notification=Notice(kind=NoticeKind.QUALITY_RECOVERED, since=end_of(10)),
    )
    notify(finished(over, drifted))
    assert titles(web) == ["Drift in dogs"]


def test_a_backfill_and_an_accepted_run_tell_nobody(finished, web):
    run = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED)
    notify(finished(run, run_of_day(12)))
    accepted = AcceptedWindow(statistics={"mean": 5.0}, reference_units=90, current_units=80)
    notify(finished(run, dataclasses.replace(history_row(run), accepted=accepted)))
    assert web.requests == []


def test_two_runs_of_one_window_end_tell_a_drop_once_and_a_drift_all_the_same(finished, web):
    first = run_of_day(10, DROPPED, due=NoticeKind.QUALITY_DROPPED)
    notify(finished(first))
    other = run_of_day(
        10, DROPPED, due=NoticeKind.QUALITY_DROPPED, verdict=NoticeKind.DRIFT, name="99999999"
    )
    notify(finished(other, first))
    assert titles(web) == ["Worse model in dogs", "Drift in dogs"]


def test_a_pager_keeps_its_incident_while_the_model_is_still_worse(finished, web):
    told = run_of_day(9, DROPPED, verdict=NoticeKind.DRIFT)
    notify(finished(told))
    over = dataclasses.replace(
        run_of_day(10, DROPPED),
        notification=Notice(kind=NoticeKind.RECOVERED, since=end_of(9)),
    )
    notify(finished(over, told, notifications={"quality": False}))
    assert [one.json["type"] for one in web.requests] == ["warning", "info"]


def test_it_can_be_switched_off(finished, web):
    silent = run_of_day(10, DROPPED)
    notify(finished(run_of_day(11, DROPPED), silent, notifications={"quality": False}))
    assert web.requests == []
