"""From a loaded PIL image to 8-bit pixels, in bands so that a large image is held once only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_BAND_PIXELS = 1 << 19
_ORIENTATION_TAG = 0x0112
LARGEST_UNIT = 1.5
"""Floating-point samples of which none is above this count from 0 to 1, which resampling oversteps.

A picture from 0 to 255 whose largest sample is so small is black, and rare.
"""
# Their red, green and blue are one plane, and so is their luma.
ONE_CHANNEL = {"1", "L", "LA"}


def is_scaled_mode(mode: str) -> bool:
    """Whether PIL's mode holds more than 8 bits per sample, so that pixels are scaled."""
    return mode.startswith("I") or mode == "F"


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where none can be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - broken EXIF data must not cost an image that decodes
        return 1
    return orientation if orientation in range(2, 9) else 1


def luma_plane(image: Image.Image) -> NDArray[np.uint8]:
    """Return PIL's ``convert("L")`` of the image's own mode, shape (height, width).

    Floating-point samples from 0 to about 1 are scaled to 255 instead: PIL would make them black.
    """
    if image.mode == "F" and _largest(image) <= LARGEST_UNIT:
        return _scaled_plane(image)
    luma = np.empty((image.height, image.width), np.uint8)
    for rows, band in bands_of(image):
        luma[rows] = np.asarray(band if band.mode == "L" else band.convert("L"))
    return luma


def colour_pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return red, green and blue of a PIL image, shape (height, width, 3).

    Alpha is dropped, as PIL's ``convert("L")`` does. 16-bit samples are scaled by 1/257 and
    rounded; 32-bit integers are taken for 16-bit samples, since PIL opens signed 16-bit files
    that way, and clipped to their range. Floating-point samples count from 0 to 1 where none
    is above 1.5, otherwise from 0 to 255; what lies outside is clipped and NaN is black.
    """
    if is_scaled_mode(image.mode):
        return as_colour(_scaled_plane(image))
    if image.mode in ONE_CHANNEL:
        return as_colour(luma_plane(image))
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for rows, band in bands_of(image):
        pixels[rows] = np.asarray(band if band.mode == "RGB" else band.convert("RGB"))
    return pixels


def as_colour(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return grey levels of shape (height, width) as (height, width, 3): a view."""
    return np.broadcast_to(plane[:, :, np.newaxis], (*plane.shape, 3))


def bands_of(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """Yield parts of an image's rows, each a small one, with the rows that they are."""
    if image.width * image.height <= _BAND_PIXELS:
        yield slice(0, image.height), image
        return
    rows = max(_BAND_PIXELS // image.width, 1)
    for top in range(0, image.height, rows):
        band = slice(top, min(top + rows, image.height))
        yield band, image.crop((0, band.start, image.width, band.stop))


def _scaled_plane(image: Image.Image) -> NDArray[np.uint8]:
    plane = np.empty((image.height, image.width), np.uint8)
    unit = 255.0 if image.mode == "F" and _largest(image) <= LARGEST_UNIT else 1.0
    for rows, band in bands_of(image):
        with np.errstate(invalid="ignore"):
            # A signalling NaN is a NaN.
            samples = np.asarray(band).astype(np.float64)
        scaled = samples * unit if image.mode == "F" else samples.clip(0, 65535) / 257
        plane[rows] = np.rint(np.nan_to_num(scaled, nan=0.0).clip(0, 255))
    return plane


def _largest(image: Image.Image) -> float:
    return float(
        np.fmax.reduce([np.fmax.reduce(np.asarray(band), None) for _, band in bands_of(image)])
    )
