"""Of any number of labels for one image, the one that counts: by all of its boxes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.labels.box_labels import BOX_COLUMNS, GivenBoxes, LabelledBoxes
from jobs.labels.given import GivenLabels
from jobs.labels.settling import settle
from jobs.times.timestamp_parts import Flags, Integers

_SEPARATORS = re.compile(r"[\s_-]+")
_NO_CLASS = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledBoxes:
    """The images that count with their boxes; the rest as in `SettledLabels`.

    Attributes
    ----------
    by_id, by_image, boxes, digest
        As in `ReadBoxLabels`.
    """

    by_id: pd.DataFrame
    by_image: pd.DataFrame
    boxes: LabelledBoxes
    digest: str
    left_out: Mapping[str, Flags]
    noted: Mapping[str, Flags]


def settle_boxes(found: GivenBoxes) -> SettledBoxes:
    """Return the images that count, each key once, by the rules of labels that are classes.

    Two labels are equal if they have the same boxes, in any order; classes may differ in upper and
    lower case, spaces, ``_`` and ``-``.
    """
    given = found.given
    order = _in_order(given)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    folded = pa.array(fingerprints(found.boxes, _folded), pa.string())
    settled = settle(replace(given, labels=folded, lines=rank))
    rows = [order[one["line"].to_numpy(np.int64)] for one in (settled.by_id, settled.by_image)]
    counts = np.zeros(len(given), np.bool_)
    counts[np.concatenate(rows)] = True
    kept = order[counts[order]]
    place = np.full(len(given), -1)
    place[kept] = np.arange(len(kept))
    by_id, by_image = (
        one.assign(image=place[of], line=given.lines[of])[list(BOX_COLUMNS)]
        for one, of in zip((settled.by_id, settled.by_image), rows, strict=True)
    )
    exact = fingerprints(found.boxes, str)
    return SettledBoxes(
        by_id=by_id,
        by_image=by_image,
        boxes=found.boxes.take(kept),
        digest=_digest(settled.digest, [[exact[row] for row in one.tolist()] for one in rows]),
        left_out=settled.left_out,
        noted=settled.noted,
    )


def _in_order(given: GivenLabels) -> Integers:
    """Return the labels by the names of their objects and their places in them."""
    _, ranks = np.unique(np.array([*given.names, ""], dtype=object), return_inverse=True)
    found: Integers = np.lexsort((given.lines, ranks[given.sources]))
    return found


def fingerprints(boxes: LabelledBoxes, of_class: Callable[[str], str]) -> list[str]:
    """Return a text for each image, equal where images have the same boxes in whatever order.

    Parameters
    ----------
    of_class
        What of the name of a class is looked at.
    """
    names = boxes.classes.dictionary_encode()
    codes = np.where(
        boxes.classes.is_valid().to_numpy(zero_copy_only=False),
        names.indices.fill_null(0).to_numpy(),
        len(names.dictionary),
    )
    texts = [of_class(one).encode() for one in names.dictionary.to_pylist()]
    known = [hashlib.blake2b(one, digest_size=8).digest() for one in texts]
    marks = np.array([*(int.from_bytes(one, "little", signed=True) for one in known), _NO_CLASS])
    record = np.column_stack(
        [
            (boxes.corners + 0.0).astype("<f8").view("<i8"),
            marks[codes],
            boxes.crowd.astype(np.int64),
        ]
    )
    order = np.lexsort((*record.T, boxes.image))
    data = np.ascontiguousarray(record[order].astype("<i8"))
    ends = np.searchsorted(boxes.image[order], np.arange(boxes.images + 1))
    return [
        hashlib.sha256(data[start:end].tobytes() + bytes([in_shares])).hexdigest()
        for start, end, in_shares in zip(
            ends[:-1].tolist(), ends[1:].tolist(), boxes.in_shares.tolist(), strict=True
        )
    ]


def _folded(name: str) -> str:
    """Return a class without what labels may write otherwise."""
    return _SEPARATORS.sub("", name).casefold() or name


def _digest(settled: str, exact: Sequence[Sequence[str]]) -> str:
    digest = hashlib.sha256(settled.encode())
    for one in exact:
        digest.update("".join(one).encode())
    return digest.hexdigest()
