"""Real runs over weeks whose labels come late: who is told of the model, and what metrics say."""

import re
from datetime import timedelta

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from tests.support.late_labels import LabelForm, LateWorld, late_job, show
from tests.support.receivers import web_server

pytestmark = [pytest.mark.usefixtures("without_evidently"), pytest.mark.slow]

VARIABLE = "DRIFT_NOTIFY_URLS"
GOOD, WORSE = (0.92,) * 14, (0.65,) * 5
WORLD = LateWorld(days=28, per_day=80, accuracy=(*GOOD, *WORSE, 0.92), days_late=2.0, unknown=0)
TABLES = {"window": {"last": "1d"}, "notifications": {"remind_every": "never"}}


def run_day(folder, number, **tables):
    """Run the job on a day, in the night after it, with the labels that are there by then."""
    until = WORLD.day(number + 1)
    show(WORLD, folder, until + timedelta(hours=3), LabelForm.JSON_LINES)
    job = late_job(folder, LabelForm.JSON_LINES, **{**TABLES, **tables})
    return run_job(open_workplace(job), RunOptions(until=until))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Run sixteen days one after the other, with a file for the metrics."""
    folder = tmp_path_factory.mktemp("world")
    metrics = {"metrics": {"textfile": str(folder / "dogs.prom")}}
    with web_server() as web, pytest.MonkeyPatch.context() as environment:
        environment.setenv(VARIABLE, web.url("hook"))
        days = [run_day(folder, number, **metrics) for number in range(11, 27)]
        yield folder, web, days


def kinds(days):
    found = [day.quality_notification for day in days]
    return [one.kind.value for one in found if one is not None]


def test_a_drop_is_told_once_and_its_end_once(told):
    _folder, web, days = told
    assert kinds(days) == ["quality_dropped", "quality_recovered"]
    titles = [request.json["title"].partition(" - ")[0] for request in web.requests]
    of_model = [title for title in titles if "odel" in title]
    assert len(of_model) == 2
    assert len(web.requests) <= 2 + sum(day.notification is not None for day in days)


def test_the_message_says_how_far_the_score_fell(told):
    _folder, web, _days = told
    message = next(one.json for one in web.requests if "orse" in one.json["title"])
    assert re.search(
        r"(?i)accuracy fell from 0\.\d+ to 0\.\d+", message["title"] + message["message"]
    )
    assert "The wrong answers that the model was most sure of:" in message["message"]


def test_the_metrics_are_those_of_the_newest_run(told):
    folder, _web, days = told
    text = (folder / "dogs.prom").read_text(encoding="utf-8")
    quality = days[-1].model_quality
    assert f'image_drift_model_state{{drift_job="dogs",state="{quality.state}"}} 1' in text
    assert quality.newest is not None
    score = re.search(r'image_drift_model_score\{drift_job="dogs",measure="accuracy"\} (\S+)', text)
    assert score is not None
    assert float(score[1]) == pytest.approx(quality.newest.scores.accuracy.value)


def test_a_repeated_run_tells_nobody_again(told, monkeypatch):
    folder, web, days = told
    monkeypatch.setenv(VARIABLE, web.url("hook"))
    before = len(web.requests)
    dropped = next(number for number, day in enumerate(days) if day.quality_notification)
    for number in (11 + dropped, 26):
        run_day(folder, number)
    assert len(web.requests) == before
