"""The segments of a window whose log rows are units of their own, or belong to given units."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from drift.observations.segments.segment_units import WindowSegments
from drift.observations.unit_rows import RowUnits


def window_segments(table: pd.DataFrame, units: Sequence[int] | None = None) -> WindowSegments:
    """Return segments of rows that were all analysed.

    Parameters
    ----------
    units
        The unit of each row, numbered from 0 without gaps in the order of their first rows.
    """
    of_row = np.arange(len(table)) if units is None else np.asarray(units)
    return WindowSegments(
        table=table,
        analysed=np.arange(len(table)),
        clusters=of_row,
        predicted=RowUnits.of(of_row),
    )
