"""Weeks of the model's score, put together from what several runs knew of them."""

from __future__ import annotations

from datetime import date

from reports.findings.model_quality.quality import QualityPoint, QualityState
from reports.history.quality_weeks import known_weeks
from reports.history.run_quality import QualityOfRun


def _run(*weeks: tuple[str, int, int]) -> QualityOfRun:
    points = [
        QualityPoint(
            start=f"{start}T00:00:00Z",
            end="2025-03-10T00:00:00Z",
            labelled=labelled,
            predictions=predictions,
            score=None,
        )
        for start, labelled, predictions in weeks
    ]
    return QualityOfRun(state=QualityState.HOLDS, weeks=tuple(points))


def test_a_week_has_the_labels_of_the_newest_run_and_all_predictions_that_a_run_knew() -> None:
    # The third run no longer knows of predictions without a label.
    (week,) = known_weeks(
        [
            _run(("2025-03-03", 10, 200)),
            _run(("2025-03-03", 60, 700)),
            _run(("2025-03-03", 65, 300)),
        ]
    )
    assert (week.monday, week.place) == (date(2025, 3, 3), 2)
    assert (week.point.labelled, week.point.predictions) == (65, 700)


def test_a_run_that_knows_less_of_a_week_changes_nothing() -> None:
    whole, part = _run(("2025-03-03", 60, 700)), _run(("2025-03-06", 20, 300))
    (week,) = known_weeks([whole, part])
    assert (week.place, week.point.labelled, week.point.predictions) == (0, 60, 700)


def test_what_is_no_time_is_passed_over() -> None:
    assert known_weeks([_run(("soon", 1, 1))]) == ()
