"""Very many rows, whose columns are computed when they are asked for, say what a table would."""

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns import computed_rows
from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.columns.computed_rows import ComputedRows, as_table, row_means, rows_at
from drift.comparison.compare import compare
from drift.observations.side_copies import find_copies
from drift.observations.units import find_units
from drift.observations.window_images import WindowImages
from drift.where.affected import least_affected
from drift.where.direction import drift_positions
from drift.where.offenders import rank_images
from jobs.job_file.job import DetectionSettings
from jobs.job_file.prediction_settings import LogColumns
from tests.support.two_sides import BURST, pictures, profile_of, window_of


@pytest.fixture
def of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold no table, however few the rows are."""
    monkeypatch.setattr(computed_rows, "MOST_HELD", 0)


def table(rows: int = 1_000) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    numbers = generator.normal(size=(rows, 7)) * 10.0 ** generator.integers(-9, 9, size=(rows, 7))
    labels = np.cumsum(generator.integers(1, 4, size=rows))
    return pd.DataFrame(numbers, index=labels, columns=list("abcdefg"))


def lined_up_sides() -> tuple[LinedUp, WindowImages]:
    profile, images = profile_of(pictures(300, seed=1)), pictures(200, seed=2)
    images["mean"] += 40.0
    images.loc[:6, "entropy"] = np.nan
    window = window_of(images)
    units = find_units(profile, window, find_copies(profile, window, burst=BURST))
    return line_up(profile, window, units, LogColumns(), ()), window


@pytest.mark.usefixtures("of_few")
class TestComputedRows:
    def test_they_are_the_rows_with_the_labels_that_were_asked_for(self) -> None:
        whole = table()
        labels = whole.index.to_numpy()[::3]
        rows = rows_at(whole, labels)
        assert isinstance(rows, ComputedRows)
        pd.testing.assert_frame_equal(as_table(rows), whole.loc[labels])
        pd.testing.assert_series_equal(rows["c"], whole.loc[labels, "c"])
        places = np.array([5, 0, 17])
        pd.testing.assert_frame_equal(
            rows[["a", "f"]].take(places), whole.loc[labels, ["a", "f"]].iloc[places]
        )

    def test_a_further_column_stands_beside_the_others(self) -> None:
        whole = table()
        copies = pd.Series(np.arange(len(whole)), index=whole.index, dtype="float64")
        rows = rows_at(whole, whole.index.to_numpy()).assign(copies=copies)
        pd.testing.assert_frame_equal(as_table(rows), whole.assign(copies=copies))

    @pytest.mark.parametrize("rows", [2, 1_000])
    def test_means_are_those_of_a_table_to_the_bit(self, rows: int) -> None:
        whole = table(rows)
        computed = rows_at(whole, whole.index.to_numpy())
        assert isinstance(computed, ComputedRows)
        assert np.array_equal(row_means(computed), whole.mean(axis=1).to_numpy())


def test_what_is_found_in_very_many_rows_is_what_a_table_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = []
    for most in (computed_rows.MOST_HELD, 0):
        monkeypatch.setattr(computed_rows, "MOST_HELD", most)
        sides, window = lined_up_sides()
        rows = sides.rows[ColumnRole.FEATURE]
        assert isinstance(rows.current, ComputedRows) == (most == 0)
        comparison = compare(sides, DetectionSettings())
        positions = drift_positions(comparison, rows)
        assert isinstance(positions.current, ComputedRows) == (most == 0)
        ranked = rank_images(positions, rows, comparison, window)
        assert len(ranked.labels)
        found.append((comparison.findings, ranked, least_affected(positions), positions.scores()))
    assert found[0][0] == found[1][0]
    assert found[0][2] == found[1][2] is not None
    np.testing.assert_array_equal(found[0][3], found[1][3])
    np.testing.assert_array_equal(found[0][1].labels, found[1][1].labels)
    np.testing.assert_array_equal(found[0][1].log_ratios, found[1][1].log_ratios)
    pd.testing.assert_frame_equal(found[0][1].distances, found[1][1].distances)


@pytest.mark.usefixtures("of_few")
def test_a_column_of_very_many_rows_leaves_out_what_is_missing() -> None:
    column = next(one for one in lined_up_sides()[0].columns if one.name == "entropy")
    assert len(column.current) == 193
    assert np.isfinite(column.current.to_numpy()).all()
