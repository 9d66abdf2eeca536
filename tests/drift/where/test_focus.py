"""Whose images a drift is about: a segment's, unless the rest has moved as well."""

import dataclasses

import numpy as np
import pandas as pd

from drift.comparison.columns.columns import AlignedRows, ColumnKind, ColumnRole, LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.segments.judged import BesideReference, JudgedSegment
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.window_images import WindowImages
from drift.where.direction import drift_positions
from drift.where.focus import focus_of, further_focuses
from drift.where.segment_columns import segment_columns
from reports.findings.answers import State
from reports.findings.columns import Distribution, Finding, Statistic
from reports.findings.days import BesideDays
from tests.support.columns import numeric
from tests.support.window_segments import window_segments

RANDOM = np.random.default_rng(2)
REFERENCE = RANDOM.normal(10, 1, 400)
CAMERAS = np.array(["a", "b", "c", "d"] * 50, dtype=object)


def finding(difference: float, state: State = State.DRIFT) -> Finding:
    return Finding(
        name="mean",
        unit="grey",
        state=state,
        statistic=Statistic(name="location", value=9.0),
        p_value=1e-6,
        adjusted_p_value=1e-5,
        threshold=0.01,
        effect=abs(difference),
        direction="up" if difference > 0 else "down",
        reference=Distribution(count=400, mean=10.0, std=1.0),
        current=Distribution(count=200, mean=10.0 + difference, std=1.0),
        beside_days=BesideDays(usual=10.0, difference=difference, day_spread=0.1),
    )


def segment(difference: float = 2.0, value: str = "b") -> JudgedSegment:
    own = finding(difference)
    return JudgedSegment(
        segment=SegmentValue(column="camera", value=value),
        images=50,
        days=9,
        state=State.DRIFT,
        p_value=1e-6,
        adjusted_p_value=1e-5,
        strongest=own,
        drifted=(own,),
    )


def comparison(difference: float, state: State) -> Comparison:
    return Comparison(
        features=(finding(difference, state),),
        predictions=(),
        joint=None,
        smallest_effect=None,
        images_needed=None,
        evidence=None,
    )


def rows(*, moved: float = 2.0) -> AlignedRows:
    values = RANDOM.normal(10, 1, 200) + np.where(CAMERAS == "b", moved, 0.0)
    return AlignedRows(
        reference=pd.DataFrame({"mean": REFERENCE}),
        current=pd.DataFrame({"mean": values}),
    )


TABLE = pd.DataFrame({"camera": CAMERAS})
SEGMENTS = window_segments(TABLE)


def test_without_a_segment_the_whole_window_is_meant() -> None:
    said, both = comparison(0.5, State.DRIFT), rows()
    focus = focus_of(said, both, (), SEGMENTS)
    assert (focus.comparison, focus.rows, focus.segment) == (said, both, None)


def test_the_images_of_the_segment_are_ranked_by_what_moved_there() -> None:
    focus = focus_of(comparison(0.5, State.STEADY), rows(), (segment(),), SEGMENTS)
    assert focus.segment is not None
    positions = drift_positions(focus.comparison, focus.rows)
    assert set(TABLE.loc[positions.current.index, "camera"]) == {"b"}
    assert len(positions.current) == 50
    assert positions.current["mean"].mean() > 1.5


def test_a_segment_leads_where_the_whole_moved_because_of_it() -> None:
    said = comparison(0.5, State.DRIFT)
    assert focus_of(said, rows(), (segment(2.0),), SEGMENTS).segment is not None


def test_the_whole_window_leads_where_the_rest_has_moved_as_far() -> None:
    said = comparison(1.9, State.DRIFT)
    focus = focus_of(said, rows(), (segment(2.0),), SEGMENTS)
    assert focus.segment is None
    assert focus.comparison is said


def test_the_further_segments_are_those_that_drifted_next_ten_in_all() -> None:
    drifted = tuple(segment(value=value) for value in "badc")
    of_client = dataclasses.replace(segment(), segment=SegmentValue(column="client", value="large"))
    said, both = comparison(0.1, State.STEADY), rows()
    segments = window_segments(TABLE.assign(client="large"))
    sides = said, both, (drifted[0], of_client, *drifted[1:], *[segment(value="n")] * 9), segments
    focus = focus_of(*sides)
    further = further_focuses(focus, *sides)
    named = [one.segment.segment.value for one in further if one.segment]
    assert named == ["large", "a", "d", "c", *"nnnnn"]
    assert set(CAMERAS[further[1].rows.current.index]) == {"a"}
    whole = focus_of(said, both, (), segments)
    assert further_focuses(whole, said, both, (), segments) == ()


def test_a_segment_beside_the_reference_is_ranked_by_its_own_part_of_it() -> None:
    own = BesideReference(images=100, rows=np.arange(100), column=numeric("mean", [1], [2]))
    beside = dataclasses.replace(segment(), reference=own)
    focus = focus_of(comparison(0.1, State.STEADY), rows(), (beside,), SEGMENTS)
    assert focus.rows.reference["mean"].tolist() == REFERENCE[:100].tolist()
    assert len(focus.rows.current) == 50


def test_without_days_the_shift_tells_whether_the_rest_has_moved_too() -> None:
    def beside_reference(one: Finding) -> Finding:
        return dataclasses.replace(one, beside_days=None, shift=one.effect)

    for moved, is_segment in ((0.5, True), (1.9, False)):
        whole = comparison(moved, State.DRIFT)
        whole = dataclasses.replace(whole, features=(beside_reference(whole.features[0]),))
        own = beside_reference(finding(2.0))
        drifted = dataclasses.replace(segment(), strongest=own, drifted=(own,))
        assert (focus_of(whole, rows(), (drifted,), SEGMENTS).segment is not None) is is_segment


def test_missing_values_are_the_value_empty() -> None:
    segments = window_segments(pd.DataFrame({"camera": ["a", None, "  ", " a "]}))
    for value, inside in (("(empty)", [1, 2]), ("a", [0, 3])):
        found = segments.rows_of(SegmentValue(column="camera", value=value))
        assert np.flatnonzero(found).tolist() == inside


def test_evidentlys_page_gets_a_column_of_each_segment_that_drifted() -> None:
    both = rows()
    column = numeric("mean", REFERENCE, both.current["mean"].to_numpy())
    assert column.kind is ColumnKind.NUMERIC
    lined_up = LinedUp(columns=(column,), rows={ColumnRole.FEATURE: both})
    window = WindowImages(rows=pd.DataFrame(index=both.current.index), features=both.current)
    sides = lined_up, SEGMENTS, window
    first, second = segment_columns((segment(), segment()), *sides)
    assert first[0].name == first[1].name == "mean of camera b"
    assert second[0].name == "mean of camera b (2)"
    assert len(first[0].current) == 50
    assert first[0].current.mean() > 11
    assert first[1].adjusted_p_value == 1e-5
    empty = dataclasses.replace(segment(), segment=segment(value="nobody").segment)
    assert segment_columns((empty,), *sides) == ()
