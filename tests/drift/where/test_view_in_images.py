"""Images that are new to the model stand out, beside the images of the reference held out."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.columns.view_columns import with_view
from drift.comparison.compare import Comparison, compare
from drift.comparison.segments.judged import BesideReference, JudgedSegment
from drift.model_view.sides import ViewSides
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.side_copies import find_copies
from drift.observations.units import find_units
from drift.where.affected import least_affected
from drift.where.direction import drift_positions
from drift.where.focus import focus_of, image_rows
from drift.where.located import Located, located
from drift.where.offenders import list_affected, offenders_in_turn
from drift.where.segment_columns import segment_columns
from jobs.job_file.job import DetectionSettings
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.model_view.view_scores import NOVELTY, VIEW_SCORES
from reports.findings.answers import State
from tests.support.two_sides import BURST, pictures, profile_of, window_of
from tests.support.window_segments import window_segments
from tests.support.worlds import job_of

PROFILE = profile_of(pictures(300, seed=1))
WINDOW = window_of(pictures(200, seed=2))
UNITS = find_units(PROFILE, WINDOW, find_copies(PROFILE, WINDOW, burst=BURST))
PIXELS = line_up(PROFILE, WINDOW, UNITS, LogColumns(), ())
HELD_OUT = np.arange(0, 300, 2)
NOVEL = np.arange(30, 60)
CAMERAS = pd.DataFrame({"camera": ["a"] * 30 + ["b"] * 60 + ["a"] * 110})
SEGMENTS = window_segments(CAMERAS)


def sides(moved: float = 4.0) -> ViewSides:
    random = np.random.default_rng(9)
    names = [score.name for score in VIEW_SCORES]
    tables = [
        pd.DataFrame(random.normal(size=(len(index), len(names))), index=index, columns=names)
        for index in (HELD_OUT, WINDOW.features.index)
    ]
    tables[1].loc[NOVEL, NOVELTY.name] += moved
    return ViewSides(reference=tables[0], current=tables[1])


VIEW = sides()
BOTH = with_view(PIXELS, UNITS, VIEW)


def compared(lined_up: LinedUp) -> Comparison:
    return compare(lined_up, DetectionSettings())


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Located:
    comparison = compared(BOTH)
    assert [one.name for one in comparison.findings if one.state is State.DRIFT] == [NOVELTY.name]
    focus = focus_of(comparison, image_rows(BOTH), (), SEGMENTS)
    return located(focus, WINDOW, SEGMENTS, job_of(tmp_path_factory.mktemp("job")), view=BOTH.view)


def test_images_that_are_new_to_the_model_stand_out_and_are_listed(place) -> None:
    first = np.isin(place.ranked.labels, NOVEL)
    assert first[:8].all()
    assert first[:20].mean() >= 0.7
    shown = offenders_in_turn(place.shown, WINDOW, PROFILE)
    assert shown[0].because.startswith(
        "new to the model: far from all reference images (novelty to the model "
    )
    assert ", reference -1" in shown[0].because
    listed = list_affected(place.listed, WINDOW, SEGMENTS, PROFILE)
    assert listed is not None
    novel = {WINDOW.rows["image"].iloc[at] for at in NOVEL}
    assert np.mean([one.image in novel for one in listed.images]) > 0.7
    assert 10 <= place.affected <= len(NOVEL)
    sits = place.concentration.segments[0]
    assert (sits.column, sits.value) == ("camera", "b")
    assert np.array_equal(place.ranked.named, CAMERAS["camera"] == "b")


def test_captions_name_first_what_the_headline_names(tmp_path) -> None:
    """Pixels that moved farther than the view come before it where the headline names them."""
    moved = WINDOW.features["mean"].to_numpy(copy=True)
    moved[NOVEL] += 500
    window = dataclasses.replace(WINDOW, features=WINDOW.features.assign(mean=moved))
    both = with_view(line_up(PROFILE, window, UNITS, LogColumns(), ()), UNITS, sides(moved=3.0))
    comparison = compared(both)
    focus = focus_of(comparison, image_rows(both), (), SEGMENTS)
    assert {"mean", NOVELTY.name} <= {one.name for one in focus.drifted}
    place = located(focus, window, SEGMENTS, job_of(tmp_path), view=both.view)

    by_pixels = offenders_in_turn(place.shown, window, PROFILE)
    by_view = offenders_in_turn(place.telling_first(NOVELTY.name).shown, window, PROFILE)

    assert [one.image for one in by_view] == [one.image for one in by_pixels]
    assert by_pixels[0].because.startswith("brighter (")
    told = [one.because for one in by_view]
    assert all(one.startswith(("new to the model", "rather more novel to")) for one in told[:10])
    assert "), brighter (" in told[0]


def test_only_images_beyond_99_in_100_of_the_reference_are_called_far_from_it(tmp_path) -> None:
    """The page counts no others as novel, so that captions say no more than it does."""
    both = with_view(PIXELS, UNITS, sides(moved=2.0))
    focus = focus_of(compared(both), image_rows(both), (), SEGMENTS)
    place = located(focus, WINDOW, SEGMENTS, job_of(tmp_path), view=both.view)
    listed = list_affected(place.telling_first(NOVELTY.name).listed, WINDOW, SEGMENTS, PROFILE)
    assert listed is not None
    assert both.view is not None
    novelty, images = both.view.current[NOVELTY.name], WINDOW.rows["image"]
    held_out = both.view.reference[NOVELTY.name]
    usual, highest = np.quantile(held_out, 0.95), np.sort(held_out)[-2]

    said = {one.image: one.because for one in listed.images}
    far = {name for name, because in said.items() if because.startswith("new to the model: far")}
    more = {name for name, because in said.items() if because.startswith("more novel to the")}

    assert far == set(images[novelty > highest]) & said.keys()
    assert more == set(images[(novelty > usual) & (novelty <= highest)]) & said.keys()
    assert far
    assert more


def test_beside_them_stand_the_held_out_images_of_the_reference(place) -> None:
    assert len(place.focus.rows.reference) == len(HELD_OUT)
    positions = drift_positions(place.focus.comparison, place.focus.rows)
    assert least_affected(positions) == place.affected
    expected = PROFILE.features["mean"].iloc[HELD_OUT]
    assert place.focus.rows.reference["mean"].tolist() == expected.tolist()


def test_a_view_that_did_not_move_leaves_all_images_of_the_reference() -> None:
    random = np.random.default_rng(4)
    calm = with_view(PIXELS, UNITS, sides(moved=0.0))
    darker = WINDOW.features["mean"] - 3 - random.random(len(WINDOW.features))
    window = dataclasses.replace(WINDOW, features=WINDOW.features.assign(mean=darker))
    moved = line_up(PROFILE, window, UNITS, LogColumns(), ())
    with_calm = with_view(moved, UNITS, calm.view)
    found = focus_of(compared(with_calm), image_rows(with_calm), (), SEGMENTS)
    alone = focus_of(compared(moved), image_rows(moved), (), SEGMENTS)
    assert list(found.rows.reference) == list(alone.rows.reference)
    assert len(found.rows.reference) == 300
    now, then = (drift_positions(one.comparison, one.rows) for one in (found, alone))
    pd.testing.assert_frame_equal(now.current, then.current)


def test_of_a_segment_those_of_its_own_images_are_held_out() -> None:
    own = next(one for one in compared(BOTH).view if one.name == NOVELTY.name)
    column = next(one for one in BOTH.columns if one.name == NOVELTY.name)
    segment = JudgedSegment(
        segment=SegmentValue(column="camera", value="b"),
        images=60,
        days=0,
        state=State.DRIFT,
        p_value=1e-6,
        adjusted_p_value=1e-5,
        strongest=own,
        drifted=(own,),
        reference=BesideReference(images=100, rows=np.arange(100, 200), column=column),
    )
    steady = dataclasses.replace(
        compared(BOTH), view=(dataclasses.replace(own, state=State.STEADY),)
    )
    focus = focus_of(steady, image_rows(BOTH), (segment,), SEGMENTS)
    assert focus.rows.current.index.tolist() == list(range(30, 90))
    expected = PROFILE.features["mean"].iloc[np.arange(100, 200, 2)]
    assert focus.rows.reference["mean"].tolist() == expected.tolist()
    days = dataclasses.replace(segment, reference=None)
    ((shown, finding),) = segment_columns((days,), BOTH, SEGMENTS, WINDOW)
    assert (shown.name, len(shown.current)) == (f"{NOVELTY.name} of camera b", 60)
    assert finding.state is State.DRIFT
    assert shown.role is ColumnRole.VIEW
