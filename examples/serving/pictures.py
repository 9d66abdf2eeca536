"""Requests for the examples: digits of scikit-learn, and views of photographs in packages."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter, ImageOps
from sklearn.datasets import load_digits

from drift.demo.pictures import load_photographs, random_view

_DIGIT_SIZE = (64, 64)
_INK = 255 / 16
Change = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An encoded image and the class that it is of."""

    image: bytes
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The pictures of one model: those it learns from, and those that are sent to it later.

    Attributes
    ----------
    names
        All classes, in the order of the model's outputs.
    training
        What the model is trained on.
    traffic
        Other pictures of the same kind, which are sent to it.
    reference
        What the drift job takes as its reference: further ones. A model knows those that it was
        trained on by heart, and is surer of them than of any that come later.
    """

    names: tuple[str, ...]
    training: tuple[Example, ...]
    traffic: tuple[Example, ...]
    reference: tuple[Example, ...]


def digits(*, training: int = 800, reference: int = 400, seed: int = 0) -> Pictures:
    """Return scikit-learn's 1,797 scanned digits as PNG files, in an order by chance."""
    scans = load_digits()
    order = np.random.default_rng(seed).permutation(len(scans.images))
    examples = tuple(
        Example(image=encode(_enlarged(scans.images[index]), "PNG"), name=str(scans.target[index]))
        for index in order
    )
    return Pictures(
        names=tuple(str(digit) for digit in range(10)),
        training=examples[:training],
        traffic=examples[training:-reference],
        reference=examples[-reference:],
    )


def colours(
    *, training: int = 700, traffic: int = 700, reference: int = 500, seed: int = 0
) -> Pictures:
    """Return random views of the seven photographs that scikit-image and scikit-learn carry."""
    photographs = load_photographs()
    names = tuple(photographs)
    generator = np.random.default_rng(seed)
    examples = []
    for name in generator.choice(names, training + traffic + reference):
        view = random_view(photographs[name], generator)
        examples.append(Example(image=encode(view, "JPEG"), name=str(name)))
    return Pictures(
        names=names,
        training=tuple(examples[:training]),
        traffic=tuple(examples[training:-reference]),
        reference=tuple(examples[-reference:]),
    )


def changed(examples: Sequence[Example], change: Change) -> list[Example]:
    """Return the same examples with every image changed, in the file format that it had."""
    return [Example(image=_changed(one.image, change), name=one.name) for one in examples]


def inverted(picture: Image.Image) -> Image.Image:
    """Return dark ink on white paper where the scanner gave white on black."""
    return ImageOps.invert(picture)


def blurred(picture: Image.Image) -> Image.Image:
    """Return what a lens out of focus makes of a picture."""
    return picture.filter(ImageFilter.GaussianBlur(picture.width / 20))


def encode(picture: Image.Image, kind: str) -> bytes:
    """Return a picture as a file of this kind."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return buffer.getvalue()


def _changed(data: bytes, change: Change) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        return encode(change(picture), picture.format or "PNG")


def _enlarged(scan: np.ndarray) -> Image.Image:
    levels = np.rint(scan * _INK).astype(np.uint8)
    return Image.fromarray(levels).resize(_DIGIT_SIZE, Image.Resampling.BICUBIC)
