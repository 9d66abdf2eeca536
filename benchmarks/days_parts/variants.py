"""One photograph on many days, and with a fault: pixels in, pixels out.

Faults are those of ImageNet-C at severity 2 (D. Hendrycks and T. Dietterich, "Benchmarking neural
network robustness to common corruptions and perturbations", ICLR 2019), with its constants.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, signal

from benchmarks.detection_parts.pipeline_faults import break_picture

Pixels = NDArray[np.float32]
Generator = np.random.Generator

_STOPS, _WARMTH, _BLUR, _NOISE, _QUALITY = 0.16, 0.04, 0.35, 2.5, 5.0
_USUAL_BLUR, _USUAL_NOISE, _USUAL_QUALITY = 0.3, 3.0, 86.0
_FAULT_NOISE, _FAULT_RADIUS, _FAULT_LIGHT, _FAULT_CONTRAST, _FAULT_QUALITY = 0.12, 4, 0.2, 0.3, 18


def on_a_day(picture: Pixels, conditions: NDArray[np.float64], random: Generator) -> Pixels:
    """Return a picture under conditions.

    Parameters
    ----------
    picture
        float32 of shape (height, width, 3), 0 to 255.
    conditions
        Light, colour temperature, blur, noise, compression; 0 is usual, about 1 is a usual
        deviation. Compression is applied by `as_jpeg`.
    """
    light, warmth, blur, noise, _ = conditions
    seen = picture * np.float32(2 ** (_STOPS * light))
    seen = seen * np.array([1 + _WARMTH * warmth, 1, 1 - _WARMTH * warmth], dtype=np.float32)
    radius = max(0.0, _USUAL_BLUR + _BLUR * blur)
    if radius > 0.15:
        seen = ndimage.gaussian_filter(seen, (radius, radius, 0))
    grain = max(0.0, _USUAL_NOISE + _NOISE * noise)
    seen = seen + np.float32(grain) * random.standard_normal(seen.shape, dtype=np.float32)
    clipped: Pixels = np.clip(seen, 0, 255)
    return clipped


def as_jpeg(picture: Pixels, conditions: NDArray[np.float64]) -> bytes:
    """Return a picture as the file that the conditions' compression makes."""
    quality = np.clip(_USUAL_QUALITY + _QUALITY * conditions[4], 50, 95)
    return _jpeg(picture, int(quality))


def _jpeg(picture: Pixels, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture.astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _noise(picture: Pixels, random: Generator) -> Pixels:
    grain = 255 * _FAULT_NOISE * random.standard_normal(picture.shape, dtype=np.float32)
    clipped: Pixels = np.clip(picture + grain, 0, 255)
    return clipped


def _defocus(picture: Pixels, _random: Generator) -> Pixels:
    reach = 2 * _FAULT_RADIUS
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disk = (rows**2 + columns**2 <= _FAULT_RADIUS**2).astype(np.float64)
    disk = ndimage.gaussian_filter(disk / disk.sum(), 0.5)
    disk /= disk.sum()
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    planes = [signal.fftconvolve(padded[..., one], disk, mode="valid") for one in range(3)]
    blurred: Pixels = np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.float32)
    return blurred


def _brightness(picture: Pixels, _random: Generator) -> Pixels:
    value = picture.max(axis=-1, keepdims=True)
    raised = np.clip(value + 255 * _FAULT_LIGHT, 0, 255)
    lit: Pixels = np.where(value > 0, picture * raised / np.maximum(value, 1e-3), raised)
    return lit


def _contrast(picture: Pixels, _random: Generator) -> Pixels:
    middle = picture.mean(axis=(0, 1), keepdims=True)
    flat: Pixels = np.clip((picture - middle) * _FAULT_CONTRAST + middle, 0, 255)
    return flat


def _compression(picture: Pixels, _random: Generator) -> Pixels:
    with Image.open(io.BytesIO(_jpeg(picture, _FAULT_QUALITY))) as image:
        return np.asarray(image.convert("RGB")).astype(np.float32)


FAULTS: Mapping[str, Callable[[Pixels, Generator], Pixels]] = {
    "gaussian_noise": _noise,
    "defocus_blur": _defocus,
    "brightness": _brightness,
    "contrast": _contrast,
    "jpeg_compression": _compression,
}


def fault_named(name: str) -> Callable[[Pixels, Generator], Pixels]:
    """Return a fault of `FAULTS`, or one of a pipeline."""
    return FAULTS[name] if name in FAULTS else partial(_of_pipeline, name)


def _of_pipeline(name: str, picture: Pixels, random: Generator) -> Pixels:
    number = int(random.integers(np.iinfo(np.int32).max))
    broken: Pixels = break_picture(picture.astype(np.uint8), name, number).astype(np.float32)
    return broken
