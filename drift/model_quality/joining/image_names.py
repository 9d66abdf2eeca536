"""The images that rows of the log name, as texts: what the locator says, for a million rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.images.locations import ImageLocation, ImageLocator
from jobs.images.template import Placeholder, placeholders_of
from jobs.times.timestamp_parts import Texts, as_flags

# A name in the bucket that is safe as it stands: parts of plain signs that begin with no dot.
_PLAIN = r"^[A-Za-z0-9_][A-Za-z0-9_.=+@ -]{0,200}(/[A-Za-z0-9_][A-Za-z0-9_.=+@ -]{0,200}){0,4}$"


def image_names(
    columns: Mapping[str, Texts], count: int, locator: ImageLocator, log_url: str
) -> pa.StringArray:
    """Return the image of each row, null where none may be read.

    It is its path in the bucket, or its full URI.

    Parameters
    ----------
    columns
        The log's own columns as texts.
    count
        How many rows there are.
    locator, log_url
        As in `ImageLocator.locate`.

    Raises
    ------
    ObjectError
        If `images.path` names a column that the rows do not have.
    """
    if not count:
        # Where no row was read, no column is known either.
        return pa.array([], pa.string())
    used = locator.columns_used()
    texts = _written(columns, locator)
    if texts is None:
        every = np.arange(count)
        return pa.array(_located(columns, used, every, locator, log_url), pa.string())
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), False)
    others = np.flatnonzero(~as_flags(plain) & as_flags(pc.is_valid(texts)))
    if not len(others):
        return texts
    found = np.array(pc.if_else(plain, texts, None).to_pylist(), dtype=object)
    found[others] = _located(columns, used, others, locator, log_url)
    return pa.array(found, pa.string())


def _located(
    columns: Mapping[str, Texts],
    used: Sequence[str],
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    locator: ImageLocator,
    log_url: str,
) -> list[str | None]:
    raw = pd.DataFrame(
        {
            name: pd.Series(columns[name].take(pa.array(rows)).to_pylist(), dtype=object)
            for name in used
            if name in columns
        },
        index=range(len(rows)),
    )
    located = locator.locate(raw, log_url)
    return [one.path if isinstance(one, ImageLocation) else None for one in located]


def _written(columns: Mapping[str, Texts], locator: ImageLocator) -> pa.StringArray | None:
    """Return what `images.path` is for each row; None where that takes more than joining texts."""
    path = locator.settings.path
    if path is None:
        return None
    used = placeholders_of(path)
    if not used or any(one.format or one.column not in columns for one in used):
        return None
    texts = _filled(path, used, columns)
    own = locator.bucket_url.rstrip("/") + "/"
    is_own = pc.fill_null(pc.starts_with(texts, pattern=own), False)
    if pc.any(is_own).as_py():
        texts = pc.if_else(is_own, pc.utf8_slice_codeunits(texts, len(own)), texts)
    return texts


def _filled(path: str, used: Sequence[Placeholder], columns: Mapping[str, Texts]) -> pa.StringArray:
    """Return the path with each row's texts in it; null where one is missing or empty."""
    values = [columns[one.column] for one in used]
    values = [pc.if_else(pc.equal(one, ""), pa.scalar(None, pa.string()), one) for one in values]
    if "{" not in path:
        return values[0]
    parts: list[object] = []
    rest = path
    for one, texts in zip(used, values, strict=True):
        before, _, rest = rest.partition(str(one))
        parts += [pa.scalar(before), texts]
    return pc.binary_join_element_wise(*parts, pa.scalar(rest), "")
