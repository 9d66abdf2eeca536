"""Faults between a camera and a model, as bugs in pipelines and broken cameras make them.

None of them is among the corruptions of ImageNet-C. Each has one strength, which is about as large
as it is when nobody notices it by looking at single pictures.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.detection_parts.seeds import generator_for

Pixels = NDArray[np.uint8]

_GAMMA = 2.2
_LUMA_WEIGHTS = (0.299, 0.587, 0.114)


def break_picture(picture: Pixels, name: str, number: int) -> Pixels:
    """Return a copy of a picture as a fault leaves it; the same for the same picture and number.

    Parameters
    ----------
    picture
        uint8 of shape (height, width, 3), at least 32 pixels wide and high.
    name
        One of `PIPELINE_FAULTS`.
    number
        The picture's number: the noise of two pictures is not the same.
    """
    broken = _FAULTS[name](picture, generator_for("pipeline", name, number))
    return np.ascontiguousarray(broken)


def _swapped_channels(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return picture[:, :, ::-1]


def _grey(picture: Pixels, _random: np.random.Generator) -> Pixels:
    luma = (picture * np.array(_LUMA_WEIGHTS)).sum(axis=2)
    return np.stack([_levels(luma)] * 3, axis=2)


def _turned(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return np.rot90(picture)


def _resized_without_filter(picture: Pixels, _random: np.random.Generator) -> Pixels:
    small = _resized(picture, 1 / 2, Image.Resampling.NEAREST)
    return _resized_to(small, picture.shape[:2], Image.Resampling.NEAREST)


def _enlarged_thumbnail(picture: Pixels, _random: np.random.Generator) -> Pixels:
    small = _resized(picture, 1 / 3, Image.Resampling.BILINEAR)
    return _resized_to(small, picture.shape[:2], Image.Resampling.BICUBIC)


def _letterboxed(picture: Pixels, _random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    bar = height // 8
    boxed = np.zeros_like(picture)
    boxed[bar : height - bar] = _resized_to(
        picture, (height - 2 * bar, width), Image.Resampling.BICUBIC
    )
    return boxed


def _limited_range(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return _levels(16 + picture * (219 / 255))


def _gamma_twice(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return _levels(255 * (picture / 255) ** 0.8)


def _underexposed(picture: Pixels, random: np.random.Generator) -> Pixels:
    light = 0.6 * (picture / 255) ** _GAMMA
    counted = random.poisson(2_000 * light) / 2_000
    return _levels(255 * np.minimum(counted, 1) ** (1 / _GAMMA))


def _warm_light(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return _levels(picture * np.array([1.07, 1.0, 0.9]))


def _smudged_lens(picture: Pixels, random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    top, left = random.uniform(0.3, 0.7, 2)
    down = (np.arange(height) / height - top)[:, None] / 0.3
    right = (np.arange(width) / width - left)[None, :] / 0.3
    share = np.exp(-(down**2) - right**2)[:, :, None]
    blur = ImageFilter.GaussianBlur(min(height, width) / 60)
    blurred = np.asarray(Image.fromarray(picture).filter(blur))
    return _levels(picture * (1 - share) + blurred * share)


def _hot_pixels(picture: Pixels, random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    count = max(1, height * width // 4_000)
    broken = picture.copy()
    broken[random.integers(0, height, count), random.integers(0, width, count)] = 255
    return broken


def _banded(picture: Pixels, _random: np.random.Generator) -> Pixels:
    wave = 6 * np.sin(np.arange(picture.shape[0]) / 3)
    return _levels(picture + wave[:, None, None])


def _strongly_compressed(picture: Pixels, _random: np.random.Generator) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=35)
    return np.asarray(Image.open(file).convert("RGB"))


def _shaken(picture: Pixels, _random: np.random.Generator) -> Pixels:
    length = max(3, min(picture.shape[:2]) // 50)
    moved = [np.roll(picture, step, axis=1).astype(np.float64) for step in range(length)]
    return _levels(sum(moved, np.zeros(picture.shape)) / length)


def _quantised(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return picture // np.uint8(16) * np.uint8(16)


def _overflown(picture: Pixels, _random: np.random.Generator) -> Pixels:
    # The bug itself: 250 + 12 is 6 in eight bits.
    return picture + np.uint8(12)


def _wrongly_cropped(picture: Pixels, _random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    part = np.ascontiguousarray(picture[height // 4 :, : 3 * width // 4])
    return _resized_to(part, (height, width), Image.Resampling.BICUBIC)


def _levels(values: NDArray[np.floating]) -> Pixels:
    levels: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return levels


def _resized(picture: Pixels, scale: float, resampling: Image.Resampling) -> Pixels:
    height, width = (int(side * scale) for side in picture.shape[:2])
    return _resized_to(picture, (height, width), resampling)


def _resized_to(picture: Pixels, shape: tuple[int, ...], resampling: Image.Resampling) -> Pixels:
    height, width = shape
    return np.asarray(Image.fromarray(picture).resize((width, height), resampling))


_FAULTS: Mapping[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "bgr_swap": _swapped_channels,
    "grey_pipeline": _grey,
    "rotated_90": _turned,
    "nearest_resize": _resized_without_filter,
    "thumbnail_upscaled": _enlarged_thumbnail,
    "letterbox": _letterboxed,
    "limited_range": _limited_range,
    "gamma_twice": _gamma_twice,
    "underexposed": _underexposed,
    "warm_light": _warm_light,
    "smudged_lens": _smudged_lens,
    "hot_pixels": _hot_pixels,
    "banding": _banded,
    "wifi_jpeg": _strongly_compressed,
    "hand_shake": _shaken,
    "quantised": _quantised,
    "overflow_wrap": _overflown,
    "off_crop": _wrongly_cropped,
}
PIPELINE_FAULTS = tuple(_FAULTS)
