"""The pictures: crops of those that installed packages carry, or a folder of photographs.

Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.datasets import load_digits, load_sample_image

from benchmarks.detection_parts.seeds import generator_for

Pixels = NDArray[np.uint8]

SIZE = 224
_SHORTER_SIDE = 256
_SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
_DIGIT_SIZE = 32
# A crop shows between a half and all of a picture's shorter side, and its light varies.
_SMALLEST_CROP = 0.5
_LIGHT_DEVIATION = 0.12

_PACKAGED: tuple[Callable[[], Pixels], ...] = (
    skimage.data.astronaut,
    skimage.data.chelsea,
    skimage.data.coffee,
    skimage.data.rocket,
    skimage.data.hubble_deep_field,
    skimage.data.immunohistochemistry,
    skimage.data.retina,
    lambda: skimage.data.stereo_motorcycle()[0],
    lambda: load_sample_image("china.jpg"),
    lambda: load_sample_image("flower.jpg"),
)


class PictureError(Exception):
    """The pictures that were asked for are not there."""


def packaged_crops(count: int) -> Iterator[Pixels]:
    """Return independent random views of the packaged colour pictures, uint8 of 224 x 224 x 3.

    Each view is of a picture drawn at random, so that any two sets of views come from one and the
    same population. The first `n` of more views are the same `n` views.
    """
    pictures = [np.asarray(load())[..., :3] for load in _PACKAGED]
    for number in range(count):
        random = generator_for("crop", number)
        yield _crop(pictures[random.integers(len(pictures))], random)


def folder_photographs(
    folder: Path, count: int | None = None, *, keep_size: bool = False
) -> Iterator[Pixels]:
    """Return a folder's photographs in a fixed random order, uint8 of 224 x 224 x 3.

    Each is scaled so that its shorter side has 256 pixels, and its middle is taken.

    Parameters
    ----------
    folder
        Looked through with all folders below it; files whose names do not end as those of images
        are left out.
    count
        At most so many; None for all.
    keep_size
        Whether each is returned as it is instead.

    Raises
    ------
    PictureError
        The folder holds no image.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not files:
        raise PictureError(
            f"{folder} holds no file that ends in {', '.join(sorted(_SUFFIXES))}. "
            "Give --images a folder with photographs."
        )
    order = generator_for("folder").permutation(len(files))
    for number in order[:count]:
        with Image.open(files[number]) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            yield np.asarray(upright) if keep_size else _middle(upright)


def digit_pictures() -> Sequence[Pixels]:
    """Return scikit-learn's 1,797 grey digits of 8 x 8, scaled to 32 x 32."""
    levels = np.round(load_digits().images * (255 / 16)).astype(np.uint8)
    factor = _DIGIT_SIZE // levels.shape[1]
    return [np.repeat(np.repeat(digit, factor, axis=0), factor, axis=1) for digit in levels]


def _crop(picture: Pixels, random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    side = int(min(height, width) * random.uniform(_SMALLEST_CROP, 1.0))
    top = int(random.integers(0, height - side + 1))
    left = int(random.integers(0, width - side + 1))
    view = picture[top : top + side, left : left + side]
    if random.random() < 0.5:
        view = view[:, ::-1]
    light = max(0.5, random.normal(1, _LIGHT_DEVIATION))
    lit = np.clip(view * light, 0, 255).astype(np.uint8)
    image = Image.fromarray(lit).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _middle(image: Image.Image) -> Pixels:
    scale = _SHORTER_SIDE / min(image.size)
    width, height = (round(side * scale) for side in image.size)
    scaled = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - SIZE) // 2, (height - SIZE) // 2
    return np.asarray(scaled.crop((left, top, left + SIZE, top + SIZE)))
