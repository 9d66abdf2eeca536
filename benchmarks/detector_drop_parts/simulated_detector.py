"""A detector whose matched boxes are drawn, and how its AP50 depends on how hard images are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.judging.drawn_sets import ImageHits
from drift.model_quality.detection.match_table import THRESHOLDS, MatchTable

Numbers = NDArray[np.float64]
CLASSES = ("car", "person", "bicycle", "dog", "traffic light")
SHARES = np.array([0.4, 0.27, 0.15, 0.11, 0.07])
_CLASS_HARDNESS = np.array([-0.3, 0.0, 0.3, 0.1, 0.6])
_OBJECTS = 3.0
_OBJECTS_SHAPE = 1.2
"""Objects an image: negative binomial, one image of four has none."""
_IMAGE_HARDNESS = 0.7
_OBJECT_HARDNESS = 0.6
_AGAIN = 0.08
_STRANGERS = 0.8
_CALIBRATED = np.linspace(-2.5, 3.5, 25)
_CALIBRATING_IMAGES = 20_000


@dataclass(frozen=True, kw_only=True)
class _Boxes:
    image: NDArray[np.int64]
    code: NDArray[np.int64]
    score: Numbers
    overlap: Numbers


def simulated_table(
    random: np.random.Generator, hardness: Numbers, shares: Numbers | None = None
) -> MatchTable:
    """Draw the matched boxes of images.

    Parameters
    ----------
    hardness
        How hard each image is on average; more of it means more misses, lower scores, boxes that
        fit worse, and more false boxes. Shape (images,).
    shares
        The part of each class in each image's objects, shape (images, classes); else `SHARES`.
    """
    images = len(hardness)
    hard = hardness + random.normal(0, _IMAGE_HARDNESS, images)
    rates = random.gamma(_OBJECTS_SHAPE, _OBJECTS / _OBJECTS_SHAPE, images)
    image = np.repeat(np.arange(images), random.poisson(rates))
    upto = np.cumsum(SHARES if shares is None else shares[image], axis=-1)
    code = (random.random(len(image))[:, None] > upto).sum(axis=1).clip(0, len(CLASSES) - 1)
    of_object = hard[image] + _CLASS_HARDNESS[code]
    of_object += random.normal(0, _OBJECT_HARDNESS, len(image))
    found = random.random(len(image)) < _logistic(3.0 - 1.3 * of_object)
    boxes = [
        _found(random, image[found], code[found], of_object[found]),
        _strangers(random, hard),
    ]
    again = random.random(found.sum()) < _AGAIN
    boxes.append(_repeated(random, boxes[0], again))
    return _table(images, image, code, boxes)


def _found(
    random: np.random.Generator,
    image: NDArray[np.int64],
    code: NDArray[np.int64],
    hard: Numbers,
) -> _Boxes:
    misfit = np.abs(random.normal(0, 0.14, len(image))) * np.exp(0.35 * hard)
    return _Boxes(
        image=image,
        code=code,
        score=_logistic(2.0 - 0.9 * hard + random.normal(0, 0.9, len(image))),
        overlap=np.clip(0.93 - misfit, 0, 1),
    )


def _strangers(random: np.random.Generator, hard: Numbers) -> _Boxes:
    image = np.repeat(np.arange(len(hard)), random.poisson(_STRANGERS * np.exp(0.3 * hard)))
    return _Boxes(
        image=image,
        code=random.choice(len(CLASSES), len(image), p=SHARES),
        score=_logistic(-1.2 + random.normal(0, 1.0, len(image))),
        overlap=np.zeros(len(image)),
    )


def _repeated(random: np.random.Generator, found: _Boxes, again: NDArray[np.bool_]) -> _Boxes:
    """Return boxes of objects that have a better one already."""
    return _Boxes(
        image=found.image[again],
        code=found.code[again],
        score=found.score[again] * random.uniform(0.4, 0.99, int(again.sum())),
        overlap=np.zeros(int(again.sum())),
    )


def _table(
    images: int, true_image: NDArray[np.int64], true_code: NDArray[np.int64], boxes: list[_Boxes]
) -> MatchTable:
    image, code, score, overlap = (
        np.concatenate([getattr(one, name) for one in boxes])
        for name in ("image", "code", "score", "overlap")
    )
    order = np.lexsort((-score, code, image))
    bits = (overlap[order, None] >= THRESHOLDS) @ (1 << np.arange(len(THRESHOLDS)))
    cells, counts = np.unique(true_image * len(CLASSES) + true_code, return_counts=True)
    return MatchTable(
        images=images,
        classes=CLASSES,
        image=image[order].astype(np.int32),
        class_code=code[order].astype(np.int32),
        score=score[order],
        hits=bits.astype(np.uint16),
        ignored=np.zeros(len(image), np.uint16),
        overlap=np.where(bits > 0, overlap[order], np.nan).astype(np.float32),
        truth_image=(cells // len(CLASSES)).astype(np.int32),
        truth_class=(cells % len(CLASSES)).astype(np.int32),
        truth_count=counts.astype(np.int32),
    )


def hardness_of(ap50: Numbers) -> Numbers:
    """Return how hard images are on average of which the detector has such an AP50."""
    known, hardness = _calibrated()
    return np.interp(ap50, known, hardness)


@cache
def _calibrated() -> tuple[Numbers, Numbers]:
    """Return AP50, rising, and the hardness that gives it."""
    found = []
    for number, hardness in enumerate(_CALIBRATED):
        random = np.random.default_rng([99, number])
        table = simulated_table(random, np.full(_CALIBRATING_IMAGES, hardness))
        everything = np.arange(table.images)
        found.append(ImageHits.of(table).ap50(everything, np.array([table.images]))[0])
    known = np.maximum.accumulate(np.array(found)[::-1])
    return known, _CALIBRATED[::-1].copy()


def _logistic(values: Numbers) -> Numbers:
    answer: Numbers = 1 / (1 + np.exp(-values))
    return answer
