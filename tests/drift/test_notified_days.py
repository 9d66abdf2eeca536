"""A sequence of real runs: what people are told on which day, over real mail and HTTP."""

import base64
import io
import json
import re
from datetime import UTC, timedelta

import pytest
from PIL import Image, ImageStat

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from tests.support.receivers import mail_server, web_server
from tests.support.worlds import START, job_of, make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

VARIABLE = "DRIFT_NOTIFY_URLS"
# One column keeps the runs short; days this small show large shifts only.
TABLES = {
    "reference": {"features": "metrics.csv"},
    "predictions": {"path": "predictions_log.csv"},
    "detection": {"effect_to_see": 1.0},
    "notifications": {"remind_every": "2d"},
}
LIGHTS = (1.0, 0.5, 0.5, 0.5, 1.0)
REPORTS = "data_drift_reports/dogs"


def write_metrics(folder):
    """Write the reference's mean grey levels as a table."""
    lines = ["mean"]
    for path in sorted((folder / "reference").iterdir()):
        with Image.open(path) as image:
            lines.append(str(ImageStat.Stat(image.convert("L")).mean[0]))
    (folder / "metrics.csv").write_text("\n".join(lines))


def run_day(folder, day, *, writes=True, **tables):
    job = job_of(folder, **{**TABLES, **tables})
    place = open_workplace(job, writes=writes)
    until = START.replace(tzinfo=UTC) + timedelta(days=day + 1)
    return run_job(place, RunOptions(until=until, dry_run=not writes))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Five days, run one after the other; the world, its messages, and what was found."""
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, lights=LIGHTS, requests=60, references=120)
    write_metrics(folder)
    with (
        web_server() as web,
        mail_server() as mail,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv(VARIABLE, f"{mail.url} {web.url('hook')}")
        days = [run_day(folder, day) for day in range(len(LIGHTS))]
        yield folder, web, mail, days


def test_people_are_told_of_the_change_reminded_and_told_that_it_is_over(told):
    _folder, web, mail, days = told
    assert [day.verdict.value for day in days] == ["steady", "drift", "drift", "drift", "steady"]
    kinds = [day.notification.kind.value if day.notification else None for day in days]
    assert kinds == [None, "drift", None, "reminder", "recovered"]
    openings = [request.json["title"].partition(" - ")[0] for request in web.requests]
    assert openings == ["Drift in dogs", "Still drift in dogs", "Recovered: dogs"]
    assert [one["Subject"] for one in mail.mails] == [
        request.json["title"] for request in web.requests
    ]


def test_the_first_message_holds_sentence_images_and_link(told):
    folder, web, _mail, days = told
    first = web.requests[0].json
    lines = first["message"].split("\n")
    assert days[1].headline in first["title"]
    assert re.match(r"At least \d+ of 60 images differ from the reference\.", lines[0])
    for number, offender in enumerate(days[1].offenders[:2], start=1):
        assert f"{number}. {offender.image}: " in first["message"]
        data = base64.b64decode(first["attachments"][number - 1]["base64"])
        assert max(Image.open(io.BytesIO(data)).size) <= 160
    assert lines[-1] == f"Report: {folder}/{REPORTS}/runs/{days[1].run_id}/report.html"


def test_the_report_says_what_was_due_and_the_record_what_was_sent(told):
    folder, _web, _mail, days = told
    for day in days:
        report = json.loads((folder / REPORTS / "runs" / day.run_id / "report.json").read_bytes())
        record = folder / REPORTS / "notifications" / f"{day.run_id}.json"
        assert record.exists() == (report["notification"] is not None)
        if record.exists():
            sent = json.loads(record.read_bytes())
            assert {key: sent[key] for key in ("kind", "since")} == report["notification"]
            assert sent["state"] == "sent"


def test_repeating_the_days_changes_no_report_and_tells_nobody(told):
    folder, web, _mail, days = told
    sent = len(web.requests)
    for number in (1, 4):
        again, day = run_day(folder, number), days[number]
        assert (again.run_id, again.notification) == (day.run_id, day.notification)
        assert again.history_digest == day.history_digest
    assert len(web.requests) == sent


def test_a_dry_run_tells_nobody(told, tmp_path):
    folder, web, _mail, _days = told
    sent = len(web.requests)
    other = {**TABLES["detection"], "false_alarm_rate": 0.02}
    found = run_day(folder, 1, writes=False, detection=other)
    assert found.notification is not None
    assert len(web.requests) == sent


def test_with_thumbnails_off_no_picture_leaves_the_house(told, tmp_path, monkeypatch):
    folder, _web, _mail, _days = told
    with web_server() as web:
        monkeypatch.setenv(VARIABLE, web.url("hook"))
        private = {"path": "private", "thumbnails": False}
        found = run_day(folder, 1, reports=private)
    (request,) = web.requests
    assert found.offenders
    assert request.json["attachments"] == []
