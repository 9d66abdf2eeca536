"""What a column of a table holds: numbers or classes, or why it cannot be compared."""

from __future__ import annotations

import enum
import math
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from jobs.predictions.rows.rejections import shorten
from jobs.predictions.values.class_names import canonical_labels

# A class that is there once or twice tells nothing: such texts are names or sentences.
_MOST_CLASSES = 20
_MOSTLY_OTHERS = 0.5
# Beyond these, the square of a number is infinite or 0, and so is every variance. They count as
# infinite, which is a missing value, and as 0.
_LARGEST, _SMALLEST = 1e150, 1e-150


class Content(enum.StrEnum):
    """What the values of a column are."""

    NUMBERS = "numbers"
    CLASSES = "text"
    NOTHING = "nothing"
    TIMES = "times"
    OTHER = "other things"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column of one table.

    Attributes
    ----------
    content
        What its values are.
    cells
        float64 with NaN for missing values, or text with missing values; all missing where the
        content is neither.
    example
        One of its values as text, shortened; empty where it has none.
    """

    content: Content
    cells: pd.Series
    example: str = ""

    @classmethod
    def of(cls, values: pd.Series) -> TableColumn:
        """Return a column of a table; its rows are numbered anew."""
        values = values.reset_index(drop=True)
        content = _content(values)
        made = _MAKERS.get(content)
        found = pd.Series(np.nan, index=values.index) if made is None else made(values)
        return cls(content=content, cells=found, example=_example(values.dropna()))

    @property
    def missing(self) -> int:
        """How many rows have no value, infinite ones among them."""
        return int(self.cells.isna().sum())

    @property
    def names_everything(self) -> bool:
        """Whether nearly every row has a text of its own, as identifiers and sentences are."""
        known = self.cells.dropna()
        different = known.nunique()
        return different > _MOST_CLASSES and different > _MOSTLY_OTHERS * len(known)


def _example(known: pd.Series) -> str:
    """Return a value as it is written in code; where only some are texts, one of them."""
    if known.empty:
        return ""
    mixed = known.dtype == object
    texts = known[[isinstance(one, str) for one in known]] if mixed else known
    first = (known if texts.empty else texts).iloc[0]
    plain = first.item() if isinstance(first, np.generic) else first
    return shorten(f"{plain:.6g}" if isinstance(plain, float) else repr(plain))


def _content(values: pd.Series) -> Content:
    kind = values.dtype
    if pd.api.types.is_bool_dtype(kind) or isinstance(kind, pd.CategoricalDtype):
        return Content.CLASSES if values.notna().any() else Content.NOTHING
    if pd.api.types.is_complex_dtype(kind):
        return Content.OTHER
    if pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_timedelta64_dtype(kind):
        return Content.NUMBERS if values.notna().any() else Content.NOTHING
    if pd.api.types.is_datetime64_any_dtype(kind) or isinstance(kind, pd.PeriodDtype):
        return Content.TIMES
    if isinstance(kind, pd.StringDtype):
        return Content.CLASSES if values.notna().any() else Content.NOTHING
    return _content_of_objects(values.dropna())


def _content_of_objects(known: pd.Series) -> Content:
    """Return what single objects are; numbers only where all of them are numbers."""
    if known.empty:
        return Content.NOTHING
    kinds = set(map(type, known)) - {bool, np.bool_}
    if kinds and all(issubclass(one, (numbers.Real, Decimal)) for one in kinds):
        return Content.NUMBERS
    plain = (str, bytes, numbers.Real, Decimal, enum.Enum)
    return Content.CLASSES if all(issubclass(one, plain) for one in kinds) else Content.OTHER


def _as_numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return pd.Series(values.dt.total_seconds(), dtype="float64")
    if pd.api.types.is_object_dtype(values.dtype) or isinstance(values.dtype, pd.ArrowDtype):
        # pandas converts neither a missing decimal of Arrow nor an integer beyond all floats.
        values = values.astype("object").map(_float, na_action="ignore")
    found: pd.Series = pd.to_numeric(values, errors="coerce").astype("float64")
    found = found.where(found.abs() <= _LARGEST)
    return found.mask(found.abs() < _SMALLEST, 0.0)


def _float(value: Any) -> float:  # noqa: ANN401 - whatever counts as a real number
    try:
        return float(value)
    except (OverflowError, ValueError):
        return math.nan


def _as_classes(values: pd.Series) -> pd.Series:
    texts = values.astype("object").map(_text, na_action="ignore").astype("str")
    return canonical_labels(texts).astype("str")


def _text(value: object) -> str:
    """Return a value as text that can be written; halves of characters are spelled out."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


_MAKERS = {Content.NUMBERS: _as_numbers, Content.CLASSES: _as_classes}
