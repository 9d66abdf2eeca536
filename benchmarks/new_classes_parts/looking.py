"""What models see in images: the ready embedder, and a small net that knows all classes but one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.new_classes_parts.images import ClassFolders
from reference_stats.model_view.files.choice import READY_EMBEDDER, ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.preprocessing import picture_of_pixels
from reference_stats.model_view.views import ImageViews

_BATCH = 50
# Of the images of known classes: the others are drawn from.
_TRAINED_PART = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What a model sees in all images.

    Attributes
    ----------
    views
        One per image.
    free
        Which images the model was not trained on.
    accuracy
        On those of known classes; NaN where the model was trained for other classes.
    """

    views: ImageViews
    free: NDArray[np.bool_]
    accuracy: float

    @classmethod
    def kept(cls, path: Path, make: Callable[[], Seen]) -> Seen:
        """Return what a file holds, or what is made and kept there."""
        if not path.exists():
            made = make()
            np.savez(
                path,
                embeddings=made.views.embeddings,
                answers=made.views.answers,
                classes=made.views.classes,
                free=made.free,
                accuracy=made.accuracy,
            )
        with np.load(path) as held:
            views = ImageViews(
                embeddings=held["embeddings"],
                answers=held["answers"],
                classes=held["classes"],
                known=np.ones(len(held["free"]), dtype=np.bool_),
            )
            return cls(views=views, free=held["free"], accuracy=float(held["accuracy"]))


def by_ready_embedder(images: ClassFolders) -> Seen:
    """Return what efficientnet-lite0 sees, as a job with this model sees it."""
    from reference_stats.model_view.runtimes.opening import open_model  # noqa: PLC0415 - torch

    model = open_model(ModelFile.ready_embedder(), ModelChoice(path=READY_EMBEDDER))
    parts = []
    for first in range(0, len(images.paths), _BATCH):
        pictures = [
            picture_of_pixels(_pixels(path, "RGB"), model.definition.preprocessing)
            for path in images.paths[first : first + _BATCH]
        ]
        parts.append(model.look(np.stack(pictures)))
    everything = np.ones(len(images.paths), dtype=np.bool_)
    return Seen(views=ImageViews.joined(parts), free=everything, accuracy=float("nan"))


def by_small_net(images: ClassFolders, new: str, seed: int) -> Seen:
    """Train a small net on half of the images of all classes but one, and return what it sees.

    Parameters
    ----------
    new
        The class that it does not know.
    seed
        Of the split, the start and the order.
    """
    from benchmarks.new_classes_parts.small_net import trained_answers  # noqa: PLC0415 - torch

    pixels = np.stack([_pixels(path, "L") for path in images.paths]).astype(np.float32)
    known = [name for name in images.classes if name != new]
    targets = np.searchsorted(known, images.labels)
    there = np.flatnonzero(images.labels != new)
    order = np.random.default_rng(seed).permutation(there)
    trained = order[: round(_TRAINED_PART * len(order))]
    embeddings, outputs = trained_answers(pixels / np.float32(255), targets, trained, seed)
    free = np.ones(len(images.paths), dtype=np.bool_)
    free[trained] = False
    rest = np.setdiff1d(there, trained)
    return Seen(
        views=_views(embeddings, outputs),
        free=free,
        accuracy=float((outputs[rest].argmax(axis=1) == targets[rest]).mean()),
    )


def _pixels(path: Path, mode: str) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert(mode))


def _views(embeddings: NDArray[np.float32], outputs: NDArray[np.float32]) -> ImageViews:
    total = np.logaddexp.reduce(outputs, axis=1)
    logs = outputs - total[:, None]
    chances = np.exp(logs)
    answers = np.column_stack([-(chances * logs).sum(axis=1), -total, chances.max(axis=1)])
    return ImageViews(
        embeddings=embeddings.astype(np.float16),
        answers=answers.astype(np.float32),
        classes=outputs.argmax(axis=1).astype(np.int32),
        known=np.ones(len(outputs), dtype=np.bool_),
    )
