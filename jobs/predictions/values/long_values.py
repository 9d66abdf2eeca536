"""Long values of columns that a job does not name, cut down to what tells them apart.

Rows are compared in all columns (`deliveries`), and nobody reads a whole request body in a report.
What stays of a long value is its beginning, its length and a digest: equal values stay equal and
different ones different, in every format, and a window's memory does not grow with them.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from jobs.predictions.log_columns import NeededColumns
from jobs.times.timestamp_parts import Texts

# A value of more is cut.
LONGEST_VALUE_BYTES = 256
_KEPT_BYTES = 128
_DIGEST_BYTES = 16


def cut_unnamed(table: Texts, needed: NeededColumns) -> Texts:
    """Return a table of texts with the long values cut in columns that the job does not name."""
    for place, name in enumerate(table.column_names):
        column = table[name]
        if any(map(_has_long_values, column.chunks)) and not needed.names(name):
            cut = pa.chunked_array([cut_values(chunk) for chunk in column.chunks])
            table = table.set_column(place, name, cut)
    return table


def cut_values(texts: pa.StringArray, longest: int = LONGEST_VALUE_BYTES) -> pa.StringArray:
    """Return texts, which may be no UTF-8, with those of more bytes than `longest` cut."""
    if not _has_long_values(texts, longest):
        return texts
    is_long = pc.fill_null(pc.greater(pc.binary_length(texts), longest), False)
    cut = [_cut(value.as_buffer().to_pybytes()) for value in texts.filter(is_long)]
    short = pc.if_else(is_long, None, texts)
    whole = pc.replace_with_mask(short.cast(pa.binary()), is_long, pa.array(cut, pa.binary()))
    # Without the check of a cast: what is no UTF-8 stays so, for its row to be counted.
    return pa.StringArray.from_buffers(len(whole), *whole.buffers()[1:], whole.buffers()[0])


def _has_long_values(texts: pa.StringArray, longest: int = LONGEST_VALUE_BYTES) -> bool:
    found = pc.max(pc.binary_length(texts)).as_py()
    return found is not None and found > longest


def _cut(value: bytes) -> bytes:
    digest = hashlib.blake2b(value, digest_size=_DIGEST_BYTES).hexdigest()
    size = f"… ({len(value):,} bytes, {digest})".encode()
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return value[:_KEPT_BYTES] + b"\xff" + size
    return value[:_KEPT_BYTES].decode("utf-8", "ignore").encode() + size
