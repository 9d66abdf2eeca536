"""Image files made by code, and the reference system's way to compute its seven features."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data as pictures
from skimage.filters import sobel
from skimage.measure import shannon_entropy

SEVEN = ("mean", "std_dev", "median", "min_pixel", "max_pixel", "entropy", "edge_density")
MANY_PIXELS = 100_000_000


def encode(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    """Return an image as a file."""
    target = io.BytesIO()
    image.save(target, file_format, **options)
    return target.getvalue()


def reopen(data: bytes) -> Image.Image:
    """Return what PIL itself makes of a file."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.copy()


def seven_of(luma: NDArray[np.uint8]) -> Mapping[str, float]:
    """Return the seven features as the reference system computes them, with scikit-image."""
    return {
        "mean": float(np.mean(luma)),
        "std_dev": float(np.std(luma)),
        "median": float(np.median(luma)),
        "min_pixel": float(np.min(luma)),
        "max_pixel": float(np.max(luma)),
        "entropy": float(shannon_entropy(luma)),
        "edge_density": float(np.mean(sobel(luma))),
    }


def photograph(name: str = "astronaut", size: tuple[int, int] = (125, 94)) -> Image.Image:
    """Return one of scikit-image's pictures as RGB, made smaller."""
    pixels = getattr(pictures, name)()
    image = Image.fromarray(np.asarray(pixels)).convert("RGB")
    return image.resize(size, Image.Resampling.LANCZOS)


def noise(shape: tuple[int, ...], seed: int = 0) -> NDArray[np.uint8]:
    """Return uniformly random 8-bit samples."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def numbered_photographs(count: int, seed: int = 0) -> list[bytes]:
    """Return distinct small JPEG files: crops of a picture at random places."""
    whole = photograph(size=(256, 256))
    places = np.random.default_rng(seed).integers(0, 190, (count, 2))
    crops = [whole.crop((left, top, left + 60, top + 48)) for left, top in places.tolist()]
    return [encode(crop, "JPEG", quality=90) for crop in crops]
