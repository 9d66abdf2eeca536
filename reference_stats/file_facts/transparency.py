"""Whether any pixel of a picture is transparent."""

from __future__ import annotations

import numpy as np
from PIL import Image

from reference_stats.pixels.pil_pixels import bands_of

_OPAQUE = 255
_WITH_ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}
_BY_LEVEL = {"P", "L", "1"}


def has_transparent_pixels(image: Image.Image) -> bool:
    """Tell whether a pixel of a loaded image is transparent, if only partly.

    An alpha channel that is opaque everywhere does not count, nor does a transparent colour that
    no pixel has.
    """
    if image.mode in _WITH_ALPHA:
        alpha = image.getbands()[-1]
        return any(
            np.asarray(band.getchannel(alpha)).min() < _OPAQUE for _, band in bands_of(image)
        )
    marked = image.info.get("transparency")
    if marked is None:
        return False
    if image.mode in _BY_LEVEL:
        return _has_level(image, marked)
    return any(_has_colour(band, marked) for _, band in bands_of(image))


def _has_level(image: Image.Image, marked: object) -> bool:
    counts = image.histogram()
    if isinstance(marked, bytes):
        return any(count and alpha < _OPAQUE for count, alpha in zip(counts, marked, strict=False))
    if not isinstance(marked, int):
        return False
    level = 255 * bool(marked) if image.mode == "1" else marked
    return 0 <= level < len(counts) and counts[level] > 0


def _has_colour(band: Image.Image, marked: object) -> bool:
    samples = np.asarray(band)
    colour = np.asarray(marked)
    if samples.ndim == 3 and colour.shape == samples.shape[2:]:
        return bool((samples == colour).all(axis=2).any())
    if samples.ndim == 2 and colour.ndim == 0:
        return bool((samples == colour).any())
    return False
