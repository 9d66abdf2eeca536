"""Tables that somebody computed: features, or predictions without times."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.boxes.image_boxes import ImageBoxes
from jobs.errors import ObjectError
from jobs.predictions.formats.json_lines import parse_line
from jobs.predictions.formats.parquet.pieces import MOST_ROWS, GroupColumns, open_parquet
from jobs.predictions.formats.parquet.texts import as_short_texts, as_texts
from jobs.predictions.formats.text_blocks import read_blocks
from jobs.predictions.formats.text_stream import DamagedTextError
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.frames import class_series
from jobs.predictions.selection.object_names import LogFormat, format_of
from jobs.predictions.values.numbers import read_numbers
from jobs.times.timestamp_parts import Texts
from reference_stats.profiles.answer_columns import with_answer_columns
from reference_stats.profiles.box_columns import BoxTable, with_box_rows
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.profile import PredictionTable

# Longer texts of a Parquet table are cut.
_LONGEST_VALUE_BYTES = 4_096
_DELIMITERS = (",", ";", "\t", "|")
# Whether a table was read in which a comma never separates thousands.
_DECIMAL_COMMAS = "decimal_commas"


def collect(context: SourceContext) -> ReferenceNumbers:
    """Return the known feature columns of the file that ``reference.features`` names.

    A row without a single readable feature is left out and counted; a single value that is no
    finite number is missing. Columns that are no feature are ignored, except those that the job
    file names as prediction, confidence or probability.

    Raises
    ------
    ObjectError
        If the file is missing, unreadable, or has no column that is named as a feature.
    """
    name = str(context.job.reference.features)
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        table = _read_table(context.bucket.local_copy(name, Path(folder)), context, name)
    table = _with_own_names(table, context)
    known = [feature.name for feature in context.features if feature.name in table.columns]
    if not known and context.job.has_images:
        raise ObjectError(
            context.bucket.url_of(name),
            f"no column is named as a feature. It has: {_listed(table)}. Expected some of: "
            f"{', '.join(feature.name for feature in context.features)}.",
        )
    numbers = pd.DataFrame(
        {column: _as_numbers(table[column]) for column in known}, index=table.index
    )
    said = _predictions(table, context)
    usable = numbers.notna().any(axis=1) if known else said.rows.notna().any(axis=1)
    left_out = int((~usable).sum())
    return ReferenceNumbers(
        features=numbers[usable].reset_index(drop=True),
        predictions=_predictions(table[usable], context),
        source=f"the feature table {name}",
        left_out={"no readable feature in the row": left_out} if left_out else {},
    )


def _with_own_names(table: pd.DataFrame, context: SourceContext) -> pd.DataFrame:
    """Return a table whose features are called as here, if they are called as in the log."""
    named = context.job.predictions.columns.numbers
    if not isinstance(named, dict):
        return table
    names = {
        column: name
        for name, column in named.items()
        if column in table.columns and name not in table.columns
    }
    return table.rename(columns=names)


def read_predictions_table(
    context: SourceContext, name: str
) -> tuple[PredictionTable, pd.DataFrame, ImageBoxes | None]:
    """Return the predictions in a table that has no timestamps, its own columns, and its boxes.

    The columns are texts, with missing values as None; those are among them that are made of boxes.

    Raises
    ------
    ObjectError
        If the file is missing, no readable table, or without any column of predictions that the
        job names.
    """
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        table = _read_table(context.bucket.local_copy(name, Path(folder)), context, name)
    texts = {str(column): _as_texts(table[column]) for column in table.columns}
    boxes = with_box_rows(table, context)
    if boxes is not None:
        table = boxes.table
        taken = {name: column.iloc[boxes.found.take] for name, column in texts.items()}
        texts = {name: column.set_axis(table.index) for name, column in taken.items()}
        made = {name: column.to_pylist() for name, column in boxes.found.made.items()}
        texts |= {name: pd.Series(column, table.index, object) for name, column in made.items()}
    predictions = _predictions(table, context, boxes)
    if not len(predictions.rows.columns):
        named = context.job.predictions.columns
        asked = [named.prediction, named.confidence, *named.probabilities, *named.number_patterns]
        raise ObjectError(
            context.bucket.url_of(name),
            f"it has none of the predictions' columns {', '.join(filter(None, asked))}, or no "
            f"value in them. Its columns are: {_listed(table)}. Expected columns named as in "
            "predictions.columns.",
        )
    raw = pd.DataFrame(texts, index=table.index, dtype=object)
    return predictions, raw, None if boxes is None else boxes.found.boxes


def _listed(table: pd.DataFrame) -> str:
    return ", ".join(str(name)[:60] for name in table.columns[:40])


def _as_texts(column: pd.Series) -> pd.Series:
    texts = column.astype("str").astype(object)
    return texts.where(column.notna(), None)


def _read_table(path: Path, context: SourceContext, name: str) -> pd.DataFrame:
    label = context.job.predictions.columns.prediction
    most = context.job.window.most_rows
    try:
        if name.endswith(".parquet"):
            columns = context.job.predictions.columns
            of_boxes = () if columns.boxes is None else columns.boxes.used
            whole = {columns.answer, columns.answer_names, *of_boxes}
            table = _read_parquet(path, label, most, whole=whole)
        elif format_of(name) is LogFormat.JSON_LINES:
            table = _read_json_lines(path, label, most)
        else:
            table = _read_csv(path, label, most, packed=name.endswith(".gz"))
    except MemoryError:
        raise
    except (ValueError, OSError, pa.ArrowException, DamagedTextError) as error:
        raise ObjectError(
            context.bucket.url_of(name),
            f"not a readable table ({str(error).splitlines()[0]}). Expected CSV with a "
            "header, Parquet, or JSON lines, with one row per image.",
        ) from None
    if len(table) > most:
        raise ObjectError(
            context.bucket.url_of(name),
            f"the table has more rows than window.most_rows ({most:,}). Leave some out, or raise "
            "window.most_rows and give the run more memory.",
        )
    return table


def _read_parquet(
    path: Path, label: str | None, most: int, whole: Collection[str | None]
) -> pd.DataFrame:
    """Return a table of at most one row more than `most`, its very long texts cut.

    Parameters
    ----------
    whole
        Columns of which no text is cut.
    """
    convert = partial(_with_short_texts, whole=whole)
    with open_parquet(path, verify=False) as file:
        metadata, names = file.metadata, [str(name) for name in file.schema_arrow.names]
        empty = file.schema_arrow.empty_table()
    parts, left = [], most + 1
    for group in range(metadata.num_row_groups):
        rows = min(left, metadata.row_group(group).num_rows)
        with GroupColumns(path, metadata, group, names, verify=False) as stored:
            for start in range(0, rows, MOST_ROWS):
                wanted = np.ones(min(MOST_ROWS, rows - start), np.bool_)
                parts.append(pa.table(stored.read(start, wanted, convert)))
        left -= rows
    every = pa.concat_tables(parts) if parts else empty
    table: pd.DataFrame = every.to_pandas()
    if label in every.column_names:
        table[label] = class_series(as_texts(every.select([label]))[label]).array
    return table


def _with_short_texts(
    name: str, column: Texts, *, whole: Collection[str | None]
) -> dict[str, Texts]:
    longest = None if name in whole else _LONGEST_VALUE_BYTES
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        return {name: as_short_texts(column, longest=longest)}
    return {name: column.cast(kind)}


def _read_json_lines(path: Path, label: str | None, most: int) -> pd.DataFrame:
    rows: list[dict[str, str | None]] = []
    for block in read_blocks(path):
        if len(rows) > most:
            break
        for line in filter(bytes.strip, block.data.split(b"\n")):
            parsed = parse_line(line.removeprefix(codecs.BOM_UTF8))
            if not isinstance(parsed, dict):
                raise ValueError(f"a line is {parsed}")  # noqa: TRY004 - text of the file
            rows.append(parsed)
    table = pd.DataFrame(rows, dtype=object)
    if label in table.columns:
        table[label] = class_series(pa.array(table[label], pa.string(), from_pandas=True)).array
    return table


def _read_csv(path: Path, label: str | None, most: int, *, packed: bool) -> pd.DataFrame:
    packing: Literal["gzip", "infer"] = "gzip" if packed else "infer"
    headers = [
        (pd.read_csv(path, sep=one, compression=packing, encoding="utf-8-sig", nrows=0), one)
        for one in _DELIMITERS
    ]
    header, delimiter = max(headers, key=lambda found: len(found[0].columns))
    # With a converter pandas takes the text as it stands: "1" stays, "None" and "NA" are labels.
    converters = {name: str for name in header.columns if name.strip() == label}
    table = pd.read_csv(
        path,
        sep=delimiter,
        compression=packing,
        encoding="utf-8-sig",
        low_memory=False,
        nrows=most + 1,
        converters=converters,
    ).rename(columns=str.strip)
    if table.columns.has_duplicates:
        raise ValueError("two columns differ in nothing but spaces around their names")
    if label in table.columns:
        table[label] = class_series(pa.array(table[label], pa.string())).array
    table.attrs[_DECIMAL_COMMAS] = delimiter == ";"
    return table


def _as_numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _as_shares(column: pd.Series) -> pd.Series:
    """Return a confidence or probability as a log's would be read: ``95.8%`` is 0.958."""
    if pd.api.types.is_numeric_dtype(column):
        return _as_numbers(column)
    return pd.Series(read_numbers(_texts(column), is_share=True).values, index=column.index)


