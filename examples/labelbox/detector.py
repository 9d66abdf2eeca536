"""A made detector: it knows the truth, misses some of it, and sees what is not there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examples.labelbox.scenes import CLASSES, Scene, Shape

# So that no box is turned over.
_MOST_SHIFT = 0.4
_LEAST_SCORE, _MOST_SCORE = 0.3, 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBox:
    """A box in pixels of the image that the model sees, with its class and score."""

    name: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Skill:
    """How well it does on one kind of image.

    `missed` is the share of shapes that it does not find, `confused` that of classes that it gets
    wrong, `noise` the mean standard deviation of a box's edges as a share of it, `strangers` the
    mean number of boxes around nothing, `score` the mean score of shapes and `stranger_score` that
    of nothing.
    """

    missed: float
    confused: float
    noise: float
    strangers: float
    score: float
    stranger_score: float


_SHARP = _Skill(
    missed=0.09, confused=0.04, noise=0.06, strangers=0.28, score=0.83, stranger_score=0.58
)
# Its scores fall little: it does not know how wrong it is.
_BLURRED = _Skill(
    missed=0.26, confused=0.09, noise=0.11, strangers=0.35, score=0.79, stranger_score=0.62
)


def detect(scene: Scene) -> list[FoundBox]:
    """Return what the detector finds in a scene, the highest score first."""
    random = np.random.default_rng((*scene.key, 2))
    skill = _BLURRED if scene.blurred else _SHARP
    found = [
        _seen(random, scene, shape, skill)
        for shape in scene.shapes
        if random.random() >= skill.missed
    ]
    strangers = int(random.poisson(skill.strangers))
    found += [_stranger(random, scene, skill) for _ in range(strangers)]
    return sorted(found, key=lambda one: -one.score)


def _seen(random: np.random.Generator, scene: Scene, shape: Shape, skill: _Skill) -> FoundBox:
    size = np.array((shape.width, shape.height) * 2)
    noise = skill.noise * random.uniform(0.5, 1.5)
    shift = size * random.normal(0, noise, 4).clip(-_MOST_SHIFT, _MOST_SHIFT)
    name = shape.name
    if random.random() < skill.confused:
        name = CLASSES[int(random.integers(len(CLASSES)))]
    right, bottom = shape.left + shape.width, shape.top + shape.height
    edges = np.array([shape.left, shape.top, right, bottom]) + shift
    return _box(scene, name, edges, random.normal(skill.score, 0.09))


def _stranger(random: np.random.Generator, scene: Scene, skill: _Skill) -> FoundBox:
    size = random.uniform(0.1, 0.3, 2) * (scene.width, scene.height)
    corner = random.random(2) * ((scene.width, scene.height) - size)
    name = CLASSES[int(random.integers(len(CLASSES)))]
    edges = np.concatenate([corner, corner + size])
    return _box(scene, name, edges, random.normal(skill.stranger_score, 0.12))


def _box(scene: Scene, name: str, edges: np.ndarray, score: float) -> FoundBox:
    size = (scene.width, scene.height, scene.width, scene.height)
    left, top, right, bottom = (float(one) for one in edges.clip(0, size))
    score = round(float(np.clip(score, _LEAST_SCORE, _MOST_SCORE)), 4)
    return FoundBox(name=name, score=score, left=left, top=top, right=right, bottom=bottom)
