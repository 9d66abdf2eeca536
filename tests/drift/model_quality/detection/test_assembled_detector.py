"""What is said of a detector, made of the records of its days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.detector_drop_parts.simulated_detector import (
    CLASSES,
    hardness_of,
    simulated_table,
)
from drift.across_runs.marks import MarkedWindow, PersonsMarks
from drift.model_quality.detection.assembling import cached_scores, scored_days
from drift.model_quality.detection.assembling.assemble import assemble_detector
from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.joining.joined import NO_SIZE
from drift.model_quality.detection.match_table import merge_tables
from drift.model_quality.detection.scores import score_detections
from drift.model_quality.detection.stretch_scores import detector_scores
from drift.model_quality.detection.sums import ConfidenceSums, DetectorDay, DetectorSums
from drift.model_quality.whole_days import whole_days
from jobs.times.windows import TimeWindow
from reports.findings.model_quality.detection import DetectorScores, WorstImage
from reports.findings.model_quality.labels import LabelInput
from reports.findings.model_quality.quality import ModelKind, QualityBasis, QualityState
from tests.support.late_labels import LabelForm, late_job

END = datetime(2025, 3, 31, tzinfo=UTC)
DAYS = whole_days(END, timedelta(days=30), None)
LABELS = LabelInput(
    source="annotations/*.json", digest="d", objects=1, rows=3_000, used=3_000,
    since="2025-03-01T00:00:00Z", newest=None, predictions=6_000,
)  # fmt: skip


class CountedMemory:
    """Remembers in memory, and counts what is put."""

    def __init__(self):
        self.data, self.puts = {}, []

    def get(self, name):
        return self.data.get(name)

    def put(self, name, data):
        assert b"\n" not in data
        self.puts.append(name)
        self.data[name] = data


def table_of(ap50, images=100, seed=0):
    return simulated_table(np.random.default_rng(seed), hardness_of(np.full(images, ap50)))


def sums_of(table, predictions=None):
    scores = table.score
    return DetectorSums(
        predictions=predictions or 2 * table.images,
        confidences=ConfidenceSums(
            count=len(scores),
            total=float(scores.sum()),
            lowest=float(scores.min(initial=1)),
            highest=float(scores.max(initial=0)),
        ),
        table=table,
    )


def record_of(number, *tables, versions=(None,), worst=()):
    day = DAYS[number]
    sums = dict(zip(versions, map(sums_of, tables), strict=True))
    predictions = sum(one.predictions for one in sums.values())
    scores, classes = detector_scores(merge_tables(list(tables)), predictions, draws=20)
    return DetectorDay(
        start=day.start, end=day.end, versions=sums, scores=scores, classes=classes, worst=worst
    )


def records_of(*parts):
    """So many days of an AP50 each."""
    levels = [ap50 for days, ap50 in parts for _ in range(days)]
    return [record_of(at, table_of(ap50, seed=at)) for at, ap50 in enumerate(levels)]


def gathered(records, **changes):
    own = records[-1].versions if records else {None: sums_of(merge_tables([]), 200)}
    found = GatheredBoxes(
        job=late_job(Path("dogs"), LabelForm.TABLE),
        labels=LABELS,
        window=TimeWindow(start=DAYS[-1].start, end=END),
        days=DAYS,
        records=tuple(records),
        window_versions=own,
        days_digest="of all records",
    )
    return replace(found, **changes)


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    """Intervals of few draws: 200 for each week would take a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scored_days, "DRAWS", 10)
        patch.setattr(cached_scores, "DRAWS", 10)
        yield


@pytest.fixture(scope="module")
def fallen():
    return gathered(records_of((27, 0.84), (3, 0.55)))


@pytest.fixture(scope="module")
def told(fallen):
    return assemble_detector(fallen)


def pooled(records):
    return score_detections(merge_tables([one.versions[None].table for one in records]))


def test_a_fall_of_ap50_is_told_beside_the_days_before(told):
    assert (told.kind, told.state) == (ModelKind.DETECTOR, QualityState.DROPPED)
    assert (told.basis, told.drop.measure) == (QualityBasis.EARLIER, "ap50")
    assert told.drop.since == "2025-03-28T00:00:00Z"
    assert told.days_digest == "of all records"
    assert told.window.accuracy is None
    assert len(told.days) == len(told.detection.days) == 30
    assert (told.classes, told.confusions, told.versions) == ((), (), ())


