"""Images in class folders, as pixels and as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features, feature_names
from reference_stats.outcomes import UnreadableImage

_MOST_PIXELS = 10**8
_ENDINGS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassFolders:
    """Images by class.

    Attributes
    ----------
    paths
        The image files, sorted.
    labels
        The class of each: the name of its folder.
    """

    paths: tuple[Path, ...]
    labels: NDArray[np.str_]

    @classmethod
    def of(cls, folder: Path) -> ClassFolders:
        """Return the images of a folder of class folders."""
        paths = sorted(one for one in folder.glob("*/*") if one.suffix.lower() in _ENDINGS)
        if not paths:
            raise SystemExit(f"{folder} has no class folders with images.")
        return cls(paths=tuple(paths), labels=np.array([one.parent.name for one in paths]))

    @property
    def classes(self) -> list[str]:
        """Their names, sorted."""
        return [str(one) for one in np.unique(self.labels)]


def measured(images: ClassFolders, cache: Path) -> pd.DataFrame:
    """Return the product's features, one row per image; kept in a file of the cache."""
    kept = cache / "features.npy"
    if kept.exists():
        numbers = np.load(kept)
    else:
        numbers = np.stack([_numbers(path) for path in images.paths])
        np.save(kept, numbers)
    return pd.DataFrame(numbers, columns=list(feature_names()))


def _numbers(path: Path) -> NDArray[np.float64]:
    image = decode_image(path.read_bytes(), max_pixels=_MOST_PIXELS)
    if isinstance(image, UnreadableImage):
        raise SystemExit(f"{path} cannot be read: {image.summary}")
    return compute_features(image).numbers
