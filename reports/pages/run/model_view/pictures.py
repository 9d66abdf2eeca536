"""How many pictures of the model's view a page holds, and how small they are."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reference_stats.model_view.definition import Preprocessing
from reports.findings.model_view import ModelView

# Novel images and those of the reference nearest to them are shown small, four side by side.
MOST_NOVEL_BYTES = 40_000
# Of novel images, and of those that are explained.
MOST_SEEN_BYTES = 60_000
MOST_OVERLAY_BYTES = 60_000
_SIDE_PX = 112
_QUALITY = 72


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attributions:
    """Which pixels counted for the answers of a model: only the page holds them.

    Attributes
    ----------
    of_images
        float32 of shape (height, width) by the image's name, as in `viewer.Explanations`.
    preprocessing
        How the images entered the model.
    """

    of_images: Mapping[str, NDArray[np.float32]]
    preprocessing: Preprocessing


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPictures:
    """JPEGs for the section of the model's view, by image; those that could be read.

    Attributes
    ----------
    window
        Small thumbnails of novel images, and of those that are explained.
    reference
        Small thumbnails of the reference's images that are nearest to novel ones.
    overlays
        What the model looked at.
    """

    window: Mapping[str, bytes] = field(default_factory=dict)
    reference: Mapping[str, bytes] = field(default_factory=dict)
    overlays: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """How many bytes all of them are together."""
        parts = (self.window, self.reference, self.overlays)
        return sum(len(data) for part in parts for data in part.values())


def novel_in_turn(seen: ModelView) -> Iterator[tuple[str, str]]:
    """Yield the novel images, each with the nearest one of the reference.

    The first one of each group comes first, so that no group is without a picture where there is
    no room for all.
    """
    pairs = [list(zip(one.images, one.reference_images, strict=False)) for one in seen.novel]
    for place in range(max(map(len, pairs), default=0)):
        for of_group in pairs:
            yield from of_group[place : place + 1]


def smaller(thumbnail: bytes) -> bytes:
    """Return the JPEG of a thumbnail as one of at most 112 pixels a side; never a larger one."""
    with Image.open(io.BytesIO(thumbnail), formats=["JPEG"]) as file:
        picture = file.convert("RGB")
    picture.thumbnail((_SIDE_PX, _SIDE_PX), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    made = out.getvalue()
    return made if len(made) < len(thumbnail) else thumbnail
