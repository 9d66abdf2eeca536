"""The scores of a model's view are a family of their own: its share of the rate, and its tests."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from drift.comparison import family_tests
from drift.comparison.columns.columns import AlignedRows, ColumnRole, LinedUp
from drift.comparison.compare import compare, no_widening, only_predictions_moved, would_alarm
from drift.comparison.methods.piles import PILE
from drift.comparison.methods.registry import VIEW_METHODS
from drift.comparison.scoring import score_family
from drift.comparison.segments.comparing import compared_with_segments
from drift.model_view.scale import ViewScale
from drift.model_view.sides import ViewSides
from drift.observations.segments.segment_units import SegmentedUnits, UnitSegments
from drift.observations.segments.segment_values import SegmentValue
from jobs.job_file.job import DetectionSettings
from reference_stats.model_view.view_scores import CLASS_NOVELTY, ENTROPY, NOVELTY
from reference_stats.model_view.views import ImageViews
from reports.findings.answers import State
from reports.findings.effect_sizes import COMMON_DIRECTION
from tests.support.columns import classes, lined_up, numeric

DETECTION = DetectionSettings()
HELD_OUT, UNITS, WINDOW = 200, 400, 300


def view(name, reference, current):
    return numeric(name, reference, current, role=ColumnRole.VIEW)


def sides(seed=0, *, novel=0, units=(UNITS, WINDOW), held_out=HELD_OUT):
    """Return pixels and a view of which two scores go together; some images are novel."""
    random = np.random.default_rng(seed)
    scores = []
    for size in (held_out, units[1]):
        shared = random.gamma(4, 0.05, size)
        scores.append((shared, shared + random.normal(0, 0.02, size), random.random(size)))
    scores[1][0][:novel] += 0.6
    return (
        numeric("mean", random.normal(size=units[0]), random.normal(size=units[1])),
        numeric("entropy", random.normal(size=units[0]), random.normal(size=units[1])),
        *(
            view(score.name, then, now)
            for score, then, now in zip((NOVELTY, CLASS_NOVELTY, ENTROPY), *scores, strict=True)
        ),
    )


def test_one_image_in_ten_that_is_new_to_the_model_is_drift_of_the_view_alone():
    found = compare(lined_up(*sides(novel=30)), DETECTION)
    assert [one.name for one in found.view] == [NOVELTY.name, CLASS_NOVELTY.name, ENTROPY.name]
    assert [one.state for one in found.view] == [State.DRIFT, State.STEADY, State.STEADY]
    assert found.has_drifted
    assert {one.state for one in found.features} == {State.STEADY}
    assert found.of_images == (*found.features, *found.view)
    assert found.findings == found.of_images


def test_the_joint_statistic_is_that_of_the_pixels_alone():
    with_view, without = sides(novel=30), sides(novel=30)[:2]
    found, pixels = (compare(lined_up(*one), DETECTION) for one in (with_view, without))
    assert found.multivariate.state is State.STEADY
    assert found.multivariate.p_value == pixels.multivariate.p_value
    assert found.joint.column.reference.tolist() == pixels.joint.column.reference.tolist()


def test_each_family_that_is_there_has_an_equal_part_of_the_rate():
    mean, _, novelty, *_ = sides()
    said = classes("prediction", ["a", "b"] * 200, ["a", "b"] * 150)
    for columns in ((mean, novelty, said), (mean, novelty), (novelty,)):
        found = compare(lined_up(*columns), DETECTION)
        assert [one.adjusted_p_value for one in found.findings] == [
            pytest.approx(min(1.0, len(columns) * one.p_value)) for one in found.findings
        ]


def test_the_view_rests_on_the_held_out_images_and_is_not_looked_through_for_piles():
    pixels, model = family_tests.tested_families(lined_up(*sides()))
    assert (pixels.units, model.units) == ((UNITS, WINDOW), (HELD_OUT, WINDOW))
    methods = {key.method for key in score_family(model).table.keys}
    assert methods == {one.name for one in VIEW_METHODS}
    assert PILE.name in {key.method for key in score_family(pixels).table.keys}


def test_a_part_that_lies_clearly_above_the_others_is_seen_in_few_images():
    """Thirty of 200 images beside 150 held-out ones: tails that begin far out see half of them."""
    seen = 0
    for seed in range(10):
        random = np.random.default_rng(seed)
        scores = [random.normal(size=(size, 4)) for size in (150, 200)]
        scores[1][:30, 0] += 4
        columns = [view(f"view {n}", *(one[:, n] for one in scores)) for n in range(4)]
        found = compare(lined_up(*columns), DETECTION, shares=3).view[0]
        seen += (found.state, found.direction) == (State.DRIFT, "upper_tail")
    assert seen >= 9


def test_images_without_a_score_leave_its_test_and_keep_that_of_the_others():
    mean, entropy, novelty, *_ = sides(novel=30)
    few = view(CLASS_NOVELTY.name, novelty.reference[:60], novelty.current[:40])
    found = compare(lined_up(mean, entropy, novelty, few), DETECTION)
    assert found.view[0].state is State.DRIFT
    assert found.view[1].p_value is not None


@pytest.mark.parametrize("moved", ["view", "pixels"])
def test_predictions_did_not_move_alone_where_the_view_moved(moved):
    random = np.random.default_rng(3)
    said = classes("prediction", random.choice(["a", "b"], 400), ["a"] * 290 + ["b"] * 10)
    calm, novel = sides(), sides(novel=90)
    assert only_predictions_moved(compare(lined_up(*calm, said), DETECTION))
    columns = (
        novel if moved == "view" else (numeric("mean", calm[0].reference, calm[0].current + 2),)
    )
    assert not only_predictions_moved(compare(lined_up(*columns, said), DETECTION))


def test_simulations_see_the_same_alarms():
    assert would_alarm(lined_up(*sides(novel=30)), DETECTION)
    assert not would_alarm(lined_up(*sides()), DETECTION)


def views(random, images):
    """Return a model's view of images of three classes that overlap."""
    classes = random.integers(0, 3, images)
    embeddings = random.normal(size=(images, 8)) + np.eye(8)[classes]
    answers = random.random((images, 3)).astype(np.float32)
    return ImageViews(
        embeddings=embeddings.astype(np.float16),
        answers=answers,
        classes=classes.astype(np.int32),
        known=np.ones(images, dtype=np.bool_),
    )


