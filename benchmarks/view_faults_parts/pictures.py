"""The clean pictures, and the model that looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.detection_parts.picture_features import Encoding
from benchmarks.detection_parts.pictures import folder_photographs
from benchmarks.detection_parts.seeds import generator_for
from benchmarks.new_classes_parts.images import ClassFolders
from reference_stats.model_view.files.choice import READY_EMBEDDER, ModelChoice
from reference_stats.model_view.files.model_file import ModelFile

Pixels = NDArray[np.uint8]

# The corruptions of ImageNet-C need 32 pixels; digits of 28 get a black border.
_SIDE = 32
_TRAINED_PART = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeing:
    """Clean pictures in a random order, none of which the model was trained on, and the model.

    Attributes
    ----------
    pictures
        uint8 of shape (height, width, 3).
    encoding
        The kind of file that each is stored as.
    """

    pictures: Sequence[Pixels]
    encoding: Encoding
    file: ModelFile
    choice: ModelChoice


def photographs(folder: Path, most: int) -> Seeing:
    """Return a folder's photographs of 224 pixels beside the ready embedder."""
    return Seeing(
        pictures=list(folder_photographs(folder, most)),
        encoding=Encoding.JPEG,
        file=ModelFile.ready_embedder(),
        choice=ModelChoice(path=READY_EMBEDDER),
    )


def grey_digits(folder: Path, most: int, cache: Path) -> Seeing:
    """Return half of a folder's small grey images beside a small net trained on the others.

    Parameters
    ----------
    folder
        Of class folders.
    cache
        Where the net is kept, an exported program.
    """
    images = ClassFolders.of(folder)
    grey = np.stack([_bordered(path) for path in images.paths])
    order = generator_for("digits").permutation(len(grey))
    trained = order[: round(_TRAINED_PART * len(order))]
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / "small-net.pt2"
    if not path.exists():
        _train(grey, np.searchsorted(images.classes, images.labels), trained, path)
    return Seeing(
        pictures=[np.repeat(grey[at][..., None], 3, axis=2) for at in order[len(trained) :][:most]],
        encoding=Encoding.PNG,
        file=ModelFile.at(path.name, path),
        choice=ModelChoice(path=path.name, input_size=(_SIDE, _SIDE), grey=True),
    )


def _train(
    grey: NDArray[np.uint8], targets: NDArray[np.int64], trained: NDArray[np.int64], path: Path
) -> None:
    from benchmarks.new_classes_parts.small_net import (  # noqa: PLC0415 - torch
        save_exported,
        trained_net,
    )

    net = trained_net(grey.astype(np.float32) / np.float32(255), targets, trained, seed=0)
    save_exported(net, _SIDE, path)


def _bordered(path: Path) -> Pixels:
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("L"))
    before = [(_SIDE - size) // 2 for size in pixels.shape]
    after = [_SIDE - size - first for size, first in zip(pixels.shape, before, strict=True)]
    return np.pad(pixels, list(zip(before, after, strict=True)))
