"""Pictures for the worlds, from numpy and Pillow alone: no code of either checkout takes part."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]
_HEIGHT, _WIDTH = 96, 112


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a broken camera does to its pictures; the defaults do nothing."""

    light: float = 1.0
    blur: float = 0.0


NO_FAULT = Fault()


def scene(generator: np.random.Generator, fault: Fault = NO_FAULT) -> Pixels:
    """Return an RGB picture of clouds of several sizes, noise, and a few boxes with sharp edges."""
    pixels = np.full((_HEIGHT, _WIDTH, 3), generator.normal(120, 12, 3))
    for cells, strength in ((3, 30.0), (7, 18.0), (24, 9.0)):
        pixels += _clouds(generator, cells) * strength
    for _ in range(int(generator.integers(2, 6))):
        top, left = int(generator.integers(0, _HEIGHT - 20)), int(generator.integers(0, 90))
        height, width = generator.integers(8, 40, 2)
        pixels[top : top + height, left : left + width] += generator.normal(0, 35, 3)
    pixels += generator.normal(0, 3, pixels.shape)
    whole = np.clip(pixels * fault.light * generator.normal(1, 0.08), 0, 255).astype(np.uint8)
    if fault.blur:
        image = Image.fromarray(whole).filter(ImageFilter.GaussianBlur(fault.blur))
        return np.asarray(image, dtype=np.uint8)
    return whole


def nearly(generator: np.random.Generator, pixels: Pixels) -> Pixels:
    """Return the same picture with a little noise, as a camera that sends twice makes it."""
    noisy = pixels + generator.normal(0, 1.0, pixels.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def jpeg(pixels: Pixels, quality: int = 88) -> bytes:
    """Return pixels as a JPEG file; two axes are a grey picture."""
    return _saved(Image.fromarray(pixels), "JPEG", quality=quality)


def png(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """Return pixels as a PNG file: two axes are grey, four channels have transparency."""
    return _saved(Image.fromarray(pixels), "PNG")


def _clouds(generator: np.random.Generator, cells: int) -> NDArray[np.float64]:
    grid = generator.normal(0, 1, (cells, cells))
    image = Image.fromarray(grid.astype(np.float32))
    smooth = image.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC)
    return np.asarray(smooth, dtype=np.float64)[:, :, None] * generator.normal(1, 0.2, 3)


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
