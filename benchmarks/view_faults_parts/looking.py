"""What a model sees in pictures, clean or with a fault, as a run with that model sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection_parts.picture_features import Encoding, Fault, code_digest, encode
from reference_stats.decoding.decode import decode_image
from reference_stats.model_view.preprocessing import Picture, picture_of
from reference_stats.model_view.runtimes.opened import OpenedModel
from reference_stats.model_view.views import ImageViews
from reference_stats.outcomes import UnreadableImage

Pixels = NDArray[np.uint8]

_BATCH = 50
_MOST_PIXELS = 10**8


def views_of(
    pictures: Sequence[Pixels],
    fault: Fault | None,
    encoding: Encoding,
    model: OpenedModel,
    cache: Path,
) -> ImageViews:
    """Return what a model sees in pictures, each made a file first and decoded by the product.

    Parameters
    ----------
    fault
        What is done to each picture first; None for nothing.
    cache
        A folder; its files are named by the pixels, the fault, the encoding and the view's id.
    """
    digest = hashlib.sha256(repr((fault, encoding, model.definition.id)).encode())
    digest.update(code_digest().encode())
    for picture in pictures:
        digest.update(picture.tobytes())
    path = cache / f"views-{digest.hexdigest()[:32]}.npz"
    if not path.exists():
        made = _looked_at(pictures, fault, encoding, model)
        np.savez(path, embeddings=made.embeddings, answers=made.answers, classes=made.classes)
    with np.load(path) as held:
        return ImageViews(
            embeddings=held["embeddings"],
            answers=held["answers"],
            classes=held["classes"],
            known=np.ones(len(pictures), dtype=np.bool_),
        )


def _looked_at(
    pictures: Sequence[Pixels], fault: Fault | None, encoding: Encoding, model: OpenedModel
) -> ImageViews:
    parts = []
    for first in range(0, len(pictures), _BATCH):
        some = list(enumerate(pictures[first : first + _BATCH], first))
        broken = [one if fault is None else fault.applied_to(one, at) for at, one in some]
        parts.append(model.look(np.stack([_entering(one, encoding, model) for one in broken])))
    return ImageViews.joined(parts)


def _entering(picture: Pixels, encoding: Encoding, model: OpenedModel) -> Picture:
    image = decode_image(encode(picture, encoding), max_pixels=_MOST_PIXELS)
    if isinstance(image, UnreadableImage):
        raise TypeError(f"a picture could not be read again: {image.summary}")
    return picture_of(image, model.definition.preprocessing)
