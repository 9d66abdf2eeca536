"""Tables that somebody computed, CSV or Parquet: features, or predictions without times."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from jobs.errors import ObjectError
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.numbers import read_numbers
from jobs.predictions.parquet_log import as_texts
from jobs.predictions.window_frames import class_series
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.profile import PredictionTable


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
    known = [feature.name for feature in context.features if feature.name in table.columns]
    if not known:
        there = ", ".join(str(name)[:60] for name in table.columns[:40])
        raise ObjectError(
            context.bucket.url_of(name),
            f"no column is named as a feature. It has: {there}. Expected some of: "
            f"{', '.join(feature.name for feature in context.features)}.",
        )
    numbers = pd.DataFrame({column: _as_numbers(table[column]) for column in known})
    usable = numbers.notna().any(axis=1)
    left_out = int((~usable).sum())
    return ReferenceNumbers(
        features=numbers[usable].reset_index(drop=True),
        predictions=_predictions(table[usable], context),
        source=f"the feature table {name}",
        left_out={"no readable feature in the row": left_out} if left_out else {},
    )


def read_predictions_table(
    context: SourceContext, name: str
) -> tuple[PredictionTable, pd.DataFrame]:
    """Return the predictions in a CSV or Parquet file that has no timestamps, and its own columns.

    The columns are texts, with missing values as None.

    Raises
    ------
    ObjectError
        If the file is missing or no readable table.
    """
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        table = _read_table(context.bucket.local_copy(name, Path(folder)), context, name)
    texts = {str(column): _as_texts(table[column]) for column in table.columns}
    return _predictions(table, context), pd.DataFrame(texts, index=table.index, dtype=object)


def _as_texts(column: pd.Series) -> pd.Series:
    texts = column.astype("str").astype(object)
    return texts.where(column.notna(), None)


def _read_table(path: Path, context: SourceContext, name: str) -> pd.DataFrame:
    label = context.job.predictions.columns.prediction
    try:
        if name.endswith(".parquet"):
            return _read_parquet(path, label)
        return _read_csv(path, label, packed=name.endswith(".gz"))
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ObjectError(
            context.bucket.url_of(name),
            f"not a readable table ({str(error).splitlines()[0]}). Expected CSV with a "
            "header, or Parquet, with one row per image.",
        ) from None


def _read_parquet(path: Path, label: str | None) -> pd.DataFrame:
    stored = parquet.read_table(path)
    table: pd.DataFrame = stored.to_pandas()
    if label in stored.column_names:
        table[label] = class_series(as_texts(stored.select([label]))[label]).array
    return table


def _read_csv(path: Path, label: str | None, *, packed: bool) -> pd.DataFrame:
    packing: Literal["gzip", "infer"] = "gzip" if packed else "infer"
    header = pd.read_csv(path, compression=packing, encoding="utf-8-sig", nrows=0)
    # With a converter pandas takes the text as it stands: "1" stays, "None" and "NA" are labels.
    converters = {name: str for name in header.columns if name.strip() == label}
    table = pd.read_csv(
        path,
        compression=packing,
        encoding="utf-8-sig",
        low_memory=False,
        converters=converters,
    ).rename(columns=str.strip)
    if table.columns.has_duplicates:
        raise ValueError("two columns differ in nothing but spaces around their names")
    if label in table.columns:
        table[label] = class_series(pa.array(table[label], pa.string())).array
    return table


def _as_numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _as_shares(column: pd.Series) -> pd.Series:
    """Return a confidence or probability as a log's would be read: ``95.8%`` is 0.958."""
    if pd.api.types.is_numeric_dtype(column):
        return _as_numbers(column)
    texts = pa.array([None if pd.isna(one) else str(one) for one in column], pa.string())
    return pd.Series(read_numbers(texts, is_share=True).values, index=column.index)


def _predictions(table: pd.DataFrame, context: SourceContext) -> PredictionTable:
    columns = context.job.predictions.columns
    fields = pd.DataFrame(index=table.index)
    if columns.prediction in table.columns:
        fields["prediction"] = table[columns.prediction]
    if columns.confidence in table.columns:
        fields["confidence"] = _as_shares(table[columns.confidence])
    named = NeededColumns(named=columns)
    probabilities = named.probabilities(str(column) for column in table.columns)
    for name in probabilities:
        fields[name] = _as_shares(table[name])
    return PredictionTable.of(fields, probabilities)
