"""What stands in the columns that are shown, and in the rows that are permuted."""

import numpy as np

from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.observations.side_copies import find_copies
from drift.observations.units import find_units
from jobs.job_file.prediction_settings import LogColumns
from tests.support.two_sides import BURST, pictures, profile_of, window_of


def lined_up(missing: int) -> LinedUp:
    profile, images = profile_of(pictures(300, seed=1)), pictures(200, seed=2)
    images.loc[: missing - 1, "mean"] = np.nan
    window = window_of(images)
    units = find_units(profile, window, find_copies(profile, window, burst=BURST))
    return line_up(profile, window, units, LogColumns(), ())


def test_numbers_of_columns_and_rows_share_their_memory_where_none_is_missing():
    found = lined_up(missing=0)
    rows = found.rows[ColumnRole.FEATURE]
    for column in found.columns:
        values = column.reference.to_numpy(), column.current.to_numpy()
        assert np.shares_memory(values[0], rows.reference[column.name].to_numpy())
        assert np.shares_memory(values[1], rows.current[column.name].to_numpy())


def test_a_column_is_without_the_missing_values_that_its_rows_keep():
    found = lined_up(missing=7)
    mean = next(column for column in found.columns if column.name == "mean")
    rows = found.rows[ColumnRole.FEATURE].current["mean"]
    assert (len(mean.current), len(rows), int(rows.isna().sum())) == (193, 200, 7)
