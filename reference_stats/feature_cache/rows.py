"""The rows of the feature cache: what is remembered about images, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reference_stats.feature_cache.row_kind import RowKind
from reference_stats.file_facts.facts import facts_from_text
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.image_uses import NEVER
from reference_stats.outcomes import ImageFeatures, UnreadableImage

_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("image", pa.string()),
    ("version", pa.string()),
    ("deep", pa.bool_()),
    ("reason", pa.string()),
    ("detail", pa.string()),
    ("limit", pa.int64()),
    ("fingerprint", pa.binary(FINGERPRINT_BYTES)),
    ("file", pa.string()),
    ("used", pa.int64()),
    ("written", pa.int64()),
)
# In the column `file`, which else holds `FileFacts.as_text`.
_REFUSED = "refused"
# Of rows of a version that did not look at files: they are computed anew.
_UNKNOWN_FILE = ""
# Parts of earlier versions of this program do not have them; there they are this.
_IN_OLD_PARTS: Mapping[str, object] = {"file": _UNKNOWN_FILE, "used": None, "written": None}
_VERSION_LENGTH = "length of version"
_USED, _WRITTEN = "used, or never", "written, or never"
_IDENTITY = ("image", "version", "reason")
_FIRST_KEYS = ("image", _VERSION_LENGTH, "version", "reason", _USED, "file", "limit", _WRITTEN)
# Before every time.


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """What is remembered about one image.

    Attributes
    ----------
    path
        `ImageLocation.path`.
    version
        The version of the object that was read.
    outcome
        Its features, or why it has none.
    used
        The last time in the log of the run's rows that name the image, in microseconds since 1970
        UTC: the version was there for that use. None for an image that is in no log.
    written
        When the version was written, in microseconds since 1970 UTC; None where nobody asked.
    """

    path: str
    version: str
    outcome: ImageFeatures | UnreadableImage
    used: int | None = None
    written: int | None = None


def row_schema(names: Sequence[str]) -> pa.Schema:
    """Return the columns of the rows: what is known of the image, and a number per feature."""
    return pa.schema([*_FIELDS, *((name, pa.float64()) for name in names)])


def can_be_completed(names: Sequence[str], schema: pa.Schema) -> bool:
    """Tell whether a part with these columns is of this program, or of an earlier version."""
    return list(names) == [one for one in schema.names if one in names or one not in _IN_OLD_PARTS]


def completed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows of a part with all columns: those of earlier versions lack some."""
    for name in schema.names:
        if name not in rows.column_names:
            values = [_IN_OLD_PARTS[name]] * rows.num_rows
            rows = rows.append_column(name, pa.array(values, schema.field(name).type))
    return rows.select(schema.names).cast(schema)


def believed(rows: pa.Table) -> pa.Table:
    """Return the rows that say what the file is; those of earlier versions do not."""
    files = rows.column("file")
    texts: list[str] = pc.unique(files).to_pylist()
    known = [text for text in texts if _is_known_file(text)]
    if len(known) == len(texts):
        return rows
    return rows.filter(pc.is_in(files, pa.array(known, pa.string())))


def _is_known_file(text: str) -> bool:
    if text == _REFUSED:
        return True
    try:
        facts_from_text(text)
    except ValueError:
        return False
    return True


def feature_rows(names: Sequence[str]) -> RowKind:
    """Return what the rows of a cache of these features are."""
    schema = row_schema(names)
    return RowKind(
        cache="feature cache",
        schema=schema,
        can_be_completed=lambda columns: can_be_completed(columns, schema),
        completed=lambda rows: completed(rows, schema),
        in_order=in_order,
    )


def rows_of(entries: Sequence[CacheEntry], names: Sequence[str]) -> pa.Table:
    """Return one row per entry; where there are no features the numbers are NaN."""
    outcomes = [entry.outcome for entry in entries]
    refused = [one if isinstance(one, UnreadableImage) else None for one in outcomes]
    nothing = np.full(len(names), np.nan)
    numbers = np.array(
        [one.values.numbers if isinstance(one, ImageFeatures) else nothing for one in outcomes]
    ).reshape(len(entries), len(names))
    columns: dict[str, object] = {
        "image": [entry.path for entry in entries],
        "version": [entry.version for entry in entries],
        "deep": [isinstance(one, ImageFeatures) and one.deep for one in outcomes],
        "reason": [None if one is None else one.reason.name for one in refused],
        "detail": ["" if one is None else one.detail for one in refused],
        "limit": [None if one is None else one.limit for one in refused],
        "fingerprint": [
            one.fingerprint if isinstance(one, ImageFeatures) else None for one in outcomes
        ],
        "file": [_file_of(one) for one in outcomes],
        "used": [entry.used for entry in entries],
        "written": [entry.written for entry in entries],
    }
    columns |= dict(zip(names, numbers.T, strict=True))
    return pa.table(columns, schema=row_schema(names))


def _file_of(outcome: ImageFeatures | UnreadableImage) -> str:
    if isinstance(outcome, UnreadableImage):
        return _REFUSED
    return _UNKNOWN_FILE if outcome.file is None else outcome.file.as_text()


def in_order(rows: pa.Table) -> pa.Table:
    """Return the rows, sorted, with what is known twice of one use of a version only once.

    A row that knows its file is kept before one that does not, and of several refusals for one
    reason the one under the largest limit. A row that tells when its version was written wins over
    one that does not, and one that tells a use makes one without a use superfluous. Of two rows
    that differ in nothing but their numbers the same one is always kept, in whatever order and
    parts they come. The versions of an image are in the order of their length, then of their text,
    which is that of their age where they are the generations of a cloud object.
    """
    lengths = pc.utf8_length(rows.column("version"))
    keyed = rows.append_column(_VERSION_LENGTH, lengths)
    for key, name in ((_USED, "used"), (_WRITTEN, "written")):
        keyed = keyed.append_column(key, pc.fill_null(rows.column(name), NEVER))
    others = [name for name in rows.column_names if name not in _FIRST_KEYS]
    keys = [(name, "ascending") for name in (*_FIRST_KEYS, *others)]
    order = pc.sort_indices(keyed, sort_keys=keys)
    ordered = rows.take(order)
    return ordered.filter(pa.array(_last_of_its_kind(ordered)))


def _last_of_its_kind(ordered: pa.Table) -> np.ndarray:
    last = np.ones(ordered.num_rows, dtype=bool)
    if ordered.num_rows:
        last[:-1] = False
    for name in _IDENTITY:
        column = ordered.column(name).fill_null("").combine_chunks()
        if ordered.num_rows:
            last[:-1] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    used = ordered.column("used").fill_null(NEVER).to_numpy()
    last[:-1] |= (used[1:] != used[:-1]) & (used[:-1] != NEVER)
    return last