@pytest.mark.slow
def test_the_share_of_the_view_is_exact(monkeypatch):
    """At 10 % shared with the pixels, 5 % of 400 calm windows alarm by the view: 20, of 8 to 34.

    That is the central 99.7 % of the binomial distribution.
    """
    monkeypatch.setattr(family_tests, "FEWEST_RESAMPLES", 199)
    rate = DetectionSettings(false_alarm_rate=0.1, minimum_effect=0.01)
    pixels = numeric("mean", np.arange(60.0), np.arange(40.0) * 1.5)
    alarms = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        scale = ViewScale.of(views(random, 120), np.arange(120))
        current = scale.scores(views(random, 40))
        columns = [view(name, scale.reference[name], current[name]) for name in current]
        found = compare(lined_up(pixels, *columns), rate)
        alarms += any(one.adjusted_p_value < rate.false_alarm_rate for one in found.view)
    assert 8 <= alarms <= 34


def test_segments_are_tested_in_the_view_beside_their_own_held_out_images():
    random = np.random.default_rng(5)
    cameras = [np.repeat(["a", "b", "c"], size).astype(object) for size in (80, 60, 100)]
    scores = [random.gamma(4, 0.05, len(one)) for one in cameras[1:]]
    scores[1][cameras[2] == "b"] += 0.15
    pixels = numeric("mean", random.normal(size=240), random.normal(size=300))
    both = lined_up(pixels, view(NOVELTY.name, *scores))
    counts = {SegmentValue(column="camera", value=one): 100 for one in "abc"}
    segmented = SegmentedUnits(
        images={"camera": UnitSegments(reference=cameras[0], current=cameras[2])},
        views={"camera": UnitSegments(reference=cameras[1], current=cameras[2])},
        counts=counts,
    )
    found = compared_with_segments(
        lambda *, shares: compare(both, DETECTION, shares=shares),
        both,
        segmented,
        DETECTION,
        no_verdict=False,
        widening=no_widening,
    )
    (only,) = found.segments.drifted
    assert only.segment.value == "b"
    assert [one.name for one in only.drifted] == [NOVELTY.name]
    assert only.strongest.reference.count == 60
    assert only.reference.images == 80
    assert only.reference.rows.tolist() == list(range(80, 160))


def seen_sides(seed, new):
    """Return both sides of a view in which new images lie a little to one side."""
    random = np.random.default_rng(seed)

    def views(images, moved=0):
        embeddings = random.gamma(2.0, 1.0, (images, 60))
        embeddings[:moved, :6] += 2.5
        return ImageViews(
            embeddings=embeddings.astype(np.float16),
            answers=np.full((images, 3), np.nan, dtype=np.float32),
            classes=np.full(images, -1, dtype=np.int32),
            known=np.ones(images, dtype=np.bool_),
        )

    scale = ViewScale.of(views(UNITS), np.arange(UNITS))
    return ViewSides.of(scale, views(WINDOW, new), pd.RangeIndex(WINDOW))


def lined_up_view(sides):
    novelty = view(NOVELTY.name, sides.reference[NOVELTY.name], sides.current[NOVELTY.name])
    rows = AlignedRows(reference=sides.reference, current=sides.current)
    return LinedUp(columns=(novelty,), rows={ColumnRole.VIEW: rows}, view=sides)


def test_new_images_that_lie_the_same_way_are_seen_though_few_of_them_are_far_out():
    together = lined_up_view(seen_sides(1, new=100))
    apart = replace(together, view=replace(together.view, seen=None))

    found = compare(together, DETECTION).view[0]

    assert (found.state, found.statistic.name) == (State.DRIFT, COMMON_DIRECTION)
    assert found.effect > DETECTION.minimum_effect
    assert would_alarm(together, DETECTION)
    assert compare(apart, DETECTION).view[0].statistic.name != COMMON_DIRECTION


def test_directions_are_those_of_the_rows_that_are_tested():
    sides = seen_sides(2, new=0)
    known = replace(sides, current=sides.current.assign(**{NOVELTY.name: np.nan}))
    known.current.loc[10:, NOVELTY.name] = sides.current.loc[10:, NOVELTY.name]

    family = family_tests.tested_families(lined_up_view(known))[0]

    assert family.units == (len(sides.reference), WINDOW - 10)
    expected = sides.seen.directions(np.arange(len(sides.reference)), np.arange(10, WINDOW))
    assert (family.directions == expected).all()


def test_images_alike_on_both_sides_share_no_direction():
    found = compare(lined_up_view(seen_sides(3, new=0)), DETECTION).view[0]

    assert found.state is State.STEADY
