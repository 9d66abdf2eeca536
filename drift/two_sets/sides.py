"""What a caller hands in as a side of a comparison: a table, or images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

import pandas as pd

from drift.two_sets.image_sets import open_images
from drift.two_sets.options import FEWEST
from jobs.buckets.bucket import Bucket
from jobs.errors import InputError, UsageError
from reports.words.numbers import counted

_ENDINGS = {".csv", ".parquet"}
_EXPECTED = (
    "Expected a pandas DataFrame, a .csv or .parquet file, a folder of images, a list of image "
    "files, or the URL of a bucket such as gs://bucket/folder."
)


@runtime_checkable
class OtherTable(Protocol):
    """A table of another library, such as polars or pyarrow."""

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as pandas has it."""
        ...


Side: TypeAlias = (
    pd.DataFrame | OtherTable | Mapping[str, Sequence[object]] | str | Path | Sequence[str | Path]
)
Opened: TypeAlias = pd.DataFrame | Bucket


def open_side(given: Side, side: str) -> Opened:
    """Return one side as a table, or as a bucket of images.

    Parameters
    ----------
    side
        What the side is called in messages.

    Raises
    ------
    InputError
        If there is nothing there, or too few rows.
    UsageError
        If it is nothing that can be compared.
    """
    table = _table(given, side)
    if table is not None:
        return _long_enough(table, side)
    if isinstance(given, (str, Path)):
        return open_images(given, side)
    if isinstance(given, Sequence) and all(isinstance(one, (str, Path)) for one in given):
        return open_images(given, side)
    what = type(given).__name__
    if isinstance(given, Sequence) and len(given):
        what = f"{what} of {type(given[0]).__name__}"
    raise UsageError(f"{side} is of the type {what}. {_EXPECTED}")


def _table(given: Side, side: str) -> pd.DataFrame | None:
    if isinstance(given, pd.DataFrame):
        return given
    if isinstance(given, Mapping):
        return _table_of_columns(given, side)
    if isinstance(given, (str, Path)):
        return _read_table(str(given), side)
    return given.to_pandas() if isinstance(given, OtherTable) else None


def _table_of_columns(given: Mapping[str, Sequence[object]], side: str) -> pd.DataFrame:
    try:
        return pd.DataFrame(dict(given))
    except ValueError as error:
        raise UsageError(
            f"{side} is no table: {error}. Expected columns of equal length, such as "
            '{"speed": [4.1, 3.9], "weather": ["sun", "rain"]}.'
        ) from error


def _read_table(name: str, side: str) -> pd.DataFrame | None:
    ending = Path(name).suffix.lower()
    if ending not in _ENDINGS:
        return None
    try:
        return pd.read_csv(name) if ending == ".csv" else pd.read_parquet(name)
    except (OSError, ValueError, ImportError) as error:
        # A table of a URL takes packages that pandas names.
        raise InputError(
            f"{side}: {name} cannot be read as a table: {error}. Expected a file with a line of "
            "column names, such as pandas writes it."
        ) from error


def _long_enough(table: pd.DataFrame, side: str) -> pd.DataFrame:
    if len(table) >= FEWEST:
        return table
    rows = counted(len(table), "row") if len(table) else "no row"
    raise InputError(
        f"{side}: the table has {rows}. Expected at least {FEWEST}, so that a difference can be "
        "told from chance."
    )
