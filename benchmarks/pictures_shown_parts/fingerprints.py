"""The fingerprints of pictures with a fault, by which a page shows different things."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

from benchmarks.detection_parts.picture_features import Encoding, Fault, encode
from benchmarks.detection_parts.pictures import Pixels
from reference_stats.decoding.decode import decode_image
from reference_stats.fingerprint import Fingerprints, fingerprint_of, stack_fingerprints
from reference_stats.outcomes import UnreadableImage

_MOST_PIXELS = 10**8
_CHUNK = 20


def fingerprints_of(
    pictures: Sequence[Pixels], fault: Fault | None, pool: Executor
) -> Fingerprints:
    """Return the fingerprint of each picture after the fault, stored as JPEG and read again."""
    found = pool.map(
        partial(_fingerprint, fault=fault), pictures, range(len(pictures)), chunksize=_CHUNK
    )
    return stack_fingerprints(list(found))


def _fingerprint(picture: Pixels, number: int, fault: Fault | None) -> bytes:
    if fault is not None:
        picture = fault.applied_to(picture, number)
    image = decode_image(encode(picture, Encoding.JPEG), max_pixels=_MOST_PIXELS)
    if isinstance(image, UnreadableImage):
        raise TypeError(f"picture {number} could not be read again: {image.summary}")
    return fingerprint_of(image)
