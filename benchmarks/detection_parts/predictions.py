"""What a model says about drawn rows: a class of ten, a confidence, and class probabilities."""

from __future__ import annotations

import enum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

Numbers = NDArray[np.float64]

CLASSES = (
    "beagle", "boxer", "collie", "corgi", "husky", "poodle", "pug", "setter", "spaniel", "whippet",
)  # fmt: skip
SHARES = np.array([0.22, 0.16, 0.13, 0.11, 0.10, 0.08, 0.07, 0.05, 0.05, 0.03])
# Confidences of a trained classifier crowd below one.
_CONFIDENCE_SHAPE = (6.0, 1.5)
# How much of the class and of the confidence the features explain.
_EXPLAINED = 0.5


class Outputs(enum.StrEnum):
    """Which columns of predictions a table has."""

    NONE = "none"
    CLASS_AND_CONFIDENCE = "class and confidence"
    PROBABILITIES = "probabilities"


def draw_outputs(
    outputs: Outputs, features: Numbers, random: np.random.Generator
) -> dict[str, object]:
    """Return the columns of predictions for rows whose features are given as normal numbers.

    Parameters
    ----------
    outputs
        Which columns.
    features
        float64 of shape (rows, columns), each column standard normal; the first and the last
        column explain half of the variance behind the class and the confidence.
    random
        Where the other half comes from.
    """
    if outputs is Outputs.NONE:
        return {}
    labels = np.searchsorted(np.cumsum(SHARES)[:-1], _explained(features[:, 0], random))
    confidence = betaincinv(*_CONFIDENCE_SHAPE, _explained(features[:, -1], random))
    columns: dict[str, object] = {
        "prediction": np.array(CLASSES)[labels],
        "confidence": confidence,
    }
    if outputs is Outputs.PROBABILITIES:
        columns |= _probabilities(labels, confidence, random)
    return columns


def double_class(table: pd.DataFrame, label: str, random: np.random.Generator) -> pd.DataFrame:
    """Return the rows with the predicted classes drawn anew, one class twice as frequent.

    The other classes give way in proportion to their shares.
    """
    shares = np.where(np.array(CLASSES) == label, 0.0, SHARES)
    doubled = 2 * SHARES[CLASSES.index(label)]
    shares = shares / shares.sum() * (1 - doubled)
    shares[CLASSES.index(label)] = doubled
    return table.assign(prediction=random.choice(CLASSES, size=len(table), p=shares))


def lower_confidence(table: pd.DataFrame, deviations: float) -> pd.DataFrame:
    """Return the rows with the confidence lowered by so many of its own standard deviations.

    Values below zero become zero.
    """
    first, second = _CONFIDENCE_SHAPE
    total = first + second
    deviation = float(np.sqrt(first * second / (total**2 * (total + 1))))
    return table.assign(confidence=np.maximum(table["confidence"] - deviations * deviation, 0.0))


def _explained(feature: Numbers, random: np.random.Generator) -> Numbers:
    noise = random.standard_normal(len(feature))
    uniform: Numbers = ndtr(np.sqrt(_EXPLAINED) * feature + np.sqrt(1 - _EXPLAINED) * noise)
    return uniform


def _probabilities(
    labels: NDArray[np.intp], confidence: Numbers, random: np.random.Generator
) -> dict[str, object]:
    """Return one column per class: the confidence for the predicted one, the rest shared out."""
    rest = random.standard_exponential((len(labels), len(CLASSES)))
    rows = np.arange(len(labels))
    rest[rows, labels] = 0.0
    rest *= ((1 - confidence) / rest.sum(axis=1))[:, np.newaxis]
    rest[rows, labels] = confidence
    return {f"p_{name}": rest[:, column] for column, name in enumerate(CLASSES)}
