"""From a loaded PIL image to 8-bit planes, in bands so that a large image is held once only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reference_stats.grey_levels import row_bands

_BAND_PIXELS = 1 << 19
# Their red, green and blue are one plane, and so is their luma.
ONE_CHANNEL = {"1", "L", "LA"}


def is_deep_mode(mode: str) -> bool:
    """Whether PIL's mode holds more than 8 bits per sample."""
    return mode.startswith("I") or mode == "F"


def luma_plane(image: Image.Image) -> NDArray[np.uint8]:
    """Return PIL's ``convert("L")`` of the image's own mode, shape (height, width)."""
    luma = np.empty((image.height, image.width), np.uint8)
    for rows, band in _bands(image):
        luma[rows] = np.asarray(band if band.mode == "L" else band.convert("L"))
    return luma


def colour_planes(image: Image.Image) -> NDArray[np.uint8]:
    """Return red, green and blue of a PIL image, shape (3, height, width).

    Alpha is dropped, as PIL's ``convert("L")`` does. 16-bit samples are scaled by 1/257 and
    rounded; 32-bit integers are taken for 16-bit samples, since PIL opens signed 16-bit files
    that way, and clipped to their range. Floating-point samples count from 0 to 1 where none
    is above 1, otherwise from 0 to 255; what lies outside is clipped and NaN is black.
    """
    if is_deep_mode(image.mode):
        plane = _scaled_plane(image)
        return np.broadcast_to(plane, (3, *plane.shape))
    if image.mode in ONE_CHANNEL:
        plane = luma_plane(image)
        return np.broadcast_to(plane, (3, *plane.shape))
    planes = np.empty((3, image.height, image.width), np.uint8)
    for rows, band in _bands(image):
        coloured = band if band.mode == "RGB" else band.convert("RGB")
        for plane, letter in zip(planes, "RGB", strict=True):
            # Four times as fast as `split`, which makes three images first.
            samples = np.frombuffer(coloured.tobytes("raw", letter), np.uint8)
            plane[rows] = samples.reshape(band.height, band.width)
    return planes


def turn(plane: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a view of a plane of shape (..., height, width) turned as an EXIF tag says."""
    if orientation in {5, 6, 7, 8}:
        plane = plane.swapaxes(-1, -2)
    if is_mirrored(orientation, axis=1):
        plane = plane[..., ::-1]
    if is_mirrored(orientation, axis=0):
        plane = plane[..., ::-1, :]
    return plane


def is_mirrored(orientation: int, *, axis: int) -> bool:
    """Whether the displayed rows (axis 0) or columns (axis 1) run against the file's own."""
    return orientation in ({3, 4, 7, 8} if axis == 0 else {2, 3, 6, 7})


def _bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    if image.width * image.height <= _BAND_PIXELS:
        yield slice(0, image.height), image
        return
    for rows in row_bands((image.height, image.width), _BAND_PIXELS):
        yield rows, image.crop((0, rows.start, image.width, rows.stop))


def _scaled_plane(image: Image.Image) -> NDArray[np.uint8]:
    plane = np.empty((image.height, image.width), np.uint8)
    unit = 255.0 if image.mode == "F" and _largest(image) <= 1 else 1.0
    for rows, band in _bands(image):
        samples = np.asarray(band).astype(np.float64)
        scaled = samples * unit if image.mode == "F" else samples.clip(0, 65535) / 257
        plane[rows] = np.rint(np.nan_to_num(scaled, nan=0.0).clip(0, 255))
    return plane


def _largest(image: Image.Image) -> float:
    return float(
        np.fmax.reduce([np.fmax.reduce(np.asarray(band), None) for _, band in _bands(image)])
    )
