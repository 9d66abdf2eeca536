"""The scores of a model's view as columns: which rows, and what is said where some are missing."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import ColumnRole, LinedUp, log_name, resolution_of
from drift.comparison.columns.computed_rows import ComputedRows
from drift.comparison.columns.view_columns import with_view
from drift.model_view.sides import ViewSides
from drift.observations.side_copies import find_copies
from drift.observations.units import SideUnits, Units, find_units
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.model_view.view_scores import ENERGY, NOVELTY, VIEW_SCORES
from tests.support.two_sides import BURST, pictures, profile_of, window_of

PROFILE = profile_of(pictures(40, seed=1))
WINDOW = window_of(pictures(30, seed=2))
UNITS = find_units(PROFILE, WINDOW, find_copies(PROFILE, WINDOW, burst=BURST))
PIXELS = line_up(PROFILE, WINDOW, UNITS, LogColumns(), ())
HELD_OUT = np.array([3, 7, 20, 39])


def scores(index, start=0.0) -> pd.DataFrame:
    table = start + np.arange(len(index) * len(VIEW_SCORES), dtype=float)
    names = [score.name for score in VIEW_SCORES]
    return pd.DataFrame(table.reshape(len(index), -1), index=index, columns=names)


def sides() -> ViewSides:
    return ViewSides(reference=scores(HELD_OUT), current=scores(WINDOW.features.index, 1000.0))


def columns(lined_up: LinedUp) -> dict:
    return {one.name: one for one in lined_up.columns if one.role is ColumnRole.VIEW}


def test_without_a_view_nothing_changes() -> None:
    assert with_view(PIXELS, UNITS, None) is PIXELS


def test_each_score_is_a_column_of_held_out_units_beside_the_windows_units() -> None:
    found = with_view(PIXELS, UNITS, sides())
    own = columns(found)
    assert list(own) == [score.name for score in VIEW_SCORES]
    assert [one.name for one in found.columns[: len(PIXELS.columns)]] == [
        one.name for one in PIXELS.columns
    ]
    novelty = own[NOVELTY.name]
    assert (len(novelty.reference), len(novelty.current)) == (len(HELD_OUT), 30)
    assert (novelty.unit, novelty.resolution) == (NOVELTY.unit, NOVELTY.resolution)
    rows = found.rows[ColumnRole.VIEW]
    assert rows.current.index.tolist() == UNITS.current.first.tolist()
    assert list(found.rows)[-1] is ColumnRole.VIEW


def test_near_copies_of_the_window_are_one_row_that_of_the_first() -> None:
    grouped = dataclasses.replace(UNITS.current, first=UNITS.current.first[::2])
    found = with_view(PIXELS, dataclasses.replace(UNITS, current=grouped), sides())
    assert len(columns(found)[NOVELTY.name].current) == 15


def test_rows_of_the_reference_stand_at_the_place_of_their_unit() -> None:
    """Clusters are numbered in any order, and a unit's image may not be its first."""
    reference = SideUnits(
        first=np.array([4, 0, 2]),
        copies=np.array([0, 1, 1]),
        known=True,
        timed=False,
        clusters=np.array([2, 2, 1, 1, 0]),
    )
    units = Units(
        reference=reference,
        current=UNITS.current,
        predicted=UNITS.predicted,
        reference_predicted=UNITS.reference_predicted,
    )
    view = dataclasses.replace(sides(), reference=scores(np.array([3, 4])))
    found = with_view(PIXELS, units, view).rows[ColumnRole.VIEW].reference
    assert found.index.tolist() == [2, 0]


def test_a_score_that_neither_side_has_is_left_out() -> None:
    view = sides()
    view.reference[ENERGY.name] = np.nan
    view.current[ENERGY.name] = np.nan
    assert ENERGY.name not in columns(with_view(PIXELS, UNITS, view))


@pytest.mark.parametrize(
    ("side", "told"), [("reference", "too few reference images"), ("current", "no image of the")]
)
def test_a_score_that_one_side_lacks_says_what_to_do(side: str, told: str) -> None:
    view = sides()
    getattr(view, side)[NOVELTY.name] = np.nan
    column = columns(with_view(PIXELS, UNITS, view))[NOVELTY.name]
    assert getattr(column, side).empty
    assert told in column.supply


def test_images_that_the_model_has_not_looked_at_are_no_values() -> None:
    view = sides()
    view.current.iloc[:5] = np.nan
    assert len(columns(with_view(PIXELS, UNITS, view))[NOVELTY.name].current) == 25


def test_very_many_rows_are_made_when_they_are_asked_for(monkeypatch) -> None:
    monkeypatch.setattr("drift.comparison.columns.computed_rows.MOST_HELD", 10)
    plain = columns(with_view(PIXELS, UNITS, sides()))[NOVELTY.name].current.tolist()
    found = with_view(PIXELS, UNITS, sides())
    assert isinstance(found.rows[ColumnRole.VIEW].current, ComputedRows)
    assert columns(found)[NOVELTY.name].current.tolist() == plain


@pytest.mark.parametrize("score", VIEW_SCORES, ids=lambda one: one.name)
def test_a_column_of_the_log_may_be_called_like_a_score(score) -> None:
    assert log_name(score.name) == f"{score.name} (log)"
    assert resolution_of(score.name) == score.resolution


@pytest.mark.parametrize("name", ["novelty", "energy", "prediction_entropy", "class_novelty"])
def test_what_logs_call_their_own_columns_stays_as_it_is(name: str) -> None:
    assert log_name(name) == name
