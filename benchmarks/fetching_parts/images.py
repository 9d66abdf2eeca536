"""The images that are fetched: random views of scikit-image's and scikit-learn's photographs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image
from sklearn.datasets import load_sample_image

DIFFERENT_IMAGES = 200
_SIZE = (500, 375)
_TINY_SIZE = (28, 28)
_PICTURES = ("astronaut", "chelsea", "coffee", "rocket", "china.jpg", "flower.jpg")


def write_photographs(folder: Path, size_bytes: int) -> None:
    """Write different JPEG files of 500 x 375 pixels and about `size_bytes`."""
    for number, view in enumerate(_views(np.random.default_rng(0))):
        data = _jpeg_of_size(view.resize(_SIZE), size_bytes)
        Path(folder, f"{number:06}.jpg").write_bytes(data)


def write_tiny(folder: Path, size_bytes: int) -> None:
    """Write different grey PNG files of 28 x 28 pixels, whatever `size_bytes` is."""
    del size_bytes
    for number, view in enumerate(_views(np.random.default_rng(0))):
        view.convert("L").resize(_TINY_SIZE).save(Path(folder, f"{number:06}.png"))


KINDS: dict[str, Callable[[Path, int], None]] = {
    "photographs": write_photographs,
    "tiny": write_tiny,
}


def _views(random: np.random.Generator) -> list[Image.Image]:
    return [_view(number, random) for number in range(DIFFERENT_IMAGES)]


def _view(number: int, random: np.random.Generator) -> Image.Image:
    name = _PICTURES[number % len(_PICTURES)]
    load = load_sample_image if name.endswith(".jpg") else None
    picture = Image.fromarray(load(name) if load else getattr(skimage.data, name)())
    share = random.uniform(0.6, 1.0)
    left, top = random.uniform(0, 1 - share, 2) * picture.size
    width, height = (share * side for side in picture.size)
    return picture.crop((int(left), int(top), int(left + width), int(top + height)))


def _jpeg_of_size(picture: Image.Image, size_bytes: int) -> bytes:
    low, high = 5, 97
    while low < high:
        middle = (low + high + 1) // 2
        if len(_jpeg(picture, middle)) <= size_bytes:
            low = middle
        else:
            high = middle - 1
    return _jpeg(picture, low)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()
