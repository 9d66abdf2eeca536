"""From the pixels of an image to the picture that enters a model.

Resizing and cutting are those of torchvision's `Resize` and `CenterCrop` on PIL images, which most
image models were trained behind: Pillow's antialiased bilinear filter, the longer side rounded
down, the cut rounded to even, black where the image is smaller than the cut.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reference_stats.model_view.definition import Preprocessing
from reference_stats.pixels.pil_pixels import as_colour
from reference_stats.sums.decoded_image import DecodedImage

Picture = NDArray[np.uint8]
"""Of shape (height, width, channels), as `Preprocessing` says."""


class _Cut(NamedTuple):
    """Where rows or columns are taken from, and how many black ones are put before them."""

    start: int
    size: int
    before: int


def picture_of(image: DecodedImage, how: Preprocessing) -> Picture:
    """Return the picture of an image as it is displayed; uint8, before mean and deviation.

    Grey is PIL's luma; of images of more than 8 bits it is scaled, not clipped. Alpha is dropped.
    """
    if how.channels == 1:
        return _fitted(image.grey, how)
    # The three channels of a grey image are one memory: it is resized once.
    is_grey = image.pixels.strides[-1] == 0
    return _fitted(image.rgb[:, :, 0] if is_grey else image.rgb, how)


def picture_of_pixels(pixels: NDArray[np.uint8], how: Preprocessing) -> Picture:
    """Return the picture of pixels of shape (height, width, 3), or (height, width) for grey."""
    if how.channels == 1 and pixels.ndim == 3:
        from reference_stats.kernels.colour_pass import fill_luma  # noqa: PLC0415 - numba is slow to import

        luma = np.empty(pixels.shape[:2], np.uint8)
        fill_luma(pixels, luma)
        pixels = luma
    return _fitted(pixels, how)


def picture_bytes(how: Preprocessing) -> int:
    """Return how many bytes a picture has."""
    return how.height * how.width * how.channels


def _fitted(pixels: NDArray[np.uint8], how: Preprocessing) -> Picture:
    fitted = _cut_out(_resized(pixels, _size_before_cut(pixels, how)), how)
    if fitted.ndim == 3:
        return fitted
    return fitted[:, :, np.newaxis] if how.channels == 1 else as_colour(fitted)


def _size_before_cut(pixels: NDArray[np.uint8], how: Preprocessing) -> tuple[int, int]:
    if how.resize is None:
        return how.height, how.width
    height, width = pixels.shape[:2]
    if height <= width:
        return how.resize, int(how.resize * width / height)
    return int(how.resize * height / width), how.resize


def _resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    if pixels.shape[:2] == size:
        return pixels
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(image.resize((size[1], size[0]), Image.Resampling.BILINEAR))


def _cut_out(pixels: NDArray[np.uint8], how: Preprocessing) -> NDArray[np.uint8]:
    if pixels.shape[:2] == (how.height, how.width):
        return pixels
    rows, columns = _cut(pixels.shape[0], how.height), _cut(pixels.shape[1], how.width)
    picture = np.zeros((how.height, how.width, *pixels.shape[2:]), np.uint8)
    picture[
        rows.before : rows.before + rows.size, columns.before : columns.before + columns.size
    ] = pixels[rows.start : rows.start + rows.size, columns.start : columns.start + columns.size]
    return picture


def _cut(there: int, wanted: int) -> _Cut:
    before = max(wanted - there, 0) // 2
    start = round(max(there - wanted, 0) / 2)
    return _Cut(start=start, size=min(there, wanted), before=before)
