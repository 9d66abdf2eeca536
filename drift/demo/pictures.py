"""Requests for the demo: random views of real photographs that installed packages carry."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from sklearn.datasets import load_sample_image

Pixels = NDArray[np.uint8]

VIEW_SIZE = (240, 180)
_SHORTEST_VIEW, _LONGEST_VIEW = 0.5, 0.8
_LIGHT_DEVIATION = 0.12
_QUALITIES = (84, 94)


def load_photographs() -> Mapping[str, Pixels]:
    """Return one photograph per class, uint8 of shape (height, width, 3); nothing is downloaded."""
    return {
        "cat": skimage.data.chelsea(),
        "coffee": skimage.data.coffee(),
        "flower": load_sample_image("flower.jpg"),
        "motorcycle": skimage.data.stereo_motorcycle()[0],
        "portrait": skimage.data.astronaut(),
        "rocket": skimage.data.rocket(),
        "temple": load_sample_image("china.jpg"),
    }


def random_view(
    photograph: Pixels, generator: np.random.Generator, daylight: float = 1.0
) -> Image.Image:
    """Return a view of a photograph as a camera might send it: another place, size and light.

    Parameters
    ----------
    daylight
        What the light of all the day's views is multiplied by.
    """
    height, width = photograph.shape[:2]
    share = generator.uniform(_SHORTEST_VIEW, _LONGEST_VIEW)
    view_height = int(min(height, width * VIEW_SIZE[1] / VIEW_SIZE[0]) * share)
    view_width = view_height * VIEW_SIZE[0] // VIEW_SIZE[1]
    top = int(generator.integers(0, height - view_height + 1))
    left = int(generator.integers(0, width - view_width + 1))
    view = photograph[top : top + view_height, left : left + view_width]
    if generator.random() < 0.5:
        view = view[:, ::-1]
    light = daylight * max(0.5, generator.normal(1, _LIGHT_DEVIATION))
    lit = np.clip(view * light, 0, 255).astype(np.uint8)
    return Image.fromarray(lit).resize(VIEW_SIZE, Image.Resampling.LANCZOS)


def break_camera(view: Image.Image) -> Image.Image:
    """Return what a camera sends whose lens has slipped out of focus and whose aperture sticks."""
    blurred = view.filter(ImageFilter.GaussianBlur(2.2))
    return blurred.point(lambda level: level * 0.5)


def encode(view: Image.Image, generator: np.random.Generator) -> bytes:
    """Return a view as the JPEG file that a client would send."""
    buffer = io.BytesIO()
    view.save(buffer, "JPEG", quality=int(generator.integers(*_QUALITIES)))
    return buffer.getvalue()
