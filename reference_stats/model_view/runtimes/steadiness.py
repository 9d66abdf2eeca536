"""Whether a model says the same of a picture whenever, and beside whatever, it sees it."""

from __future__ import annotations

import numpy as np

from jobs.errors import ModelError
from reference_stats.model_view.runtimes.net import Numbers, SeenBatch

_SAME_TWICE = 1e-3
# Models that are quantized as they run take the scale of their numbers from the whole batch.
_SAME_IN_COMPANY = 0.05


def check_same(url: str, first: SeenBatch, second: SeenBatch) -> None:
    """Refuse a model that says something else when it sees the same pictures again.

    Raises
    ------
    ModelError
        If an embedding or an output has moved.
    """
    if _moved(first, second) > _SAME_TWICE:
        raise ModelError(
            url,
            "it gives other numbers each time it sees the same pictures, as where it was exported "
            "while training. Call model.eval() before it is saved.",
        )


def check_company(url: str, first: SeenBatch, turned: SeenBatch) -> None:
    """Refuse a model to which the same picture is another one among others.

    Parameters
    ----------
    turned
        The same pictures in the opposite order, so that the last fills up the batch with others.

    Raises
    ------
    ModelError
        If an embedding or an output has moved by more than quantization explains.
    """
    outputs = None if turned.outputs is None else turned.outputs[::-1]
    back = SeenBatch(embeddings=turned.embeddings[::-1], outputs=outputs)
    if _moved(first, back) > _SAME_IN_COMPANY:
        raise ModelError(
            url,
            "what it says of a picture depends on the other pictures of the batch, as where it was "
            "exported while training, with its batch normalization. Call model.eval() before it is "
            "saved.",
        )


def _moved(first: SeenBatch, second: SeenBatch) -> float:
    """Return how far numbers moved, as a part of the largest; infinite where some ceased to be."""
    pairs = [(first.embeddings, second.embeddings)]
    if first.outputs is not None and second.outputs is not None:
        pairs.append((first.outputs, second.outputs))
    return max(_moved_numbers(one, other) for one, other in pairs)


def _moved_numbers(one: Numbers, other: Numbers) -> float:
    finite = np.isfinite(one)
    if one.shape != other.shape or (finite != np.isfinite(other)).any():
        return np.inf
    before, after = one[finite].astype(np.float64), other[finite].astype(np.float64)
    moved = float(np.abs(before - after).max(initial=0))
    return moved and moved / float(np.abs(before).max(initial=moved))
