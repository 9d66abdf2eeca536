"""Telling people after a run: once, with a record of it, whatever fails."""

import dataclasses
import json
import logging
import threading
from datetime import UTC, datetime

import pytest

from drift.followups.finished_run import FinishedRun
from drift.followups.notify import notify
from drift.followups.registry import follow_ups
from drift.followups.running import follow_up
from drift.workplace import open_workplace
from jobs.buckets.registry import open_bucket
from jobs.errors import PublishError
from reports.findings.answers import Verdict
from reports.findings.run import WindowSpan
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import AcceptedWindow, history_row
from reports.telling.record import DueNotice, claim, record_name
from tests.support import findings as examples
from tests.support.receivers import mail, web
from tests.support.server_process import free_port
from tests.support.worlds import job_of

__all__ = ["mail", "web"]

PREFIX = "data_drift_reports/dogs"
VARIABLE = "DRIFT_NOTIFY_URLS"
SECRET = "s3cr3t-t0ken"
ACCEPTED = AcceptedWindow(statistics={"mean": 5.0}, reference_units=90, current_units=80)


def run_of_day(day, *, drifts=True, kind=None, name="1a2b3c4d"):
    """Return a run's findings; `kind` is what was due after it."""
    end = f"2025-03-{day:02d}T00:00:00Z"
    notice = Notice(kind=kind, since=end) if kind is not None else None
    return dataclasses.replace(
        examples.drifted(),
        verdict=Verdict.DRIFT if drifts else Verdict.STEADY,
        run_id=f"202503{day:02d}T000000Z-{name}",
        window=WindowSpan(start=f"2025-03-{day - 1:02d}T00:00:00Z", end=end),
        headline="Images are darker than the reference",
        notification=notice,
    )


def recovered_on(day, drifted):
    """Return a steady run whose notice is the end of the drift that another run told of."""
    notice = Notice(kind=NoticeKind.RECOVERED, since=drifted.findings.notification.since)
    return dataclasses.replace(run_of_day(day, drifts=False), notification=notice)


@pytest.fixture
def finished(tmp_path):
    """Return a way to make a finished run in a folder."""

    def make(findings, *, history=(), pictures=None, bucket=None, **tables):
        job = job_of(tmp_path, **tables)
        place = dataclasses.replace(
            open_workplace(job), clock=lambda: datetime(2025, 3, 20, 3, 15, tzinfo=UTC)
        )
        if bucket is not None:
            place = dataclasses.replace(place, bucket=bucket)
        return FinishedRun(
            place=place, findings=findings, history=tuple(history), pictures=pictures or {}
        )

    return make


def record_of(run):
    stored = run.place.bucket.read(record_name(PREFIX, run.findings.run_id))
    return json.loads(stored.data)


def records(run):
    return [info.name for info in run.place.bucket.list(f"{PREFIX}/notifications/")]


def test_what_is_due_is_sent_everywhere_and_recorded_without_secrets(
    finished, mail, web, monkeypatch
):
    monkeypatch.setenv(VARIABLE, f"{mail.url} {web.url(SECRET)}\n{web.url('other')}")
    findings = run_of_day(10, kind=NoticeKind.DRIFT)
    worst = findings.offenders[0].image
    run = finished(findings, pictures={worst: b"\xff\xd8 a jpeg"})
    follow_up(run)
    assert [one["Subject"] for one in mail.mails] == [
        "Drift in dogs - Images are darker than the reference"
    ]
    parts = [*mail.mails[0].walk()]
    pictures = [one.get_content() for one in parts if one.get_content_maintype() == "image"]
    assert pictures == [b"\xff\xd8 a jpeg"]
    page = f"{PREFIX}/runs/{findings.run_id}/report.html"
    assert f"Report: {run.place.bucket.url_of(page)}" in web.at("/other")[0].json["message"]
    record = record_of(run)
    assert [one.pop("seconds") >= 0 for one in record["deliveries"]] == [True] * 3
    assert record == {
        "schema_version": "1",
        "run_id": findings.run_id,
        "kind": "drift",
        "since": "2025-03-10T00:00:00Z",
        "repeats": None,
        "state": "sent",
        "claimed_at": "2025-03-20T03:15:00Z",
        "finished_at": "2025-03-20T03:15:00Z",
        "deliveries": [
            {"service": service, "position": position, "delivered": True, "problem": None}
            for position, service in enumerate(["mailto", "json", "json"], start=1)
        ],
    }
    assert SECRET not in json.dumps(record)


