"""Tables that somebody computed, CSV or Parquet: features, or predictions without times."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.errors import ObjectError
from jobs.predictions.log_columns import NeededColumns
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


def read_predictions_table(context: SourceContext, name: str) -> PredictionTable:
    """Return the predictions in a CSV or Parquet file that has no timestamps.

    Raises
    ------
    ObjectError
        If the file is missing or no readable table.
    """
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        table = _read_table(context.bucket.local_copy(name, Path(folder)), context, name)
    return _predictions(table, context)


def _read_table(path: Path, context: SourceContext, name: str) -> pd.DataFrame:
    try:
        if name.endswith(".parquet"):
            return pd.read_parquet(path)
        return _read_csv(path, packed=name.endswith(".gz"), context=context)
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ObjectError(
            context.bucket.url_of(name),
            f"not a readable table ({str(error).splitlines()[0]}). Expected CSV with a "
            "header, or Parquet, with one row per image.",
        ) from None


def _read_csv(path: Path, *, packed: bool, context: SourceContext) -> pd.DataFrame:
    # Labels are text even where they look like numbers: "1" must not become "1.0".
    label = context.job.predictions.columns.prediction
    as_text = {} if label is None else {label: "str"}
    if packed:
        return pd.read_csv(
            path, compression="gzip", encoding="utf-8-sig", low_memory=False, dtype=as_text
        )
    return pd.read_csv(path, encoding="utf-8-sig", low_memory=False, dtype=as_text)


def _as_text(column: pd.Series) -> pd.Series:
    """Return labels as text: whole numbers without a fraction, missing values as missing."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("string").astype("object")


def _as_numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _predictions(table: pd.DataFrame, context: SourceContext) -> PredictionTable:
    columns = context.job.predictions.columns
    fields = pd.DataFrame(index=table.index)
    if columns.prediction in table.columns:
        fields["prediction"] = _as_text(table[columns.prediction])
    if columns.confidence in table.columns:
        fields["confidence"] = _as_numbers(table[columns.confidence])
    named = NeededColumns(named=columns)
    probabilities = named.probabilities(str(column) for column in table.columns)
    for name in probabilities:
        fields[name] = _as_numbers(table[name])
    return PredictionTable.of(fields, probabilities)
