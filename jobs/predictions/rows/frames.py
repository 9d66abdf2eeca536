"""The rows of a window as data frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.values.class_names import canonical_classes
from jobs.times.timestamp_parts import Integers, Texts

# So many rows tell whether a column's texts are few different ones.
_LOOKED_AT = 10_000
_MOST_CATEGORIES = 32_000


def fields_frame(
    raw: Mapping[str, Texts],
    moments: Integers,
    named: LogColumns,
    numbers: Mapping[str, NDArray[np.float64]],
) -> pd.DataFrame:
    """Return what `PredictionRows.fields` holds.

    Parameters
    ----------
    raw
        All columns of the log as texts.
    moments
        Microseconds since 1970-01-01 UTC.
    numbers
        The fields that hold numbers: ``confidence``, ``latency``, probabilities and others.
    """
    missing = pa.nulls(len(moments), pa.string())
    identity = _trimmed(raw.get(named.id or "", missing))
    times = pd.DatetimeIndex(moments.astype("datetime64[us]")).tz_localize("UTC")
    columns = {
        "timestamp": pd.Series(times),
        "id": _series(pc.fill_null(identity, "")),
        "prediction": class_series(raw.get(named.prediction or "", missing)),
        "label": class_series(raw.get(named.label or "", missing)),
        "client": label_series(raw.get(named.client or "", missing)),
    }
    columns |= {name: pd.Series(values) for name, values in numbers.items()}
    return pd.DataFrame(columns)


def raw_frame(raw: Mapping[str, Texts]) -> pd.DataFrame:
    """Return what `PredictionRows.raw` holds."""
    return pd.DataFrame(
        {name: pd.Series(_shared(column), dtype=object) for name, column in raw.items()}
    )


def compacted_raw(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the same texts in a half to a tenth of the memory: no object for each text and cell.

    Columns of few different texts become categories, others strings of Arrow; a missing value is
    NaN in place of None.
    """
    return pd.DataFrame({name: _compacted(raw[name]) for name in raw.columns}, index=raw.index)


def _compacted(column: pd.Series) -> pd.Series:
    first = column.iloc[:_LOOKED_AT]
    if 2 * first.nunique() <= len(first):
        codes, texts = pd.factorize(column)
        if len(texts) <= _MOST_CATEGORIES:
            short = codes.astype(np.int16)
            return pd.Series(pd.Categorical.from_codes(short, texts), index=column.index)
    return column.astype("str")


def _shared(column: Texts) -> NDArray[np.object_]:
    """Return texts as objects, equal ones as one: a million labels are a few texts."""
    encoded = column.dictionary_encode()
    known = encoded.dictionary.to_numpy(zero_copy_only=False)
    texts: NDArray[np.object_] = np.array([*known, None], dtype=object)
    places: NDArray[np.int64] = encoded.indices.fill_null(len(known)).to_numpy()
    return texts[places]


def label_series(column: Texts) -> pd.Series[str]:
    """Return texts as labels: without spaces around them, empty ones as missing.

    Every other text is a label, ``None`` and ``nan`` too.
    """
    return _series(_trimmed(column))


def class_series(column: Texts) -> pd.Series[str]:
    """Return texts as classes in their one form, blank ones as missing.

    ``None`` and ``nan`` are classes too.
    """
    return _series(canonical_classes(column))


def _trimmed(column: Texts) -> Texts:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _series(column: Texts) -> pd.Series[str]:
    series: pd.Series[str] = column.to_pandas().astype("str")
    return series
