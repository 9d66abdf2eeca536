"""The scores of a model's view stand wherever a run's columns do: history, metrics, acceptance."""

import json

from drift.notebook.tables import column_table
from reference_stats.model_view.view_scores import NOVELTY, VIEW_SCORES
from reports.findings.answers import State
from reports.history.history import history_row
from reports.json_report.report import report_json
from reports.metrics.samples import samples_of
from reports.publishing.acceptance import _published_run
from tests.support.model_view_findings import novel_images

RUN = novel_images()
NAMES = {score.name for score in VIEW_SCORES}


def test_the_history_keeps_how_far_they_moved() -> None:
    row = history_row(RUN)
    assert row.effects.keys() >= NAMES
    assert row.states[NOVELTY.name] is State.DRIFT


def test_they_have_metrics_of_their_own_kind() -> None:
    labels = {tuple(one.labels) for one in samples_of(RUN)}
    kinds = {name for name in NAMES if any("view" in one and name in one for one in labels)}
    assert kinds == NAMES


def test_notebooks_say_what_they_are_about() -> None:
    table = column_table(json.loads(report_json(RUN))).set_index("column")
    assert set(table.index[table["about"] == "view"]) == NAMES


def test_an_accepted_run_remembers_how_far_they_moved() -> None:
    report = json.loads(report_json(RUN))
    moved = {one["name"] for one in report["view"] if one["shift"] is not None}
    assert moved
    assert _published_run(report).shifts.keys() >= moved
