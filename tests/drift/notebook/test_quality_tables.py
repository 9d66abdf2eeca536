"""The model's quality as tables: a row a run, a row a week, and none without labels."""

import dataclasses

import numpy as np
import pytest

from drift.notebook.quality_tables import quality_table, week_table
from reports.findings.model_quality.quality import QualityPoint, QualityState
from reports.findings.model_quality.scores import Estimate
from reports.history.history import history_row
from reports.history.run_quality import QualityOfRun
from tests.support import findings as examples
from tests.support.labelled_runs import labelled_run

ROW = history_row(examples.steady())


def week(start, end, labelled, predictions, score=None):
    estimate = None if score is None else Estimate(value=score, low=score - 0.1, high=None)
    return QualityPoint(
        start=start, end=end, labelled=labelled, predictions=predictions, score=estimate
    )


def run_with(run_id, *weeks):
    quality = QualityOfRun(state=QualityState.HOLDS, weeks=weeks)
    return dataclasses.replace(ROW, run_id=run_id, model_quality=quality)


def test_a_run_has_the_numbers_of_its_report_and_a_run_without_labels_no_row():
    rows = [history_row(labelled_run(examples.steady(), state)) for state in QualityState]
    table = quality_table([ROW, *rows])
    assert table["state"].tolist() == [state.value for state in QualityState]
    dropped = table.set_index("state").loc["dropped"]
    assert dropped[["score", "low", "high", "before"]].tolist() == pytest.approx(
        [0.81, 0.79, 0.83, 0.93]
    )
    assert dropped["labelled"] == 310
    assert (dropped["window_labelled"], dropped["window_predictions"]) == (204, 1400)
    assert f"{dropped['since']:%Y-%m-%d}" == "2025-03-07"
    unknown = table.set_index("state").loc["unknown"]
    assert np.isnan(unknown["score"])
    assert unknown[["newest_end", "since"]].isna().all()


def test_a_week_is_told_by_the_newest_run_that_knows_all_of_it():
    monday, next_monday = "2025-03-03T00:00:00Z", "2025-03-10T00:00:00Z"
    rows = [
        run_with("early", week(monday, "2025-03-06T00:00:00Z", 0, 30)),
        run_with("whole", week(monday, next_monday, 20, 70, 0.8)),
        run_with("late", week(monday, next_monday, 60, 70, 0.9)),
        # Only the last days of that week are within the wait of this run.
        run_with(
            "cut", week("2025-03-08T00:00:00Z", next_monday, 20, 20, 0.5),
            week(next_monday, "2025-03-17T00:00:00Z", 5, 70, 1.0),
        ),
    ]  # fmt: skip
    table = week_table(rows)
    assert table["run_id"].tolist() == ["late", "cut"]
    assert table["labelled"].tolist() == [60, 5]
    assert table["score"].tolist() == [0.9, 1.0]
    assert table["high"].isna().all()


@pytest.mark.parametrize(
    "first_day", ["2025-03-02T11:00:00Z", "2025-03-03T00:00:00Z", "2025-03-03T10:00:00Z"]
)
def test_a_week_begins_on_monday_in_the_zone_of_the_job(first_day):
    """Midnight in Auckland, in UTC and in Honolulu."""
    monday = week(first_day, first_day.replace("03-03", "03-04").replace("03-02", "03-03"), 1, 9)
    end = first_day.replace("03-03", "03-10").replace("03-02", "03-09")
    whole = week(first_day, end, 8, 60)
    tail = week(end.replace("03-10", "03-09").replace("03-09T11", "03-08T11"), end, 2, 9)
    table = week_table([run_with("a", monday), run_with("b", whole), run_with("c", tail)])
    assert table["predictions"].tolist() == [60]


def test_without_labels_the_tables_have_their_columns_and_no_rows():
    for table in (quality_table([ROW]), week_table([ROW])):
        assert len(table) == 0
        assert str(table["labelled"].dtype) == "int64"
