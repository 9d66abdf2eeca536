"""Which columns of a Parquet file hold images, and which their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from jobs.errors import ObjectError

_BYTES, _PATH = "bytes", "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableKeys:
    """What the job file says of the columns of packed tables; None where it says nothing.

    Attributes
    ----------
    images
        ``images.packed_bytes``.
    names
        ``images.packed_key``.
    """

    images: str | None = None
    names: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumns:
    """The columns of one table.

    Attributes
    ----------
    images
        The column with the images; one in a struct as ``image.bytes``.
    names
        The column with their names; None where rows are known by their numbers alone.
    is_inside
        Whether the names are in the struct of the images.
    is_guess
        Whether nothing but its kind says that the column holds names.
    """

    images: str
    names: str | None
    is_inside: bool = False
    is_guess: bool = False


def table_columns(schema: pa.Schema, keys: TableKeys, url: str) -> TableColumns:
    """Return the columns with images and with their names.

    Where the job file does not name them: the one column of bytes, or the one struct of ``bytes``
    and ``path``, as the datasets of Hugging Face have them; and the path in the struct, or the one
    other column of text or whole numbers.

    Raises
    ------
    ObjectError
        If a column that the job file names is not there, or it cannot be told which is meant.
    """
    holding = [field.name for field in schema if _holds_bytes(field.type)]
    images = _named(keys.images, holding, "images.packed_bytes", "bytes", schema, url)
    if images is None:
        raise _unclear("images.packed_bytes", "images", holding, schema, url)
    inside = schema.field(images).type
    path = f"{images}.{_PATH}" if pa.types.is_struct(inside) and _has_path(inside) else None
    column = f"{images}.{_BYTES}" if pa.types.is_struct(inside) else images
    naming = [one.name for one in schema if one.name != images and _may_name(one.type)]
    if keys.names is None and path is not None:
        return TableColumns(images=column, names=path, is_inside=True)
    names = _named(keys.names, naming, "images.packed_key", "text or whole numbers", schema, url)
    if names is None and naming:
        raise _unclear("images.packed_key", "the images' names", naming, schema, url)
    return TableColumns(
        images=column, names=names, is_guess=names is not None and keys.names is None
    )


def not_unique(columns: TableColumns, schema: pa.Schema, url: str) -> ObjectError:
    """Return the error of a column that was taken for the names and does not tell rows apart."""
    return ObjectError(
        url,
        f"the column {columns.names!r} of the packed table does not name each image, because rows "
        "have no value or the same one. Expected images.packed_key to name the column with the "
        f"images' names. It has: {_described(schema)}.",
    )


def _named(
    wanted: str | None, fitting: Sequence[str], key: str, kind: str, schema: pa.Schema, url: str
) -> str | None:
    """Return the column that the job file names, or the only one; None where several fit."""
    if wanted is None:
        return fitting[0] if len(fitting) == 1 else None
    if wanted in fitting:
        return wanted
    raise ObjectError(
        url,
        f"{key} is {wanted!r}, which is no column of {kind} of the packed table. It has: "
        f"{_described(schema)}.",
    )


def _unclear(
    key: str, what: str, fitting: Sequence[str], schema: pa.Schema, url: str
) -> ObjectError:
    said = f"several columns of the packed table may hold {what}"
    if not fitting:
        said = f"no column of the packed table holds {what}"
    return ObjectError(
        url, f"{said}. Expected {key} to name the one meant. It has: {_described(schema)}."
    )


def _described(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} ({field.type})" for field in schema)[:1000]


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        place = kind.get_field_index(_BYTES)
        return place >= 0 and _is_bytes(kind.field(place).type)
    return _is_bytes(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    kind = _of_values(kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _has_path(kind: pa.DataType) -> bool:
    place = kind.get_field_index(_PATH)
    return place >= 0 and _may_name(kind.field(place).type)


def _may_name(kind: pa.DataType) -> bool:
    kind = _of_values(kind)
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)
    )


def _of_values(kind: pa.DataType) -> pa.DataType:
    """Return what the values of a column are; pandas stores categories as a dictionary of them."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind
