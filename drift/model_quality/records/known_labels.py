"""The settled labels of a run as bytes: only a cache, which spares reading labels that are known.

A line of JSON (what is told of the labels, and how long each table is), and the arrays of three
tables: by id, by image, by the last part of the image's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.joining.hashed_labels import (
    FIRST,
    NUMBERS,
    SECOND,
    HashedLabels,
    hashed,
    probe,
)
from drift.model_quality.joining.label_index import KeyedLabels, LabelIndex
from drift.model_quality.records.arrays_in_bytes import array_in, framed, header_in
from jobs.labels.labels import LabelFacts, LeftOutLabel

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLabels:
    """Labels as a run joins rows with them, and what is told of them."""

    index: LabelIndex
    facts: LabelFacts


def labels_bytes(known: KnownLabels, key: str) -> bytes | None:
    """Return what is stored of labels that were read; None where they cannot be stored.

    Parameters
    ----------
    key
        A digest of everything that decides what is read.
    """
    tables = _hashed(known.index)
    if tables is None:
        return None
    header = {
        "version": _VERSION,
        "key": key,
        "probe": probe(),
        "count": known.index.count,
        "facts": asdict(known.facts),
        "classes": tables[0].classes.to_pylist(),
        "tables": [[len(one), one.codes.itemsize] for one in tables],
    }
    return framed(header, (array for one in tables for array in _arrays(one)))


def parse_labels(data: bytes, key: str) -> KnownLabels | None:
    """Return what was stored under a key; None for anything else, which costs reading the labels.

    `passed_over` and `listing_digest` are those of the run that stored it.
    """
    try:
        header, start = header_in(data)
        told = (header["version"], header["key"], header["probe"])
        if told != (_VERSION, key, probe()):
            return None
        by_id, by_image, parts = _tables(data, start, header)
        images = replace(by_image, parts=parts)
        index = LabelIndex(by_id=by_id, by_image=images, count=int(header["count"]))
        return KnownLabels(index=index, facts=_facts(header["facts"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _hashed(index: LabelIndex) -> list[HashedLabels] | None:
    """Return three tables without keys: by id, by image, by the last part of the image's name."""
    keyed = [index.by_id, index.by_image, index.by_image.by_last_part()]
    if not all(isinstance(one, KeyedLabels) for one in keyed):
        return None
    tables = [one for one in keyed if isinstance(one, KeyedLabels)]
    different = {name for one in tables for name in pc.unique(one.labels).to_pylist()}
    found = [hashed(one, sorted(different)) for one in tables]
    known = [one for one in found if one is not None]
    return known if len(known) == len(keyed) else None


def _arrays(table: HashedLabels) -> Sequence[np.ndarray[Any, Any]]:
    return table.first, table.second, table.codes, table.numbers


def _tables(data: bytes, start: int, header: Mapping[str, Any]) -> Iterator[HashedLabels]:
    classes = pa.array(header["classes"], pa.string())
    for count, width in header["tables"]:
        found = []
        for kind in (FIRST, SECOND, np.dtype(f"<u{width}"), NUMBERS):
            array, start = array_in(data, kind, count, start)
            found.append(array)
        first, second, codes, numbers = found
        yield HashedLabels(
            first=first, second=second, codes=codes, numbers=numbers, classes=classes
        )


def _facts(document: Mapping[str, Any]) -> LabelFacts:
    examples = tuple(LeftOutLabel(**one) for one in document["examples"])
    return LabelFacts(**{**document, "examples": examples})
