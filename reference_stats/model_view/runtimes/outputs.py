"""From a model's outputs to what is kept of its answer."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from reference_stats.model_view.runtimes.net import Numbers
from reference_stats.model_view.views import ANSWERS, NO_CLASS

_SUM_TOLERANCE = 2e-3
"""Probabilities of 16-bit models add up to 1 so far only."""


class OutputKind(enum.Enum):
    """What a model's outputs are."""

    NONE = "no outputs of classes"
    LOGITS = "logits"
    PROBABILITIES = "probabilities that add up to 1"
    LOG_PROBABILITIES = "logarithms of probabilities"
    INDEPENDENT = "a probability for each class alone"
    ONE_PROBABILITY = "the probability of the second of two classes"
    ONE_LOGIT = "the logit of the second of two classes"


def kind_of_outputs(outputs: Numbers | None, class_names: int) -> OutputKind:
    """Return what outputs are, told by those of a few fixed pictures.

    Parameters
    ----------
    outputs
        float32 of shape (images, classes).
    class_names
        How many classes the model's file names; 0 where it names none. One output alone is the
        answer of a classifier only where it is a probability, or two classes are named.
    """
    if outputs is None:
        return OutputKind.NONE
    # Of a plain picture, such as the black one, some models make no number.
    outputs = outputs[~np.isnan(outputs).any(axis=1)]
    if not outputs.size:
        return OutputKind.NONE
    within = bool(np.all((outputs >= 0) & (outputs <= 1)))
    if outputs.shape[1] == 1:
        otherwise = OutputKind.ONE_LOGIT if class_names == 2 else OutputKind.NONE
        return OutputKind.ONE_PROBABILITY if within else otherwise
    values = outputs.astype(np.float64)
    if within:
        whole = np.allclose(values.sum(axis=1), 1, rtol=0, atol=_SUM_TOLERANCE)
        return OutputKind.PROBABILITIES if whole else OutputKind.INDEPENDENT
    logarithms = np.allclose(logsumexp(values, axis=1), 0, rtol=0, atol=_SUM_TOLERANCE)
    return OutputKind.LOG_PROBABILITIES if logarithms else OutputKind.LOGITS


def class_count(outputs: Numbers | None, kind: OutputKind) -> int:
    """Return how many classes outputs of a kind tell apart."""
    if outputs is None or kind is OutputKind.NONE:
        return 0
    return max(2, int(outputs.shape[1]))


def answers_of(
    outputs: Numbers | None, kind: OutputKind, images: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return what is kept of the answers to some images.

    Returns
    -------
    answers
        float32 of shape (images, len(ANSWERS)): entropy, energy, confidence.
    classes
        int32 of shape (images,).

    Notes
    -----
    Entropy is in nats. Energy is ``-logsumexp(outputs)`` (Liu et al., 2020), which only logits
    have. Outputs that are no numbers leave NaN and `NO_CLASS`.
    """
    answers = np.full((images, len(ANSWERS)), np.nan, dtype=np.float32)
    classes = np.full(images, NO_CLASS, dtype=np.int32)
    if outputs is None or kind is OutputKind.NONE:
        return answers, classes
    usable = usable_outputs(outputs, kind, images)
    values = outputs[usable].astype(np.float64)
    probabilities = _probabilities(values, kind)
    answers[usable, 0] = _entropies(probabilities, kind)
    if kind is OutputKind.LOGITS:
        answers[usable, 1] = -logsumexp(values, axis=1)
    answers[usable, 2] = probabilities.max(axis=1)
    classes[usable] = probabilities.argmax(axis=1)
    return answers, classes


def usable_outputs(outputs: Numbers | None, kind: OutputKind, images: int) -> NDArray[np.bool_]:
    """Tell of which images the outputs are numbers; of all where the model has no classes."""
    if outputs is None or kind is OutputKind.NONE:
        return np.ones(images, dtype=np.bool_)
    if kind is OutputKind.LOG_PROBABILITIES:
        # A class that cannot be has the logarithm -inf.
        return np.asarray((outputs < np.inf).all(axis=1))
    return np.asarray(np.isfinite(outputs).all(axis=1))


def _probabilities(values: NDArray[np.float64], kind: OutputKind) -> NDArray[np.float64]:
    if kind in {OutputKind.LOGITS, OutputKind.LOG_PROBABILITIES}:
        shifted = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
    if kind is OutputKind.ONE_LOGIT:
        return np.hstack([expit(-values), expit(values)])
    if kind is OutputKind.ONE_PROBABILITY:
        return np.clip(np.hstack([1 - values, values]), 0, 1)
    return np.clip(values, 0, 1)


def _entropies(probabilities: NDArray[np.float64], kind: OutputKind) -> NDArray[np.float64]:
    if kind is OutputKind.INDEPENDENT:
        return np.full(len(probabilities), np.nan)
    safe = np.where(probabilities > 0, probabilities, 1)
    return np.asarray(-(safe * np.log(safe)).sum(axis=1) + 0.0)
