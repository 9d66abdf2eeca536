"""The settled labels of a run as bytes: only a cache, which spares reading labels that are known.

A checksum, a line of JSON (what is told of the labels, and how long each table is), and the arrays
of three tables: by id, by image, by the last part of the image's name. Every array begins at a
multiple of eight bytes, so that it is used where it lies.
"""

from __future__ import annotations

import json
import zlib
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
from jobs.labels.labels import LabelFacts, LeftOutLabel

# 10,000,000 labels, the most that are read, each by image and by the last part of its name.
LARGEST_LABELS_BYTES = 500_000_000
_VERSION = 1
_ALIGNED = 8


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
    parts = [_padded(json.dumps(header, separators=(",", ":")).encode() + b"\n")]
    parts += [_padded(array.tobytes()) for one in tables for array in _arrays(one)]
    body = b"".join(parts)
    return _checksum(body) + body


def parse_labels(data: bytes, key: str) -> KnownLabels | None:
    """Return what was stored under a key; None for anything else, which costs reading the labels.

    `passed_over` and `listing_digest` are those of the run that stored it.
    """
    if data[:_ALIGNED] != _checksum(memoryview(data)[_ALIGNED:]):
        return None
    end = data.find(b"\n", _ALIGNED)
    try:
        header = json.loads(data[_ALIGNED:end])
        told = (header["version"], header["key"], header["probe"])
        if told != (_VERSION, key, probe()):
            return None
        by_id, by_image, parts = _tables(data, _aligned(end + 1), header)
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
            found.append(np.frombuffer(data, kind, count, start))
            start = _aligned(start + found[-1].nbytes)
        first, second, codes, numbers = found
        yield HashedLabels(
            first=first, second=second, codes=codes, numbers=numbers, classes=classes
        )


def _facts(document: Mapping[str, Any]) -> LabelFacts:
    examples = tuple(LeftOutLabel(**one) for one in document["examples"])
    return LabelFacts(**{**document, "examples": examples})


def _checksum(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(_ALIGNED, "little")


def _aligned(size: int) -> int:
    return size + -size % _ALIGNED


def _padded(part: bytes) -> bytes:
    return part + bytes(_aligned(len(part)) - len(part))
