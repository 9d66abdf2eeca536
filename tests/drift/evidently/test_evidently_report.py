"""Evidently's page beside ours: it agrees, repeats exactly, and runs nothing from the log."""

import contextlib
import dataclasses
import json
from dataclasses import replace

import numpy as np
import pytest

from drift.comparison.compare import compare, drift_score
from drift.evidently.report import TEST_TITLES, import_quietly, render
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.days import Basis, BesideDays
from tests.support.columns import classes, lined_up, numeric
from tests.support.evidently_page import charts_of, differences, page_data

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
        classes(
            "prediction",
            ["a"] * 200 + ["b"] * 100,
            ["a"] * 50 + ["b"] * 30 + ["c"] * 25 + [HOSTILE] * 15,
        ),
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


def on_days(finding, number):
    """Return a finding about normal days, drifted where its number is odd."""
    drifted = number % 2 == 1
    return dataclasses.replace(
        finding,
        state=State.DRIFT if drifted else State.STEADY,
        # An improbable but small difference is none either.
        adjusted_p_value=0.001 if drifted or number % 4 == 0 else 0.4,
        threshold=0.01,
        beside_days=BesideDays(usual=0.1, difference=0.9, day_spread=0.1),
    )


def test_on_the_basis_of_days_the_title_says_so_and_scores_follow_those_findings(columns, findings):
    said = {name: on_days(one, at) for at, (name, one) in enumerate(sorted(findings.items()))}
    made = render(columns, said, Basis.DAYS)
    metrics = [
        metric
        for metric in json.loads(made.json)["metrics"]
        if metric["config"]["type"].endswith("ValueDrift")
    ]
    harmless = HOSTILE.translate({ord("<"): "\uff1c", ord(">"): "\uff1e"})
    names = {**{name: name for name in said}, harmless: HOSTILE}
    for metric in metrics:
        below = metric["value"] < metric["config"]["threshold"]
        assert below == (said[names[metric["config"]["column"]]].state is State.DRIFT)
    assert TEST_TITLES[Basis.DAYS] in made.html.decode()
    assert TEST_TITLES[Basis.REFERENCE] not in made.html.decode()


def test_on_the_basis_of_the_reference_the_title_says_so(files):
    assert TEST_TITLES[Basis.REFERENCE] in files.html.decode()


def test_equal_input_gives_equal_bytes(files, columns, findings):
    assert render(columns, findings) == files


def test_the_page_holds_what_evidently_makes_without_shortcuts(
    files, columns, findings, monkeypatch
):
    api = import_quietly("drift.evidently.api")
    monkeypatch.setattr(api, "shortcuts", contextlib.nullcontext)
    theirs = render(columns, findings)
    ours = charts_of(files.html)
    assert len(ours) > 3 * 4
    assert list(differences(ours, charts_of(theirs.html))) == []
    assert list(differences(page_data(files.html), page_data(theirs.html))) == []
    assert list(differences(json.loads(files.json), json.loads(theirs.json))) == []


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
