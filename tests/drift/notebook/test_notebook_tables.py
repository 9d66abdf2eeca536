"""The tables of a report beside normal days, and of one that knows none."""

import json

import numpy as np

from drift.notebook.tables import class_table, column_table
from reports.findings.run import RunFindings
from reports.json_report.report import report_json
from tests.support import findings as examples
from tests.support import normal_days


def report_of(findings: RunFindings) -> dict[str, object]:
    return json.loads(report_json(findings))


def test_a_column_has_what_is_usual_and_how_far_it_lies_from_that():
    findings = normal_days.drifted_from_days()
    table = column_table(report_of(findings)).set_index("column")
    for column in findings.features:
        row = table.loc[column.name]
        beside = column.beside_days
        expected = [beside.usual, beside.difference, beside.day_spread] if beside else [np.nan] * 3
        found = row[["usual", "difference", "day_spread"]].to_numpy(dtype=float)
        assert np.array_equal(found, expected, equal_nan=True)


def test_a_class_has_its_share_on_normal_days():
    findings = normal_days.drifted_from_days()
    table = class_table(report_of(findings)).set_index(["column", "name"])
    shares = {
        (one.name, label): share
        for one in findings.predictions
        if one.beside_days is not None
        for label, share in one.beside_days.usual_shares.items()
    }
    assert shares
    for place, share in shares.items():
        assert table.loc[place, "usual_share"] == share


def test_without_normal_days_and_in_older_reports_they_are_empty():
    report = report_of(examples.drifted())
    older = report_of(examples.drifted())
    for column in (*older["features"], *older["predictions"]):
        del column["beside_days"]
    for one in (report, older):
        table = column_table(one)
        assert table[["usual", "difference", "day_spread"]].isna().all(axis=None)
        assert class_table(one)["usual_share"].isna().all()
