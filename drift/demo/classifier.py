"""The demo's model: logistic regression on small thumbnails, trained on the spot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

_THUMBNAIL = (12, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A class and the probability that the model gives it."""

    name: str
    confidence: float


class Classifier:
    """Tells which photograph a view was taken of.

    Parameters
    ----------
    images
        Encoded views to learn from.
    names
        The class of each.
    """

    def __init__(self, images: Sequence[bytes], names: Sequence[str]) -> None:
        model = LogisticRegression(C=0.02, max_iter=500, random_state=0)
        self._model: Pipeline = make_pipeline(StandardScaler(), model)
        self._model.fit(_table(images), list(names))

    def predict(self, images: Sequence[bytes]) -> list[Prediction]:
        """Return the most probable class of each image."""
        probabilities = self._model.predict_proba(_table(images))
        best = probabilities.argmax(axis=1)
        return [
            Prediction(name=str(self._model.classes_[index]), confidence=float(row[index]))
            for row, index in zip(probabilities, best, strict=True)
        ]


def _table(images: Sequence[bytes]) -> NDArray[np.float64]:
    return np.stack([_thumbnail(data) for data in images])


def _thumbnail(data: bytes) -> NDArray[np.float64]:
    with Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB").resize(_THUMBNAIL, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64).ravel() / 255