def test_scores_of_stretches_are_those_of_all_their_images_together(told, fallen):
    of_day = {f"{one.start:%Y-%m-%dT%H:%M:%SZ}": at for at, one in enumerate(fallen.records)}
    for stretch, scores in (
        (told.newest, told.detection.newest),
        (told.before, told.detection.before),
    ):
        first = of_day[stretch.start]
        days = fallen.records[first : first + stretch.scores.labelled // 100]
        assert scores.ap50.value == pooled(days).ap50
        assert (scores.labelled, scores.predictions) == (100 * len(days), 200 * len(days))
    for point, week in zip(told.detection.weeks, told.weeks, strict=True):
        first = of_day[point.start]
        days = fallen.records[first : first + point.scores.labelled // 100]
        assert point.scores.ap75.value == pooled(days).ap75
        assert week.score == point.scores.ap50


def test_the_drop_is_the_difference_of_the_scores_beside_it(told):
    before, newest = told.detection.before.ap50.value, told.detection.newest.ap50.value
    assert told.drop.drop.value == before - newest
    assert told.drop.drop.low < told.drop.drop.value < told.drop.drop.high
    assert (told.score.value, told.score_before) == (newest, before)


def test_classes_have_what_they_were_before(told):
    assert told.detection.classes[0].name == CLASSES[0]
    for one in told.detection.classes:
        assert one.known_to_model
        assert one.ap50_before > one.ap50.value
    assert [one.name for one in told.detection.days[0].classes] == [
        one.name for one in told.detection.classes
    ]


def test_a_detector_that_holds_holds():
    told = assemble_detector(gathered(records_of((30, 0.84))))
    assert told.state is QualityState.HOLDS
    assert told.drop.since is None
    assert told.drop.smallest > 0.02


def test_first_days_are_compared_with_the_reference():
    reference = sums_of(table_of(0.84, images=600, seed=99))
    told = assemble_detector(gathered(records_of((1, 0.55)), reference=reference))
    assert (told.state, told.basis) == (QualityState.DROPPED, QualityBasis.REFERENCE)
    assert told.before is None
    assert told.detection.before == told.detection.reference
    assert told.score_before == told.detection.reference.ap50.value
    assert told.reference.labelled == 600


def test_days_without_labels_are_points_and_nothing_more():
    empty = merge_tables([])
    records = [record_of(at, empty) for at in range(3)]
    told = assemble_detector(gathered(records))
    assert (told.state, told.newest, told.detection.newest) == (QualityState.UNKNOWN, None, None)
    assert [(one.labelled, one.score) for one in told.days] == [(0, None)] * 3


def test_nothing_at_all_is_not_known():
    told = assemble_detector(gathered([]))
    assert told.state is QualityState.UNKNOWN
    assert told.detection.window.predictions == 200


def test_rejected_days_are_not_what_the_newest_are_compared_with():
    records = records_of((10, 0.6), (13, 0.85), (1, 0.6))
    rejected = MarkedWindow(run_id="r", start=DAYS[0].start, end=DAYS[9].end)
    told = assemble_detector(gathered(records, marks=PersonsMarks(rejected=(rejected,))))
    assert told.before.start == f"{DAYS[10].start:%Y-%m-%dT%H:%M:%SZ}"
    assert told.state is QualityState.DROPPED


def test_a_second_run_draws_nothing_again(fallen, told):
    memory = CountedMemory()
    first = assemble_detector(replace(fallen, remembered=memory))
    put = list(memory.puts)
    assert assemble_detector(replace(fallen, remembered=memory)) == first == told
    assert memory.puts == put
    assert len(put) == len(set(put))


@pytest.mark.parametrize("broken", [b"", b"{}", b"[1", b'{"key": 1}', b"\xff"])
def test_a_broken_cache_is_as_none(fallen, told, broken):
    memory = CountedMemory()
    assemble_detector(replace(fallen, remembered=memory))
    keys = {name: data[: data.index(b",")] + b"}" for name, data in memory.data.items()}
    for data in (dict.fromkeys(memory.data, broken), keys):
        memory.data = dict(data)
        assert assemble_detector(replace(fallen, remembered=memory)) == told


def test_classes_of_labels_alone_are_counted_flagged_and_said():
    renamed = ("car", "person", "bicycle", "dog", "Traffic-Light")
    records = records_of((29, 0.84))
    # Of the last day, no box of the last class was predicted.
    table = table_of(0.84, seed=50)
    kept = table.class_code < 4
    columns = ("image", "class_code", "score", "hits", "ignored", "overlap")
    table = replace(table, classes=renamed, **{one: getattr(table, one)[kept] for one in columns})
    spelled = assemble_detector(gathered([*records, record_of(29, table)]))
    assert {one.name for one in spelled.detection.classes} == set(CLASSES)
    assert all(one.known_to_model for one in spelled.detection.classes)

    other = replace(table, classes=(*renamed[:4], "zebra"))
    told = assemble_detector(gathered([*records, record_of(29, other)]))
    zebra = next(one for one in told.detection.classes if one.name == "zebra")
    assert (zebra.known_to_model, zebra.ap50.value, zebra.ap50_before) == (False, 0.0, None)
    assert any("never predicted: zebra" in one for one in told.remarks)


def test_labels_that_name_other_classes_are_not_judged():
    table = replace(table_of(0.84), score=np.zeros(0), image=np.zeros(0, np.int32),
        class_code=np.zeros(0, np.int32), hits=np.zeros(0, np.uint16),
        ignored=np.zeros(0, np.uint16), overlap=np.zeros(0, np.float32))  # fmt: skip
    records = [record_of(at, table) for at in range(10)]
    told = assemble_detector(gathered(records, model_classes=frozenset({"12", "13"})))
    assert (told.state, told.newest) == (QualityState.UNKNOWN, None)
    assert {one.name for one in told.detection.classes} == set(CLASSES)
    assert not any(one.known_to_model for one in told.detection.classes)


def test_versions_of_the_newest_day_have_scores_of_their_own():
    tables = table_of(0.9, 60, seed=51), table_of(0.6, 60, seed=52)
    told = assemble_detector(gathered([record_of(29, *tables, versions=("1", "2"))]))
    found = {one.version: one.scores.ap50.value for one in told.detection.versions}
    assert found == {
        "1": score_detections(tables[0]).ap50,
        "2": score_detections(tables[1]).ap50,
    }


def test_the_worst_images_of_several_days_are_put_together():
    def worst(name, f1):
        return WorstImage(
            image=name, id=name, timestamp="2025-03-30T00:00:00Z", true_boxes=2, found=1, missed=1,
            strangers=0, f1=f1,
        )  # fmt: skip

    records = [
        record_of(at, table_of(0.84, 20, seed=at), worst=(worst(f"{at}", at / 30),))
        for at in range(30)
    ]
    told = assemble_detector(gathered(records))
    days = told.newest.scores.labelled // 20
    assert days > 1
    expected = [f"{30 - days + at}" for at in range(days)]
    assert [one.image for one in told.detection.worst] == expected[:12]
    assert 0 < told.detection.worst_cut < 1


def test_scores_that_were_cut_are_said():
    def cut(table, lowest):
        kept = table.score >= lowest
        columns = ("image", "class_code", "score", "hits", "ignored", "overlap")
        return replace(table, **{one: getattr(table, one)[kept] for one in columns})

    tables = [cut(table_of(0.84, 300, seed=at), 0.5 if at > 20 else 0.3) for at in range(30)]
    told = assemble_detector(gathered([record_of(at, one) for at, one in enumerate(tables)]))
    assert told.detection.newest_confidences.cut == 0.5
    assert any("below 0.5" in one and "truncated" in one for one in told.remarks)


def test_boxes_in_two_units_without_a_size_are_said_with_what_mends_it():
    records = records_of((30, 0.84))
    some = replace(LABELS, left_out={NO_SIZE: 40, "another reason": 3})
    told = assemble_detector(gathered(records, labels=some))
    (said,) = [one for one in told.remarks if "neither the log nor the labels" in one]
    assert said.startswith("40 labelled images are not scored: ")
    assert "predictions.columns.boxes.width and height" in said
    assert "labels.columns.boxes.width and height" in said
    assert told.labels.left_out == some.left_out

    none = replace(LABELS, used=0, left_out={NO_SIZE: 1})
    told = assemble_detector(gathered((), labels=none))
    assert [one[:31] for one in told.remarks] == ["1 labelled image is not scored:"]
    told = assemble_detector(gathered(records))
    assert not [one for one in told.remarks if "not scored" in one]


def test_images_labelled_without_a_true_box_on_any_of_many_days_are_said():
    empty = [record_of(at, table_of(0.84, 5, seed=at)) for at in range(6)]
    nothing = [
        replace(
            one,
            scores=DetectorScores(labelled=20, predictions=40),
            versions={None: sums_of(merge_tables([]), 40)},
        )
        for one in empty[:4]
    ]
    told = assemble_detector(
        gathered([*nothing, *empty[4:]], labels=replace(LABELS, used=90, predictions=180))
    )
    assert told.state is QualityState.UNKNOWN
    assert told.headline == (
        "90 of 180 images labelled so far, 10 on days with true boxes; 50 labelled images on such "
        "days are needed"
    )


def test_min_labels_counts_labelled_images_whatever_they_tell():
    """Of 24 images a day AP50 varies as a share of far fewer or more images does."""
    records = [record_of(at, table_of(0.84, 14, seed=at)) for at in range(16)]
    told = assemble_detector(gathered(records, labels=replace(LABELS, used=219, predictions=384)))
    assert told.state is not QualityState.UNKNOWN
    assert told.newest.scores.labelled >= told.min_labels
    assert "so far" not in told.headline


def test_days_of_which_not_all_boxes_are_kept_are_said():
    records = records_of((29, 0.84))
    whole = record_of(29, table_of(0.84, 100, seed=60))
    part = sums_of(table_of(0.84, 40, seed=61), 200)
    told = assemble_detector(gathered([*records, replace(whole, versions={None: part})]))
    assert any("count 40 of 100 labelled images" in one for one in told.remarks)
    assert told.days[-1].labelled == 100
