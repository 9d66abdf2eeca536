"""The order of a window's rows: by time and then by content, whatever the log's own order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.times.timestamp_parts import Integers, Texts


def content_order(moments: Integers, table: Texts) -> Integers:
    """Return the positions that sort rows by time and then by the text of all columns.

    A missing value counts like a column that is not there, so that a row's place does not depend
    on the columns of other objects. Rows that compare equal are equal.
    """
    order: Integers = np.argsort(moments, kind="stable")
    in_time = moments[order]
    repeated = np.flatnonzero(in_time[1:] == in_time[:-1])
    if not len(repeated):
        return order
    tied = np.union1d(repeated, repeated + 1)
    rows = order[tied]
    keys = pa.table({"moment": moments[rows], "content": row_contents(table.take(pa.array(rows)))})
    sorting = [("moment", "ascending"), ("content", "ascending")]
    order[tied] = rows[pc.sort_indices(keys, sort_keys=sorting).to_numpy()]
    return order


def row_contents(table: Texts) -> Texts:
    """Return one text per row that tells rows of different content apart."""
    parts = []
    for name in sorted(table.column_names):
        column = table[name]
        length = pc.cast(pc.utf8_length(column), pa.string())
        named = pc.binary_join_element_wise(f"{name}\x1f", column, "\x1f", length, "\x1e", "")
        parts.append(pc.fill_null(named, ""))
    return pc.binary_join_element_wise(*parts, "")