def test_a_repeated_run_sends_nothing_again(finished, web, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    run = finished(run_of_day(10, kind=NoticeKind.DRIFT))
    notify(run)
    before = record_of(run)
    notify(run)
    assert len(web.requests) == 1
    assert record_of(run) == before
    assert "told what it had to tell already" in caplog.text


def test_nothing_due_sends_nothing_and_leaves_no_record(finished, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    run = finished(run_of_day(10, drifts=False))
    notify(run)
    assert web.requests == []
    assert records(run) == []


def test_one_dead_url_stops_neither_the_others_nor_the_run(finished, web, monkeypatch, caplog):
    dead = f"json://127.0.0.1:{free_port()}/{SECRET}"
    monkeypatch.setenv(VARIABLE, f"{dead} {web.url('hook')}")
    run = finished(run_of_day(10, kind=NoticeKind.DRIFT))
    follow_up(run)
    assert len(web.requests) == 1
    record = record_of(run)
    assert record["state"] == "partly sent"
    assert [one["delivered"] for one in record["deliveries"]] == [False, True]
    assert "could not be reached" in record["deliveries"][0]["problem"]
    assert "json (URL 1 of DRIFT_NOTIFY_URLS): the service could not be reached" in caplog.text
    assert "The run itself is published" in caplog.text
    assert SECRET not in caplog.text + json.dumps(record)


def test_of_runs_at_once_one_sends(finished, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    findings = run_of_day(10, kind=NoticeKind.DRIFT)
    runs = [finished(findings) for _ in range(8)]
    together = threading.Barrier(len(runs))

    def go(run):
        together.wait()
        notify(run)

    threads = [threading.Thread(target=go, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(web.requests) == 1
    assert record_of(runs[0])["state"] == "sent"


def killed_while_sending(run):
    """Leave what a run leaves that was killed between its claim and the sending."""
    claim(
        run.place.bucket,
        PREFIX,
        run.findings.run_id,
        [DueNotice(notice=run.findings.notification)],
        now=datetime(2025, 3, 10, 3, tzinfo=UTC),
    )


def test_a_run_that_was_killed_while_sending_is_not_sent_again_and_the_log_says_so(
    finished, web, monkeypatch, caplog
):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    run = finished(run_of_day(10, kind=NoticeKind.DRIFT))
    killed_while_sending(run)
    notify(run)
    assert web.requests == []
    assert record_of(run)["state"] == "claimed"
    assert "was claimed at 2025-03-10T03:00:00Z" in caplog.text
    assert f"{run.findings.run_id}.json" in caplog.text


@pytest.mark.parametrize("how", ["killed", "all failed"])
def test_what_reached_nobody_is_told_by_the_next_run_and_then_no_more(
    finished, web, monkeypatch, how
):
    first = finished(run_of_day(10, kind=NoticeKind.DRIFT))
    if how == "killed":
        killed_while_sending(first)
    else:
        monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{free_port()}/x")
        with pytest.raises(PublishError):
            notify(first)
        assert record_of(first)["state"] == "failed"
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    days = [run_of_day(day) for day in (10, 11, 12)]
    rows = [history_row(day) for day in days]
    second = finished(days[1], history=rows[:1])
    notify(second)
    assert [one.json["title"] for one in web.requests] == [
        "Drift in dogs - Images are darker than the reference"
    ]
    assert record_of(second)["repeats"] == first.findings.run_id
    assert record_of(second)["since"] == "2025-03-10T00:00:00Z"
    notify(finished(days[2], history=rows[:2]))
    assert len(web.requests) == 1


def test_what_reached_nobody_is_not_told_once_it_is_over(finished, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    first = finished(run_of_day(10, kind=NoticeKind.DRIFT))
    killed_while_sending(first)
    over = recovered_on(11, first)
    notify(finished(over, history=[history_row(first.findings)]))
    assert [one.json["title"].split(" ")[0] for one in web.requests] == ["Recovered:"]


def test_of_the_end_of_a_drift_that_nobody_heard_of_nobody_is_told(finished, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{free_port()}/dead")
    first = finished(run_of_day(10, kind=NoticeKind.DRIFT))
    with pytest.raises(PublishError):
        notify(first)
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    over = recovered_on(11, first)
    notify(finished(over, history=[history_row(first.findings)]))
    assert web.requests == []


def test_notifications_that_are_set_up_during_a_drift_do_not_tell_old_news(
    finished, web, monkeypatch
):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    run = finished(run_of_day(11), history=[history_row(run_of_day(10))])
    notify(run)
    assert web.requests == []


def test_a_backfill_tells_nobody(finished, web, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    later = history_row(run_of_day(12))
    run = finished(run_of_day(10, kind=NoticeKind.DRIFT), history=[later])
    notify(run)
    assert web.requests == []
    assert records(run) == []
    assert "a run with a later window is published" in caplog.text


def test_an_accepted_run_that_is_repeated_tells_nobody(finished, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    findings = run_of_day(10, kind=NoticeKind.DRIFT)
    own = dataclasses.replace(history_row(findings), accepted=ACCEPTED)
    notify(finished(findings, history=[own]))
    assert web.requests == []


def test_two_runs_of_one_window_end_tell_the_same_thing_once(finished, web, monkeypatch):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    first = run_of_day(10, kind=NoticeKind.DRIFT)
    notify(finished(first))
    other = run_of_day(10, kind=NoticeKind.DRIFT, name="99999999")
    notify(finished(other, history=[history_row(first)]))
    assert len(web.requests) == 1


@pytest.mark.parametrize(
    ("template", "link"),
    [
        ("https://example.com/o/{path}", f"https://example.com/o/{PREFIX}/runs/RUN/report.html"),
        ("https://example.com/{job}?run={run_id}", "https://example.com/dogs?run=RUN"),
    ],
)
def test_the_link_is_made_by_the_template(finished, web, monkeypatch, template, link):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    findings = run_of_day(10, kind=NoticeKind.DRIFT)
    notify(finished(findings, reports={"link_template": template}))
    sent = web.requests[0].json["message"]
    assert sent.endswith(f"Report: {link.replace('RUN', findings.run_id)}")


def test_a_bucket_that_signs_no_links_gets_the_plain_one_and_a_warning(
    finished, web, monkeypatch, caplog
):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    run = finished(run_of_day(10, kind=NoticeKind.DRIFT), reports={"signed_links": "7d"})
    notify(run)
    assert run.place.bucket.url_of(run.page_name) in web.requests[0].json["message"]
    assert "no bucket that signs links" in caplog.text


def test_the_record_is_claimed_and_kept_in_a_cloud_bucket(finished, web, monkeypatch, gcs_server):
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    bucket = open_bucket(f"gs://{gcs_server.make_bucket()}/team")
    findings = run_of_day(10, kind=NoticeKind.DRIFT)
    for _ in range(2):
        notify(finished(findings, bucket=bucket, reports={"signed_links": "7d"}))
    assert len(web.requests) == 1
    assert json.loads(bucket.read(record_name(PREFIX, findings.run_id)).data)["state"] == "sent"
    # Nothing can sign here: the plain link is sent.
    assert f"Report: {bucket.url}/{PREFIX}/runs" in web.requests[0].json["message"]


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_without_urls_there_is_nothing_to_follow_up(tmp_path, monkeypatch, value):
    if value is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, value)
    assert "notifications" not in follow_ups(job_of(tmp_path))


def test_the_variable_can_have_another_name(tmp_path, monkeypatch):
    monkeypatch.setenv("TEAM_URLS", "json://127.0.0.1/x")
    job = job_of(tmp_path, notifications={"urls_from": "TEAM_URLS"})
    assert "notifications" in follow_ups(job)
