"""Columns of Parquet as the texts that other formats would hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.predictions.values.long_values import cut_values
from jobs.predictions.values.texts import text_of
from jobs.times.timestamp_parts import Texts

# Between these pyarrow writes a float as Python does.
_SAME_FROM, _SAME_BELOW = 1e-4, 1e10
# The microseconds of units that hold times which microseconds cannot.
_LARGE_UNITS = {"s": 1_000_000, "ms": 1_000}
_OUT_OF_RANGE = "<value out of range>"


def as_short_texts(column: Texts, *, longest: int | None) -> Texts:
    """Return a column as texts; those of more bytes than `longest` are cut, if it is a number.

    A dictionary's values are cut before they are repeated.
    """
    if not pa.types.is_dictionary(column.type):
        texts = column_as_texts(column)
        if longest is None:
            return texts
        cut = [cut_values(chunk, longest) for chunk in texts.chunks]
        return pa.chunked_array(cut, pa.string())
    return pa.chunked_array(
        [
            as_short_texts(pa.chunked_array([chunk.dictionary]), longest=longest)
            .combine_chunks()
            .take(chunk.indices)
            for chunk in column.chunks
        ],
        pa.string(),
    )


def microseconds(column: Texts) -> Texts:
    """Return times or dates since 1970-01-01; the farthest there are in place of farther ones."""
    kind = column.type
    if pa.types.is_date32(kind):
        counts, factor = column.cast(pa.int32()).cast(pa.int64()), 86_400_000_000
    elif pa.types.is_date64(kind) or kind.unit in _LARGE_UNITS:
        counts = column.cast(pa.int64())
        factor = _LARGE_UNITS["ms" if pa.types.is_date64(kind) else kind.unit]
    else:
        return column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
    farthest = np.iinfo(np.int64).max // factor
    counts = pc.max_element_wise(counts, -farthest, skip_nulls=False)
    return pc.multiply(pc.min_element_wise(counts, farthest, skip_nulls=False), factor)


def as_texts(table: Texts) -> Texts:
    """Return all columns of a table as the texts that other formats would hold."""
    flat = {
        name: column
        for outer, whole in zip(table.column_names, table.columns, strict=True)
        for name, column in with_inner(outer, whole)
    }
    return pa.table({name: column_as_texts(column) for name, column in flat.items()})


def column_names(schema: pa.Schema) -> list[str]:
    """Return the names of all columns, those of structs' fields among them: ``request.file``."""
    return [str(name) for name in as_texts(schema.empty_table()).column_names]


def with_inner(name: str, column: Texts) -> Iterator[tuple[str, Texts]]:
    """Yield a column and, where it is a struct, its fields as columns of their own."""
    yield name, column
    if pa.types.is_struct(column.type):
        for place in range(column.type.num_fields):
            field = column.type.field(place)
            yield from with_inner(f"{name}.{field.name}", pc.struct_field(column, [place]))


def column_as_texts(column: Texts) -> Texts:
    """Return a column of any type as texts; a dictionary as the values that it repeats."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_as_texts(column.cast(kind.value_type))
    if pa.types.is_string(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_integer(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return _timestamp_texts(column)
    if pa.types.is_floating(kind):
        return _float_texts(column)
    try:
        texts = pa.array([text_of(value) for value in column.to_pylist()], pa.string())
    except (OverflowError, ValueError):
        # Bytes that are no text are kept as they are, for the row to be known by them.
        texts = pa.array([_one_text(value) for value in column], pa.binary())
        texts = pa.StringArray.from_buffers(len(texts), *texts.buffers()[1:], texts.buffers()[0])
    return pa.chunked_array([texts])


def _one_text(value: pa.Scalar) -> str | bytes | None:
    try:
        return text_of(value.as_py())
    except UnicodeError:
        return b"\xff"
    except (OverflowError, ValueError):
        return _OUT_OF_RANGE


def _timestamp_texts(column: Texts) -> Texts:
    """Return times as ISO 8601 in UTC, or without a zone where the column has none."""
    zoned = bool(column.type.tz)
    written = microseconds(column).cast(pa.timestamp("us")).cast(pa.string())
    texts = pc.replace_substring(written, " ", "T")
    texts = pc.binary_join_element_wise(texts, "Z", "") if zoned else texts
    return pc.if_else(pc.starts_with(written, "<"), _OUT_OF_RANGE, texts)


def _float_texts(column: Texts) -> Texts:
    """Return floats as `text_of` writes them, by pyarrow where it writes the same."""
    # Adding zero takes the sign from a negative zero.
    floats = pc.add(column.cast(pa.float64()), 0.0).combine_chunks()
    sizes = pc.abs(floats)
    same = pc.or_(
        pc.and_(pc.greater_equal(sizes, _SAME_FROM), pc.less(sizes, _SAME_BELOW)),
        pc.equal(sizes, 0.0),
    )
    other = pc.invert(pc.fill_null(same, True))
    own = pa.array([text_of(value) for value in floats.filter(other).to_pylist()], pa.string())
    return pa.chunked_array([pc.replace_with_mask(floats.cast(pa.string()), other, own)])


def is_utf8(column: Texts) -> bool:
    """Tell whether every text is UTF-8, which nobody checked when the column was read."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def escaped(column: Texts) -> pa.StringArray:
    """Return texts in one piece, with what is no UTF-8 in them escaped."""
    if is_utf8(column):
        return column.combine_chunks()
    values = column.cast(pa.binary()).to_pylist()
    texts = [value and value.decode("utf-8", "backslashreplace") for value in values]
    return pa.array(texts, pa.binary()).cast(pa.string())
