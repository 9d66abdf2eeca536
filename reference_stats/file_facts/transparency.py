"""How many pixels of a picture are transparent."""

from __future__ import annotations

import numpy as np
from PIL import Image

from reference_stats.pixels.pil_pixels import bands_of

_OPAQUE = 255
_WITH_ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}
_BY_LEVEL = {"P", "L", "1"}


def count_transparent_pixels(image: Image.Image) -> int:
    """Return how many pixels of a loaded image are transparent, if only partly.

    An alpha channel that is opaque everywhere does not count, nor does a transparent colour that
    no pixel has.
    """
    if image.mode in _WITH_ALPHA:
        alpha = image.getbands()[-1]
        return sum(
            int(np.count_nonzero(np.asarray(band.getchannel(alpha)) < _OPAQUE))
            for _, band in bands_of(image)
        )
    marked = image.info.get("transparency")
    if marked is None:
        return 0
    if image.mode in _BY_LEVEL:
        return _count_of_level(image, marked)
    return sum(_count_of_colour(band, marked) for _, band in bands_of(image))


def _count_of_level(image: Image.Image, marked: object) -> int:
    counts = image.histogram()
    if isinstance(marked, bytes):
        pairs = zip(counts, marked, strict=False)
        return sum(count for count, alpha in pairs if alpha < _OPAQUE)
    if not isinstance(marked, int):
        return 0
    level = 255 * bool(marked) if image.mode == "1" else marked
    return counts[level] if 0 <= level < len(counts) else 0


def _count_of_colour(band: Image.Image, marked: object) -> int:
    samples = np.asarray(band)
    colour = np.asarray(marked)
    if samples.ndim == 3 and colour.shape == samples.shape[2:]:
        return int(np.count_nonzero((samples == colour).all(axis=2)))
    if samples.ndim == 2 and colour.ndim == 0:
        return int(np.count_nonzero(samples == colour))
    return 0
