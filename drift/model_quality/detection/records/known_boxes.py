"""The true boxes of a run as bytes: only a cache, which spares reading labels that are known.

A line of JSON (what is told of the labels, the names of classes, and how long each array is), and
the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.model_quality.detection.joining.keys import NamedImages
from drift.model_quality.detection.joining.labels import BoxLabels
from drift.model_quality.records.arrays_in_bytes import array_in, framed, header_in
from jobs.labels.box_labels import LabelledBoxes
from jobs.labels.labels import LabelFacts, LeftOutLabel

_VERSION = 1
_NO_CLASS = -1
# The arrays in their order, each with the kind of its numbers.
_KINDS = {
    "id_ends": "<i8",
    "id_names": "|u1",
    "id_image": "<i8",
    "image_ends": "<i8",
    "image_names": "|u1",
    "image_image": "<i8",
    "image": "<i8",
    "corners": "<f8",
    "codes": "<i4",
    "crowd": "|b1",
    "in_shares": "|b1",
    "sizes": "<f8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFacts:
    """What is told of true boxes, beside the boxes themselves.

    Attributes
    ----------
    facts
        As of labels that are classes.
    lost_boxes, noted_boxes
        As in `ReadBoxLabels`.
    other_format
        Which format the boxes look like where they do not fit the job file's, in words; else empty.
    """

    facts: LabelFacts
    lost_boxes: Mapping[str, int]
    noted_boxes: Mapping[str, int]
    other_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBoxes:
    """True boxes as a run joins images with them, and what is told of them."""

    labels: BoxLabels
    told: BoxFacts


def boxes_bytes(known: KnownBoxes, key: str) -> bytes:
    """Return what is stored of true boxes that were read.

    Parameters
    ----------
    key
        A digest of everything that decides what is read.
    """
    boxes = known.labels.boxes
    classes = boxes.classes.dictionary_encode()
    arrays = {
        **_names("id", known.labels.by_id),
        **_names("image", known.labels.by_image),
        "image": boxes.image,
        "corners": boxes.corners.ravel(),
        "codes": pc.fill_null(classes.indices, _NO_CLASS).to_numpy(),
        "crowd": boxes.crowd,
        "in_shares": boxes.in_shares,
        "sizes": boxes.sizes.ravel(),
    }
    header = {
        "version": _VERSION,
        "kind": "boxes",
        "key": key,
        "told": asdict(known.told),
        "classes": classes.dictionary.to_pylist(),
        "lengths": [len(arrays[name]) for name in _KINDS],
    }
    return framed(header, (arrays[name].astype(kind) for name, kind in _KINDS.items()))


def parse_boxes(data: bytes, key: str, bucket_url: str) -> KnownBoxes | None:
    """Return what was stored under a key; None for anything else, which costs reading the labels.

    Parameters
    ----------
    bucket_url
        The job's own bucket: a full URI in it is a name in it.
    """
    try:
        header, start = header_in(data)
        if (header["version"], header["kind"], header["key"]) != (_VERSION, "boxes", key):
            return None
        arrays = _arrays(data, start, header["lengths"])
        labels = BoxLabels.of(
            _named("id", arrays),
            _named("image", arrays),
            _boxes(arrays, pa.array(header["classes"], pa.string())),
            bucket_url,
        )
        return KnownBoxes(labels=labels, told=_told(header["told"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _names(prefix: str, named: NamedImages) -> dict[str, NDArray[Any]]:
    texts = [one.encode(errors="surrogatepass") for one in named.names.to_pylist()]
    return {
        f"{prefix}_ends": np.cumsum([len(one) for one in texts], dtype=np.int64),
        f"{prefix}_names": np.frombuffer(b"".join(texts), np.uint8),
        f"{prefix}_image": named.image,
    }


def _named(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> NamedImages:
    whole, ends = arrays[f"{prefix}_names"].tobytes(), arrays[f"{prefix}_ends"].tolist()
    starts = [0, *ends[:-1]]
    texts = [whole[start:end].decode() for start, end in zip(starts, ends, strict=False)]
    return NamedImages(names=pa.array(texts, pa.string()), image=arrays[f"{prefix}_image"])


def _boxes(arrays: Mapping[str, NDArray[Any]], classes: pa.StringArray) -> LabelledBoxes:
    codes = arrays["codes"]
    return LabelledBoxes(
        image=arrays["image"],
        corners=arrays["corners"].reshape(-1, 4),
        classes=classes.take(pa.array(codes, mask=codes == _NO_CLASS)),
        crowd=arrays["crowd"],
        in_shares=arrays["in_shares"],
        sizes=arrays["sizes"].reshape(-1, 2),
    )


def _arrays(data: bytes, start: int, lengths: Sequence[int]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for (name, kind), length in zip(_KINDS.items(), lengths, strict=True):
        found[name], start = array_in(data, np.dtype(kind), length, start)
    return found


def _told(document: Mapping[str, Any]) -> BoxFacts:
    facts = document["facts"]
    examples = tuple(LeftOutLabel(**one) for one in facts["examples"])
    return BoxFacts(**{**document, "facts": LabelFacts(**{**facts, "examples": examples})})