def _as_logged_numbers(column: pd.Series, *, decimal_commas: bool) -> pd.Series:
    """Return further numbers as a log's would be read: ``0,958`` is 0.958."""
    if pd.api.types.is_numeric_dtype(column):
        return _as_numbers(column)
    commas = np.full(len(column), decimal_commas)
    read = read_numbers(_texts(column), decimal_commas=commas)
    return pd.Series(read.values, index=column.index)


def _texts(column: pd.Series) -> pa.StringArray:
    return pa.array([None if pd.isna(one) else str(one) for one in column], pa.string())


def _predictions(
    table: pd.DataFrame, context: SourceContext, boxes: BoxTable | None = None
) -> PredictionTable:
    columns = context.job.predictions.columns
    decimal_commas = bool(table.attrs.get(_DECIMAL_COMMAS))
    table = with_answer_columns(table, columns)
    fields = pd.DataFrame(index=table.index)
    if columns.prediction in table.columns:
        fields["prediction"] = table[columns.prediction]
    if columns.confidence in table.columns:
        fields["confidence"] = _as_shares(table[columns.confidence])
    named = NeededColumns(named=columns)
    probabilities = named.probabilities(str(column) for column in table.columns)
    for name in probabilities:
        fields[name] = _as_shares(table[name])
    numbers = named.numbers(str(column) for column in table.columns)
    for name, column in numbers.items():
        fields[name] = _as_logged_numbers(table[column], decimal_commas=decimal_commas)
    if boxes is None:
        return PredictionTable.of(fields, probabilities, tuple(numbers))
    derived = boxes.numbers(fields.get("confidence"))
    found = PredictionTable.of(
        fields.join(derived), probabilities, (*numbers, *map(str, derived.columns))
    )
    return replace(found, left_out=boxes.left_out)
