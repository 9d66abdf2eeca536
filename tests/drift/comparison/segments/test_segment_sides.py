"""Which segment values are tested beside the reference, by counts alone, and on which units."""

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import AlignedRows, ColumnRole
from drift.comparison.segments.judged import MOST_TESTED
from drift.comparison.segments.sides import SegmentPlaces, choose_segments, own_column, own_rows
from drift.observations.segments.segment_units import SegmentedUnits, UnitSegments
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.unit_rows import WithinUnits
from tests.support.columns import classes, numeric


def texts(**counts: int) -> np.ndarray:
    return np.repeat(np.array(list(counts), dtype=object), list(counts.values()))


def segmented(
    reference: dict[str, int], current: dict[str, int], unknown: frozenset[str] = frozenset()
) -> SegmentedUnits:
    values = (
        {}
        if unknown
        else {"camera": UnitSegments(reference=texts(**reference), current=texts(**current))}
    )
    counts = {SegmentValue(column="camera", value=name): count for name, count in current.items()}
    return SegmentedUnits(images=values, counts=counts, unknown=unknown)


def reasons(found: SegmentedUnits) -> dict[str, str]:
    return {one.value: one.reason for one in choose_segments(found).untested}


def test_a_value_needs_thirty_units_on_both_sides() -> None:
    found = segmented({"a": 30, "b": 29, "c": 90}, {"a": 30, "b": 60, "c": 29, "new": 50})
    assert [one.segment.value for one in choose_segments(found).tested] == ["a"]
    assert reasons(found) == {
        "b": "fewer than 30 independent images of it in the reference",
        "c": "fewer than 30 independent images in this window",
        "new": "fewer than 30 independent images of it in the reference",
    }


def test_values_of_fewer_than_five_images_are_not_listed() -> None:
    assert reasons(segmented({"a": 4}, {"a": 4, "b": 5})).keys() == {"b"}


def test_at_most_fifty_are_tested_those_with_most_images() -> None:
    sizes = {f"c{at:02}": 30 + at for at in range(MOST_TESTED + 2)}
    chosen = choose_segments(segmented(sizes, sizes))
    assert [one.images for one in chosen.tested] == list(range(81, 31, -1))
    assert {one.reason for one in chosen.untested} == {"50 others have more images"}


def test_a_column_that_the_profile_does_not_know_says_what_to_do() -> None:
    found = segmented({}, {"a": 60}, unknown=frozenset({"camera"}))
    assert "drift profile build" in reasons(found)["a"]


def test_a_tested_value_in_which_nothing_varies_is_told_with_those_not_tested() -> None:
    chosen = choose_segments(segmented({"a": 40}, {"a": 40}))
    assert chosen.untested_but({chosen.tested[0].segment}) == ()
    assert [one.reason for one in chosen.untested_but(set())] == ["no column of it varies"]


def test_a_column_holds_the_units_of_its_value_alone() -> None:
    rows = AlignedRows(
        reference=pd.DataFrame({"mean": [1.0, 2.0, np.nan, 4.0]}),
        current=pd.DataFrame({"mean": [5.0, 6.0]}, index=[7, 9]),
    )
    places = SegmentPlaces(reference=np.array([1, 2, 3]), current=np.array([1]))
    own = own_column(numeric("mean", [1, 2, 4], [5, 6]), own_rows(rows, places))
    assert own.reference.tolist() == [2.0, 4.0]
    assert own.current.tolist() == [6.0]


def test_units_of_several_rows_keep_their_means_and_shares() -> None:
    labels = ["cat", "dog", "dog", "dog"]
    within = WithinUnits(
        means=pd.DataFrame({"confidence": [0.5, 0.9]}),
        classes=pd.DataFrame({"prediction": labels}),
        of_row=np.array([0, 0, 1, 1]),
    )
    drawn = pd.DataFrame({"confidence": [0.4, 0.9], "prediction": ["cat", "dog"]})
    rows = AlignedRows(reference=drawn, current=drawn, current_within=within)
    places = SegmentPlaces(reference=np.array([0, 1]), current=np.array([0]))
    own = own_rows(rows, places)
    said = own_column(classes("prediction", ["cat", "dog"], ["cat", "dog"]), own)
    assert said.shares is not None
    assert said.shares.current.to_dict() == {"cat": 0.5, "dog": 0.5}
    assert said.shares.reference.to_dict() == {"cat": 0.5, "dog": 0.5}
    sure = own_column(numeric("confidence", [0.4, 0.9], [0.4], ColumnRole.PREDICTION), own)
    assert sure.means is not None
    assert sure.means.current.tolist() == pytest.approx([0.5])
    assert sure.current.tolist() == [0.4]
