"""Labels as they were given, any number for one key, column by column."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.labels.labels import LeftOutLabel
from jobs.predictions.rows.rejections import shorten
from jobs.predictions.values.class_names import canonical_class
from jobs.times.timestamp_parts import Flags, Integers, Texts, as_flags


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLabels:
    """Labels that have a class and a key, a row each.

    Attributes
    ----------
    ids, images
        The keys as texts without spaces around them; null where a label has none of that kind.
    labels
        The classes in their one form.
    moments
        When each was given, in microseconds since 1970-01-01 UTC; `NOT_KNOWN` where nobody says.
    sources
        The place of each one's object among `names`.
    lines
        Where in that object it stands.
    names
        The objects; the same ones for all parts of what was read.
    """

    ids: Texts
    images: Texts
    labels: Texts
    moments: Integers
    sources: Integers
    lines: Integers
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.moments)

    def example(self, row: int, reason: str) -> LeftOutLabel:
        """Return one of the labels with what is said of it."""
        key = self.ids[row].as_py() or self.images[row].as_py() or ""
        return LeftOutLabel(
            source=self.names[int(self.sources[row])],
            line=int(self.lines[row]),
            key=shorten(key),
            reason=reason,
            detail=shorten(self.labels[row].as_py() or ""),
        )

    def first(self, rows: Integers, count: int) -> Integers:
        """Return the first few of some rows, by object and line."""
        sources, places = np.unique(self.sources[rows], return_inverse=True)
        names = [self.names[source] for source in sources.tolist()]
        ranks = np.empty(len(names), np.int64)
        ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        order = np.lexsort((self.lines[rows], ranks[places]))
        found: Integers = rows[order[:count]]
        return found

    def take(self, wanted: Flags) -> GivenLabels:
        """Return some of the labels."""
        chosen = pa.array(wanted)
        return GivenLabels(
            ids=self.ids.filter(chosen),
            images=self.images.filter(chosen),
            labels=self.labels.filter(chosen),
            moments=self.moments[wanted],
            sources=self.sources[wanted],
            lines=self.lines[wanted],
            names=self.names,
        )


def joined(parts: Sequence[GivenLabels], names: Sequence[str]) -> GivenLabels:
    """Return all parts as one."""
    empty = np.empty(0, np.int64)

    def texts(columns: Sequence[Texts]) -> Texts:
        return pa.chunked_array(list(columns), pa.string()).combine_chunks()

    return GivenLabels(
        ids=texts([one.ids for one in parts]),
        images=texts([one.images for one in parts]),
        labels=texts([one.labels for one in parts]),
        moments=np.concatenate([empty, *(one.moments for one in parts)]),
        sources=np.concatenate([empty, *(one.sources for one in parts)]),
        lines=np.concatenate([empty, *(one.lines for one in parts)]),
        names=names,
    )


def trimmed(column: Texts) -> Texts:
    """Return texts without spaces around them, blank ones as null, in one piece."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    texts = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def as_ids(column: Texts) -> Texts:
    """Return ids as texts without spaces around them; `12.0` is `12`, blank ones are null.

    Programs print the whole numbers of a column with gaps as `12.0`.
    """
    texts = trimmed(column)
    if not pc.any(pc.ends_with(texts, pattern=".0")).as_py():
        return texts
    return pc.replace_substring_regex(texts, pattern=r"^(-?[0-9]+)\.0$", replacement=r"\1")


def in_no_class(column: Texts, no_class: Collection[str]) -> Flags:
    """Return which labels stand in place of a class that nobody knows: `labels.no_class`."""
    encoded = column.dictionary_encode()
    missing = {canonical_class(one) for one in no_class}
    found = [canonical_class(text) in missing for text in encoded.dictionary.to_pylist()]
    flags = pc.take(pa.array(found, pa.bool_()), encoded.indices)
    return as_flags(pc.fill_null(flags, False))


def true_classes(
    column: Texts, renamed: Mapping[str, str], no_class: Collection[str] = ()
) -> Texts:
    """Return labels as classes in their one form, as the model calls them; blank ones are null.

    The work is done once for each distinct text.

    Parameters
    ----------
    renamed
        The job file's `labels.classes`.
    no_class
        Its `labels.no_class`: these are null too.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    model = {canonical_class(one): canonical_class(other) for one, other in renamed.items()}
    encoded = column.dictionary_encode()
    forms = [canonical_class(text) for text in encoded.dictionary.to_pylist()]
    missing = {canonical_class(one) for one in no_class}
    classes = [None if form in missing else model.get(form, form) or None for form in forms]
    return pc.take(pa.array(classes, pa.string()), encoded.indices)
