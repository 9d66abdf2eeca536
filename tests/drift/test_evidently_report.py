"""Evidently's page beside ours: it agrees, repeats exactly, and runs nothing from the log."""

import json
from dataclasses import replace

import numpy as np
import pytest

from drift.comparison import compare, drift_score
from drift.evidently_report import render
from jobs.job import DetectionSettings
from reports.findings import State
from tests.support.columns import classes, lined_up, numeric

HOSTILE = "</script><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def columns():
    generator = np.random.default_rng(0)
    return [
        numeric("moved", generator.normal(size=300), generator.normal(2, 1, 120)),
        numeric("calm", generator.normal(size=300), generator.normal(size=120)),
        numeric("constant", [3.0] * 300, [3.0] * 120),
        numeric("one row", generator.normal(size=300), [0.5]),
        numeric("missing", generator.normal(size=300), []),
        classes("prediction", ["a", "b"] * 150, ["a", "b", "c", HOSTILE] * 30),
        classes(HOSTILE, ["a"] * 300, ["a"] * 120),
    ]


@pytest.fixture(scope="module")
def findings(columns):
    found = compare(lined_up(*columns), DetectionSettings()).findings
    return {finding.name: finding for finding in found}


@pytest.fixture(scope="module")
def files(columns, findings):
    return render(columns, findings)


def test_a_score_is_below_its_threshold_exactly_where_we_say_drift(files, findings):
    metrics = json.loads(files.json)["metrics"]
    scores = {
        metric["config"]["column"]: metric["value"] < metric["config"]["threshold"]
        for metric in metrics
        if metric["config"]["type"].endswith("ValueDrift")
    }
    harmless = HOSTILE.translate({ord("<"): "\uff1c", ord(">"): "\uff1e"})
    assert scores == {
        "moved": True,
        "calm": False,
        "constant": False,
        "one row": False,
        "prediction": True,
        harmless: False,
    }
    assert findings["moved"].state is findings["prediction"].state is State.DRIFT


def test_the_number_of_drifted_columns_is_ours(files, findings):
    (count,) = (
        metric["value"]["count"]
        for metric in json.loads(files.json)["metrics"]
        if metric["config"]["type"].endswith("DriftedColumnsCount")
    )
    assert count == sum(one.state is State.DRIFT for one in findings.values()) == 2


def test_equal_input_gives_equal_bytes(files, columns, findings):
    assert render(columns, findings) == files


def test_no_label_reaches_the_page_as_markup(files):
    assert b"<script>document.title" not in files.html
    assert b"</script><script>document" not in files.html
    assert rb"\uff1c/script\uff1e" in files.html


def test_without_a_common_column_there_is_a_page_that_says_so(columns):
    missing = [column for column in columns if column.name == "missing"]
    (found,) = compare(lined_up(*missing), DetectionSettings()).findings
    files = render(missing, {found.name: found})
    assert b"nothing to compare" in files.html
    assert json.loads(files.json)["metrics"] == []
    assert files.snapshot is None


def test_the_score_of_a_trivial_difference_is_one(findings):
    trivial = replace(findings["calm"], adjusted_p_value=1e-9, state=State.STEADY)
    assert drift_score(trivial) == 1.0
    assert drift_score(replace(trivial, state=State.DRIFT)) == 1e-9
    assert drift_score(findings["missing"]) == 1.0
