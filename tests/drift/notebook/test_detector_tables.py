"""A detector's scores as tables: a row a day, a row a class, and none in another job."""

import json

import numpy as np
import pytest

from drift.notebook.detector_tables import box_class_table, class_day_table, detector_day_table
from drift.notebook.quality_tables import quality_table
from reports.findings.model_quality.quality import QualityState
from reports.history.history import history_row
from reports.json_report.report import report_json
from tests.support import findings as examples
from tests.support.detected_runs import detected_run
from tests.support.labelled_runs import labelled_run

TABLES = (detector_day_table, box_class_table, class_day_table)
RUN = detected_run(examples.steady(), QualityState.DROPPED)
DETECTION = RUN.model_quality.detection


def report_of(run):
    return json.loads(report_json(run))


def test_a_day_has_the_numbers_of_the_report_and_gaps_where_nothing_is_labelled():
    table = detector_day_table(report_of(RUN))
    assert table["labelled"].tolist() == [44, 0]
    assert table["boxes"].tolist() == [700, 700]
    first, second = table.iloc[0], table.iloc[1]
    scores = DETECTION.days[0].scores
    for measure in ("ap", "ap50", "ap75", "ar1", "ar10", "ar100", "mean_iou"):
        estimate = getattr(scores, measure)
        found = [first[f"{measure}{end}"] for end in ("", "_low", "_high")]
        assert found == [estimate.value, estimate.low, estimate.high]
        assert np.isnan(second[measure])
    names = ["lowest_score", "mean_score", "highest_score"]
    assert second[names].tolist() == [0.5, 0.76, 0.99]
    assert f"{first['start']:%Y-%m-%d}" == "2025-03-10"


def test_a_class_has_its_scores_and_one_without_a_true_box_has_none():
    table = box_class_table(report_of(RUN)).set_index("name")
    assert table.index.tolist() == ["person", "truck", "bus", "kite"]
    truck = table.loc["truck"]
    assert truck[["ap50", "ap50_low", "ap50_before"]].tolist() == pytest.approx([0.31, 0.21, 0.8])
    assert truck["true_boxes"] == 80
    assert np.isnan(table.loc["kite", "ap50"])
    assert table["known_to_model"].all()


def test_classes_by_day_make_a_line_a_class():
    table = class_day_table(report_of(RUN))
    assert table["name"].tolist() == ["truck", "bus"]
    lines = table.pivot(index="start", columns="name", values="ap50")
    assert lines["truck"].tolist() == pytest.approx([0.35])


@pytest.mark.parametrize("table", TABLES)
def test_in_another_job_and_in_older_reports_there_are_columns_and_no_rows(table):
    classifier = report_of(labelled_run(examples.steady(), QualityState.HOLDS))
    older = report_of(labelled_run(examples.steady(), QualityState.HOLDS))
    del older["model_quality"]["detection"]
    oldest = report_of(examples.steady())
    del oldest["model_quality"]
    expected = table(report_of(RUN))
    for report in (classifier, older, oldest, report_of(examples.steady())):
        found = table(report)
        assert len(found) == 0
        assert found.dtypes.to_dict() == expected.dtypes.to_dict()


def test_the_table_of_runs_says_that_the_score_is_ap50():
    rows = [history_row(detected_run(examples.steady(), state)) for state in QualityState]
    table = quality_table(rows)
    assert table["measure"].tolist() == ["ap50"] * 3
    assert table["score"].tolist() == pytest.approx([0.83, 0.55, np.nan], nan_ok=True)
    assert table["before"].tolist() == pytest.approx([0.84, 0.84, np.nan], nan_ok=True)
