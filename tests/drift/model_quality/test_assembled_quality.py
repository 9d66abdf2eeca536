"""What is said of the model, made of the records of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drift.across_runs.marks import MarkedWindow, PersonsMarks
from drift.model_quality.assembling.assemble import assemble
from drift.model_quality.assembling.estimate import DRIFTED, NOVEL, UNSEEN, estimate_of
from drift.model_quality.assembling.gathered import GatheredLabels
from drift.model_quality.joining.joined import SEVERAL_ROWS, SpelledRows
from drift.model_quality.records.record import DayRecord
from drift.model_quality.reference.quality import ReferenceQuality
from drift.model_quality.scored_rows import COLUMNS, ScoredRows
from drift.model_quality.scoring.expected_accuracy import learn_threshold
from drift.model_quality.sums import ClassifierSums, DayQuality
from drift.model_quality.whole_days import whole_days
from jobs.job_file.job import Job
from jobs.labels.labels import ReadLabels
from jobs.times.windows import TimeWindow
from reports.findings.answers import State
from reports.findings.days import Level, LevelColumn, LevelState
from reports.findings.model_quality.quality import QualityBasis, QualityState
from tests.support.findings import steady
from tests.support.late_labels import LabelForm, late_job
from tests.support.model_view_findings import SEEN

END = datetime(2025, 3, 31, tzinfo=UTC)
DAYS = whole_days(END, timedelta(days=30), None)


def _rows() -> SpelledRows:
    kinds = {"moment": "int64", "confidence": "float64", "probability": "float64"}
    table = pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "str")) for name in COLUMNS})
    return SpelledRows(rows=ScoredRows(table=table))


def _labelled(true: str, count: int) -> SpelledRows:
    table = pd.DataFrame(
        {
            "moment": np.arange(count),
            "image": pd.Series([None] * count, dtype="str"),
            "id": [str(number) for number in range(count)],
            "predicted": "cat",
            "true": true,
            "confidence": np.nan,
            "probability": np.nan,
            "version": pd.Series([None] * count, dtype="str"),
        }
    )
    return SpelledRows(rows=ScoredRows(table=table), labels=count)


def _sums(right: int, wrong: int, *, true: str = "dog") -> ClassifierSums:
    return ClassifierSums(
        predictions=right + wrong,
        confusion={("cat", "cat"): right, (true, "cat"): wrong},
        images=right + wrong,
        right_images=float(right),
    )


def _record(number: int, sums: ClassifierSums) -> DayRecord:
    day = DAYS[number]
    quality = DayQuality(start=day.start, end=day.end, versions={None: sums})
    return DayRecord(quality=quality, labels=sums.labelled, newest=day.start.isoformat())


def _job(**tables: object) -> Job:
    return late_job(Path("dogs"), LabelForm.TABLE, **tables)


def _gathered(records: list[DayRecord], **changes: object) -> GatheredLabels:
    found = GatheredLabels(
        job=_job(),
        source="labels.csv",
        given=ReadLabels(
            by_id=pd.DataFrame(), by_image=pd.DataFrame(), url="labels.csv", objects=1, rows=9_000,
            digest="d", listing_digest="l", left_out={"no label": 2},
            noted={"given more than once": 3},
        ),
        count=8_000,
        window=TimeWindow(start=END - timedelta(days=7), end=END),
        days=DAYS,
        records=tuple(records),
        rows=_rows(),
        beside_days=_rows(),
        model_classes=frozenset({"cat", "dog"}),
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


def test_a_drop_of_the_last_days_is_told_beside_those_before() -> None:
    records = [_record(number, _sums(90, 10)) for number in range(23)]
    records += [_record(number, _sums(60, 40)) for number in range(23, 30)]
    found = assemble(_gathered(records), None)
    assert found.state is QualityState.DROPPED
    assert found.basis is QualityBasis.EARLIER
    assert found.newest is not None
    assert found.before is not None
    assert (found.newest.scores.labelled, found.before.scores.labelled) == (700, 2_300)
    assert found.labels.used == 3_000
    assert found.labels.left_out == {"no label": 2, "no prediction in the last 30 days": 5_000}
    assert [one.labelled for one in found.days] == [100] * 30
    assert sum(one.labelled for one in found.weeks) == 3_000
    assert [(one.true, one.predicted) for one in found.confusions] == [("dog", "cat")]


def test_days_that_a_person_rejected_never_teach() -> None:
    records = [_record(number, _sums(60, 40)) for number in range(10)]
    records += [_record(number, _sums(90, 10)) for number in range(10, 23)]
    records += [_record(number, _sums(75, 25)) for number in range(23, 30)]
    rejected = MarkedWindow(run_id="r", start=DAYS[0].start, end=DAYS[9].end)
    found = assemble(_gathered(records, marks=PersonsMarks(rejected=(rejected,))), None)
    assert found.state is QualityState.DROPPED
    assert found.before is not None
    assert found.before.start == "2025-03-11T00:00:00Z"


def test_a_class_that_is_spelled_otherwise_on_days_without_it_is_one_class() -> None:
    records = [_record(number, _sums(60, 40, true="DOG")) for number in range(30)]
    found = assemble(_gathered(records), None)
    assert {one.name for one in found.classes} == {"cat", "dog"}
    assert found.labels.noted == {"given more than once": 3}


def test_classes_that_the_model_never_answered_with_are_counted_and_named() -> None:
    records = [_record(number, _sums(60, 40, true="wolf")) for number in range(30)]
    found = assemble(_gathered(records), None)
    assert found.labels.noted["class that the model never answered with: wolf"] == 1_200
    wolf = next(one for one in found.classes if one.name == "wolf")
    assert not wolf.known_to_model


def test_rows_of_the_window_count_once_among_classes_that_the_model_never_answered_with() -> None:
    records = [_record(number, _sums(60, 40, true="wolf")) for number in range(30)]
    rows = _labelled("wolf", 40)
    found = assemble(_gathered(records, rows=rows), None)
    assert found.window.labelled == 40
    assert found.labels.noted["class that the model never answered with: wolf"] == 1_200
    behind = assemble(_gathered(records, rows=rows, beside_days=_labelled("wolf", 5)), None)
    assert behind.labels.noted["class that the model never answered with: wolf"] == 1_205
    assert behind.labels.used == 3_005


def test_days_without_a_label_count_among_predictions_and_teach_nothing() -> None:
    records = [_record(number, _sums(90, 10)) for number in range(0, 30, 2)]
    none = [
        DayQuality(
            start=DAYS[number].start,
            end=DAYS[number].end,
            versions={None: ClassifierSums(predictions=300)},
        )
        for number in range(1, 30, 2)
    ]
    sparse, found = (
        assemble(_gathered(records, without_labels=tuple(days)), None) for days in ([], none)
    )
    assert (found.labels.used, found.labels.predictions) == (1_500, 6_000)
    assert [one.predictions for one in found.days] == [100, 300] * 15
    assert sum(one.predictions for one in found.weeks) == 6_000
    assert found.newest is not None
    assert sparse.newest is not None
    assert (found.newest.start, found.newest.end) == (sparse.newest.start, sparse.newest.end)
    assert found.newest.scores.labelled == sparse.newest.scores.labelled
    assert found.newest.scores.predictions > sparse.newest.scores.predictions
    assert (found.drop, found.days_digest) == (sparse.drop, sparse.days_digest)


def test_labels_of_the_window_count_once_beside_those_of_the_days_that_it_holds() -> None:
    records = [_record(number, _sums(80, 20, true="unsure")) for number in range(30)]
    table = pd.DataFrame({name: [None] * 20 for name in COLUMNS}).assign(
        moment=0, confidence=0.5, probability=0.5, predicted="cat", true="unsure"
    )
    rows = SpelledRows(rows=ScoredRows(table=table), labels=20)
    found = assemble(_gathered(records, rows=rows), None)
    assert found.labels.noted["class that the model never answered with: unsure"] == 600
    (remark,) = found.remarks
    assert "600 of 3,000 labels are of classes that the model never answered with" in remark
    assert "labels.no_class" in remark


def test_that_no_label_is_used_is_told_with_the_reasons() -> None:
    (remark,) = assemble(_gathered([]), None).remarks
    assert remark.startswith(
        "9,000 labels were read, and none is used: no label (2) and no prediction in the last 30 "
        "days (8,000)."
    )


def test_ids_that_stand_for_many_predictions_are_told() -> None:
    records = [
        replace(_record(number, _sums(90, 10)), noted={SEVERAL_ROWS: 50}) for number in range(30)
    ]
    (remark,) = assemble(_gathered(records), None).remarks
    assert remark.startswith("1,500 of 3,000 labelled predictions share their id")


def test_ids_that_come_again_on_other_days_are_told() -> None:
    records = [_record(number, _sums(90, 10)) for number in range(30)]
    found = assemble(_gathered(records, count=1_500), None)
    assert found.labels.noted["the id stands for predictions of several days"] == 1_500
    (remark,) = found.remarks
    assert "1,500 of 3,000 labelled predictions share their id" in remark
    assert "with those of other days" in remark


def test_images_that_are_asked_for_on_several_days_have_one_label_rightly() -> None:
    table = {"path": "labels.csv", "columns": {"image": "image"}}
    records = [_record(number, _sums(90, 10)) for number in range(30)]
    found = assemble(_gathered(records, count=1_500, job=_job(labels=table)), None)
    assert found.labels.noted == {"given more than once": 3}
    assert found.remarks == ()


def test_with_too_few_labels_nothing_is_said() -> None:
    found = assemble(_gathered([_record(29, _sums(20, 1))]), None)
    assert (found.state, found.newest) == (QualityState.UNKNOWN, None)
    assert "21 of 21 predictions labelled" in found.headline


def test_where_days_are_few_the_reference_is_what_they_are_compared_with() -> None:
    records = [_record(number, _sums(60, 40)) for number in range(23, 30)]
    reference = ReferenceQuality(sums=_sums(900, 100))
    found = assemble(_gathered(records, reference=reference), None)
    assert (found.state, found.basis) == (QualityState.DROPPED, QualityBasis.REFERENCE)
    assert found.reference is not None
    assert found.reference.accuracy is not None
    assert found.reference.accuracy.value == pytest.approx(0.9)


def test_the_estimate_is_withheld_where_images_drifted_or_differ_or_are_unknown() -> None:
    confidence = np.linspace(0.3, 1, 100)
    learned = learn_threshold(confidence, confidence > 0.4)
    reference = ReferenceQuality(sums=_sums(900, 100), learned=learned)
    run = steady()
    calm = replace(
        run,
        features=tuple(replace(one, state=State.STEADY) for one in run.features),
        multivariate=None,
        level=None,
    )
    shown = estimate_of(reference, confidence, calm)
    assert shown is not None
    assert shown.score is not None
    assert shown.withheld == ""
    first = replace(calm.features[0], state=State.DRIFT)
    drifted = replace(calm, features=(first, *calm.features[1:]))
    column = LevelColumn(name=first.name, difference=1, low=0.9, high=1.1, day_spread=0.1)
    level = Level(state=LevelState.DIFFERS, blocks=9, summary="", columns=(column,))
    seen, novelty = replace(SEEN, novel=()), replace(calm.features[0], name="view_novelty")
    of_novelty = replace(column, name="view_novelty")
    level_of_novelty = replace(level, columns=(of_novelty,))
    for findings, why in (
        (drifted, DRIFTED),
        (replace(calm, level=level), DRIFTED),
        (replace(calm, features=()), UNSEEN),
        (replace(calm, model_view=seen, view=(replace(novelty, state=State.DRIFT),)), NOVEL),
        (replace(calm, model_view=seen, view=(novelty,), level=level_of_novelty), NOVEL),
        (replace(calm, model_view=SEEN, view=(novelty,)), NOVEL),
        (replace(drifted, model_view=SEEN, view=(novelty,)), NOVEL),
    ):
        found = estimate_of(reference, confidence, findings)
        assert found is not None
        assert (found.score, found.withheld) == (None, why)
    seen_as_usual = replace(calm, model_view=seen, view=(novelty,))
    usual = estimate_of(reference, confidence, seen_as_usual)
    assert usual is not None
    assert usual.withheld == ""
    assert estimate_of(None, confidence, calm) is None
    assert estimate_of(ReferenceQuality(sums=_sums(9, 1)), confidence, calm) is None
