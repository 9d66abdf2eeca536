"""What a model sees in images: an embedding and what it says of its answer, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

ANSWERS = ("entropy", "energy", "confidence")
"""What is kept of a model's outputs beside the class: the entropy of the class probabilities in
nats, ``-logsumexp`` of the outputs, and the largest probability. NaN where a model has no classes;
the energy also where its outputs are probabilities or their logarithms, which all have the same."""
NO_CLASS = -1
FAILED = -2
"""In place of a class: the model made no finite numbers of the image, or failed on it alone."""

FEWEST_TO_JUDGE, MOST_FAILED = 20, 0.1
"""A model that fails on more than this share of at least so many images is given up."""
MEND_NUMBERS = (
    "Compare model.mean, model.std and model.input_size with those of its training, or name "
    "another model.layer."
)
FAILS_OFTEN = (
    f"it makes no finite numbers of more than one in ten images, or fails on them. {MEND_NUMBERS}"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageViews:
    """The views of several images, by columns.

    Attributes
    ----------
    embeddings
        float16 of shape (images, width); what stands in rows that are not `known` means nothing.
    answers
        float32 of shape (images, len(ANSWERS)).
    classes
        int32 of shape (images,): the place of the class among the model's outputs, or `NO_CLASS`;
        `FAILED` in rows that are not `known` because of the model.
    known
        bool of shape (images,): which images the model has looked at. All numbers of a known
        embedding are finite.
    """

    embeddings: NDArray[np.float16]
    answers: NDArray[np.float32]
    classes: NDArray[np.int32]
    known: NDArray[np.bool_]

    @classmethod
    def unknown(cls, images: int, width: int) -> ImageViews:
        """Return the views of images that no model has looked at."""
        return cls(
            embeddings=np.zeros((images, width), dtype=np.float16),
            answers=np.full((images, len(ANSWERS)), np.nan, dtype=np.float32),
            classes=np.full(images, NO_CLASS, dtype=np.int32),
            known=np.zeros(images, dtype=np.bool_),
        )

    @classmethod
    def of_failed(cls, images: int, width: int) -> ImageViews:
        """Return the views of images on which the model failed."""
        views = cls.unknown(images, width)
        views.classes[:] = FAILED
        return views

    @classmethod
    def joined(cls, parts: Sequence[ImageViews]) -> ImageViews:
        """Return several parts of one width, at least one, one behind the other."""
        return cls(
            embeddings=np.concatenate([one.embeddings for one in parts]),
            answers=np.concatenate([one.answers for one in parts]),
            classes=np.concatenate([one.classes for one in parts]),
            known=np.concatenate([one.known for one in parts]),
        )

    def __len__(self) -> int:
        return len(self.known)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which images have no view because the model failed on them."""
        found: NDArray[np.bool_] = ~self.known & (self.classes == FAILED)
        return found

    @property
    def fails_often(self) -> bool:
        """Whether the model failed on so many images that it cannot be the right way to look.

        On more than a tenth of at least 20 that it has looked at.
        """
        failed, known = int(self.failed.sum()), int(self.known.sum())
        return failed + known >= FEWEST_TO_JUDGE and failed > MOST_FAILED * (failed + known)

    @property
    def width(self) -> int:
        """How many numbers an embedding has."""
        return int(self.embeddings.shape[1])

    def take(self, places: Places) -> ImageViews:
        """Return the views at some places, in their order."""
        return ImageViews(
            embeddings=self.embeddings[places],
            answers=self.answers[places],
            classes=self.classes[places],
            known=self.known[places],
        )

    def put(self, places: Places, views: ImageViews) -> None:
        """Write other views of the same width over those at some places."""
        self.embeddings[places] = views.embeddings
        self.answers[places] = views.answers
        self.classes[places] = views.classes
        self.known[places] = views.known
