"""The numbers that stand for a model's view of an image in tests, tables and sentences."""

from __future__ import annotations

from dataclasses import dataclass

from reference_stats.features.feature import Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewScore:
    """One number of an image, made from its view beside those of the reference.

    Attributes
    ----------
    name
        The name of the column: one that no log gives to a column of its own.
    unit, title, rises, falls, resolution, rising, falling
        As of `Feature`.
    says
        What a rise says, so that "images ... the reference does not" is a sentence ("show things
        that"); empty where `rises` says it all.
    of_one
        What a rise beyond 99 in 100 images of the reference says of one image, in place of `rises`;
        empty for that.
    """

    name: str
    unit: str
    title: str
    rises: str
    falls: str
    resolution: float
    says: str = ""
    of_one: str = ""
    rising: Sign = Sign.TRACE
    falling: Sign = Sign.TRACE


NOVELTY = ViewScore(
    name="view_novelty",
    unit="distance",
    title="novelty to the model",
    rises="more novel to the model",
    falls="less novel to the model",
    resolution=0.001,
    says="show things that",
    of_one="new to the model: far from all reference images",
    rising=Sign.CAUSE,
)
CLASS_NOVELTY = ViewScore(
    name="view_class_novelty",
    unit="distance",
    title="novelty within the predicted class",
    rises="less typical of their predicted class",
    falls="more typical of their predicted class",
    resolution=0.001,
    of_one="new in its predicted class: far from all reference images of it",
    rising=Sign.LOOK,
)
ENTROPY = ViewScore(
    name="view_entropy",
    unit="nats",
    title="the model's uncertainty",
    rises="less clear to the model",
    falls="clearer to the model",
    resolution=0.001,
)
ENERGY = ViewScore(
    name="view_energy",
    unit="",
    title="energy of the model's outputs",
    rises="weaker in the model's outputs",
    falls="stronger in the model's outputs",
    resolution=0.01,
)
VIEW_SCORES: tuple[ViewScore, ...] = (NOVELTY, CLASS_NOVELTY, ENTROPY, ENERGY)
"""In the order in which they are told of."""


def view_score_named(name: str) -> ViewScore | None:
    """Return the score of a column; None for what is no score of a model's view."""
    return next((one for one in VIEW_SCORES if one.name == name), None)
