"""Of any number of labels for one key, the label that counts: arithmetic on columns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.labels.given import GivenLabels
from jobs.labels.labels import COLUMNS, CONTRADICTING, CORRECTED, TWICE
from jobs.predictions.values.class_names import folded
from jobs.times.timestamp_parts import Flags, Integers, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLabels:
    """The labels that count, and which others are left out or have a remark.

    Attributes
    ----------
    by_id, by_image
        As in `ReadLabels`.
    digest
        SHA-256 in hex over keys, classes and times of both.
    left_out, noted
        By reason, which of the given labels; True for each.
    """

    by_id: pd.DataFrame
    by_image: pd.DataFrame
    digest: str
    left_out: Mapping[str, Flags]
    noted: Mapping[str, Flags]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """The same for one kind of key; `counting` are the labels that count, by their key."""

    counting: Integers
    contradicting: Integers
    twice: Integers
    corrected: Integers


def settle(given: GivenLabels) -> SettledLabels:
    """Return the labels that count, each key once.

    The newest label of a key counts. Where several of the same time, or of unknown time, are of
    different classes, all labels of that key are left out. Classes that differ in upper and lower
    case, spaces, ``_`` and ``-`` alone are no contradiction.
    """
    ranks = _Ranks.of(given)
    ids, images = (_settle(keys, ranks) for keys in (given.ids, given.images))

    def either(field: str) -> Flags:
        found = np.zeros(len(given), np.bool_)
        for one in (ids, images):
            found[getattr(one, field)] = True
        return found

    tables = [_columns(given.ids, given, ids), _columns(given.images, given, images)]
    return SettledLabels(
        by_id=_frame(tables[0]),
        by_image=_frame(tables[1]),
        digest=_digest(tables),
        left_out={CONTRADICTING: either("contradicting")},
        noted={TWICE: either("twice"), CORRECTED: either("corrected")},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranks:
    """What labels are compared by, as numbers.

    Attributes
    ----------
    moments
        As given.
    spellings
        The same for classes that differ in their spelling alone.
    classes, sources
        In the order of their texts.
    lines
        As given.
    """

    moments: Integers
    spellings: Integers
    classes: Integers
    sources: Integers
    lines: Integers

    @classmethod
    def of(cls, given: GivenLabels) -> _Ranks:
        classes, texts = _ranks(given.labels)
        loose = [folded(text) for text in texts]
        numbers = {text: number for number, text in enumerate(dict.fromkeys(loose))}
        spellings = np.array([numbers[text] for text in loose], np.int64)
        order = sorted(range(len(given.names)), key=given.names.__getitem__)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return cls(
            moments=given.moments,
            spellings=spellings[classes] if len(texts) else classes,
            classes=classes,
            sources=ranks[given.sources] if order else given.sources,
            lines=given.lines,
        )


def _ranks(texts: Texts) -> tuple[Integers, list[str]]:
    """Return the place of each text among the distinct ones in their order, and those."""
    encoded = texts.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    ranks = np.empty(len(order), np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    return ranks[encoded.indices.to_numpy()], encoded.dictionary.take(order).to_pylist()


def _settle(keys: Texts, ranks: _Ranks) -> _Settled:
    rows = np.flatnonzero(keys.is_valid().to_numpy(zero_copy_only=False))
    present = keys.drop_null()
    order = pc.sort_indices(present).to_numpy().astype(np.int64)
    rows, is_first = rows[order], _starts(present.take(pa.array(order)))
    starts = np.flatnonzero(is_first)
    sizes = np.diff(starts, append=len(rows))
    # Most keys have one label: only the others are put into an order.
    several = np.flatnonzero(np.repeat(sizes > 1, sizes))
    group = np.repeat(np.arange(len(starts)), sizes)[several]
    some = rows[several]
    # The newest first: ~ turns the order of integers around and never overflows.
    by = (ranks.lines, ranks.sources, ranks.classes, ~ranks.moments)
    some = some[np.lexsort((*(one[some] for one in by), group))]
    rows[several] = some
    winners = rows[starts]
    is_newest = ranks.moments[some] == ranks.moments[winners][group]
    is_same = ranks.spellings[some] == ranks.spellings[winners][group]
    disputed = np.bincount(group, is_newest & ~is_same, len(winners)) > 0
    settled = ~disputed[group]
    return _Settled(
        counting=winners[~disputed],
        contradicting=some[~settled],
        twice=some[settled & is_same & ~is_first[several]],
        corrected=some[settled & ~is_same],
    )


def _starts(sorted_keys: Texts) -> Flags:
    """Tell which of sorted texts differ from the one before them."""
    found = np.ones(len(sorted_keys), np.bool_)
    if len(sorted_keys) > 1:
        differs = pc.not_equal(sorted_keys[1:], sorted_keys[:-1])
        found[1:] = differs.to_numpy(zero_copy_only=False)
    return found


def _columns(keys: Texts, given: GivenLabels, settled: _Settled) -> dict[str, Texts]:
    rows = pa.array(settled.counting)
    names = pa.array(list(given.names), pa.string())
    sources = pa.array(given.sources[settled.counting])
    columns = (
        keys.take(rows),
        given.labels.take(rows),
        pa.array(given.moments[settled.counting]),
        names.take(sources),
        pa.array(given.lines[settled.counting]),
    )
    return dict(zip(COLUMNS, columns, strict=True))


def _frame(columns: Mapping[str, Texts]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(column.to_pandas(), dtype="str")
            if pa.types.is_string(column.type)
            else column.to_numpy()
            for name, column in columns.items()
        }
    )


def _digest(tables: list[dict[str, Texts]]) -> str:
    """Return the digest of keys, classes and times: whichever objects they stand in."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(len(table["key"]).to_bytes(8, "little"))
        for name in ("key", "label"):
            ends, data = _content(table[name])
            digest.update((ends - ends[0]).astype("<i8").tobytes())
            digest.update(data)
        digest.update(table["moment"].to_numpy().astype("<i8").tobytes())
    return digest.hexdigest()


def _content(texts: Texts) -> tuple[Integers, memoryview]:
    """Return where texts without a missing one begin and end, and all of them on end as UTF-8."""
    if not len(texts):
        return np.zeros(1, np.int64), memoryview(b"")
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return ends.astype(np.int64), memoryview(data or b"")[int(ends[0]) : int(ends[-1])]
