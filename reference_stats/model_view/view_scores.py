"""The numbers that stand for a model's view of an image in tests, tables and sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewScore:
    """One number of an image, made from its view beside those of the reference.

    Attributes
    ----------
    name
        The name of the column.
    unit, title, rises, falls, resolution
        As of `Feature`.
    """

    name: str
    unit: str
    title: str
    rises: str
    falls: str
    resolution: float


NOVELTY = ViewScore(
    name="novelty",
    unit="distance",
    title="novelty to the model",
    rises="show things that the reference does not",
    falls="are closer to the reference",
    resolution=0.001,
)
CLASS_NOVELTY = ViewScore(
    name="class_novelty",
    unit="distance",
    title="novelty within the predicted class",
    rises="look unlike their predicted class",
    falls="are closer to their predicted class",
    resolution=0.001,
)
ENTROPY = ViewScore(
    name="prediction_entropy",
    unit="nats",
    title="the model's uncertainty",
    rises="leave the model uncertain",
    falls="leave the model more certain",
    resolution=0.001,
)
ENERGY = ViewScore(
    name="energy",
    unit="",
    title="energy of the model's outputs",
    rises="excite the model less",
    falls="excite the model more",
    resolution=0.01,
)
VIEW_SCORES: tuple[ViewScore, ...] = (NOVELTY, CLASS_NOVELTY, ENTROPY, ENERGY)


def view_score_named(name: str) -> ViewScore | None:
    """Return the score of a column; None for what is no score of a model's view."""
    return next((one for one in VIEW_SCORES if one.name == name), None)
