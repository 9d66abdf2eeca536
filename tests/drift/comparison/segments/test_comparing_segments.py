"""A window and its segments beside the reference: what drifts, and how the rate is shared."""

import numpy as np
import pytest

from drift.comparison.columns.columns import LinedUp
from drift.comparison.compare import Comparison, compare, no_widening
from drift.comparison.segments.comparing import ComparedWindow, compared_with_segments
from drift.comparison.segments.sides import choose_segments
from drift.comparison.segments.testing import scored_segments
from drift.observations.segments.segment_units import SegmentedUnits, UnitSegments
from drift.observations.segments.segment_values import SegmentValue
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from tests.support.columns import classes, lined_up, numeric

CAMERAS, REFERENCE, WINDOW = 5, 60, 36
LEVELS = np.array([0.0, -4.0, 0.0, 3.0, 0.0])
SETTINGS = DetectionSettings()


def cameras(size: int) -> np.ndarray:
    return np.tile(np.array([f"gate-{at}" for at in range(CAMERAS)], dtype=object), size)


def world(broken: str = "", moved: float = 0.0, seed: int = 0) -> tuple[LinedUp, SegmentedUnits]:
    """Return images of cameras of which two differ from the others for good."""
    random = np.random.default_rng(seed)
    sides = []
    for size in (REFERENCE, WINDOW):
        names = cameras(size)
        sides.append(np.tile(LEVELS, size) + random.normal(size=len(names)))
    current = cameras(WINDOW)
    sides[1] += np.where(current == broken, moved, 0.0)
    said = [random.choice(["cat", "dog"], len(side)) for side in sides]
    columns = (
        numeric("mean", sides[0], sides[1]),
        numeric("entropy", *(random.normal(size=len(side)) for side in sides)),
        classes("prediction", *said),
    )
    values = {"camera": UnitSegments(reference=cameras(REFERENCE), current=current)}
    counts = {SegmentValue(column="camera", value=name): WINDOW for name in set(current)}
    units = SegmentedUnits(images=values, predictions=values, counts=counts)
    return lined_up(*columns), units


def compared(
    sides: tuple[LinedUp, SegmentedUnits],
    *,
    no_verdict: bool = False,
    asked: list[int] | None = None,
) -> ComparedWindow:
    def whole(*, shares: int) -> Comparison:
        if asked is not None:
            asked.append(shares)
        return compare(sides[0], SETTINGS, no_verdict=no_verdict, shares=shares)

    return compared_with_segments(
        whole, *sides, SETTINGS, no_verdict=no_verdict, widening=no_widening
    )


def test_cameras_that_differ_for_good_are_quiet_beside_themselves() -> None:
    found = compared(world())
    assert not found.comparison.has_drifted
    assert len(found.segments.judged) == CAMERAS
    assert {one.state for one in found.segments.judged} == {State.STEADY}


def test_a_broken_camera_alone_drifts_beside_its_own_part_of_the_reference() -> None:
    found = compared(world("gate-1", 1.5))
    (broken,) = found.segments.drifted
    assert broken.segment == SegmentValue(column="camera", value="gate-1")
    assert [one.name for one in broken.drifted] == ["mean"]
    said = broken.strongest
    assert (said.direction, broken.days, broken.images) == ("up", 0, WINDOW)
    assert said.reference is not None
    assert said.current is not None
    assert said.reference.mean == pytest.approx(-4, abs=0.5)
    assert said.current.mean == pytest.approx(-2.5, abs=0.5)
    assert said.shift == pytest.approx(1.5, abs=0.5)
    assert broken.reference is not None
    assert broken.reference.images == REFERENCE
    assert broken.reference.rows is not None
    assert set(cameras(REFERENCE)[broken.reference.rows]) == {"gate-1"}
    (told, *_) = found.segments.tests.tested if found.segments.tests else ()
    assert told.strongest.usual == said.reference.mean
    assert told.strongest.difference == said.shift
    assert told.reference_images == REFERENCE


def test_all_values_together_have_at_most_as_many_units_as_the_whole(monkeypatch) -> None:
    monkeypatch.setattr("drift.comparison.segments.testing.MOST_UNITS", 20 * CAMERAS)
    sides = world("gate-1", 3)
    families = scored_segments(choose_segments(sides[1]), sides[0])
    assert {one.family.units for family in families for one in family} == {(20, 20)}


def test_half_of_the_rate_is_for_segments_and_all_for_the_whole_without() -> None:
    asked: list[int] = []
    sides = world()
    compared(sides, asked=asked)
    compared((sides[0], SegmentedUnits()), asked=asked)
    assert asked == [2, 1]


def test_without_segments_nothing_is_told_of_them() -> None:
    assert compared((world()[0], SegmentedUnits())).segments.tests is None


def test_where_the_data_allows_no_verdict_no_camera_has_one() -> None:
    found = compared(world("gate-1", 3), no_verdict=True)
    assert {one.state for one in found.segments.judged} == {State.INCONCLUSIVE}


def test_a_difference_that_is_too_small_to_matter_is_no_drift() -> None:
    settings = DetectionSettings(minimum_effect=3.0)
    sides = world("gate-1", 1.5)

    def whole(*, shares: int) -> Comparison:
        return compare(sides[0], settings, shares=shares)

    found = compared_with_segments(whole, *sides, settings, no_verdict=False, widening=no_widening)
    assert found.segments.drifted == ()
    assert min(one.adjusted_p_value for one in found.segments.judged) < 0.01


def test_what_is_not_known_of_days_widens_segments_too() -> None:
    sides = world("gate-1", 1.5)

    def widening(keys, *, reference_units, current_units):
        assert (reference_units, current_units) == (REFERENCE, WINDOW)
        return dict.fromkeys(keys, 5.0)

    found = compared_with_segments(
        lambda *, shares: compare(sides[0], SETTINGS, shares=shares),
        *sides,
        SETTINGS,
        no_verdict=False,
        widening=widening,
    )
    assert found.segments.drifted == ()


def test_a_moved_share_of_classes_is_found_in_one_camera() -> None:
    sides, units = world(seed=3)
    current = cameras(WINDOW)
    said = sides.columns[2].current.to_numpy(dtype=object)
    said[current == "gate-4"] = "cat"
    moved = lined_up(*sides.columns[:2], classes("prediction", sides.columns[2].reference, said))
    (broken,) = compared((moved, units)).segments.drifted
    assert (broken.segment.value, broken.strongest.direction) == ("gate-4", "shares")
