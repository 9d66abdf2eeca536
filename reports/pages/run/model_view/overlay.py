"""What a model looked at, laid over a thumbnail: the picture in grey, what counted in colour."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reference_stats.model_view.definition import Preprocessing

# Amber is brighter than the darkened picture and differs from grey in yellow and blue, which nearly
# everybody sees: it can be told from the picture without red and green, and in a grey print.
HEAT_COLOUR = (255, 176, 0)
_DARKENED = 0.6
_HOTTEST = 0.995
# Of small pictures: a browser would blur the colours over too few pixels.
_SHORTEST_PX = 112
_QUALITY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPart:
    """Which part of an image enters a model, as shares of its width and height.

    Attributes
    ----------
    left, top, right, bottom
        Below 0 or above 1 where the model is given a margin around the image.
    """

    left: float
    top: float
    right: float
    bottom: float


WHOLE = SeenPart(left=0.0, top=0.0, right=1.0, bottom=1.0)


def seen_part(preprocessing: Preprocessing, width: int, height: int) -> SeenPart:
    """Return which part of an image of that size enters a model.

    Parameters
    ----------
    width, height
        Of the image, or of its thumbnail: only their ratio matters.
    """
    if preprocessing.resize is None:
        return WHOLE
    scale = preprocessing.resize / min(width, height)
    across = preprocessing.width / (scale * width)
    down = preprocessing.height / (scale * height)
    return SeenPart(
        left=0.5 - across / 2, top=0.5 - down / 2, right=0.5 + across / 2, bottom=0.5 + down / 2
    )


def heat_of(attribution: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float64]:
    """Return how much each place counted, 0 to 1, of shape (height, width).

    The largest half per cent of the places count as 1. All are 0 where nothing counted.

    Parameters
    ----------
    attribution
        Of shape (height, width), not negative; values that are not finite count as 0.
    size
        Width and height of the result.
    """
    known = np.nan_to_num(attribution.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    strength = np.abs(known)
    largest = float(strength.max(initial=0.0))
    if largest == 0.0:
        return np.zeros((size[1], size[0]))
    picture = Image.fromarray(strength / largest)
    resized = np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float64)
    top = float(np.quantile(resized, _HOTTEST)) or float(resized.max())
    return np.clip(resized / top, 0.0, 1.0) if top > 0 else np.zeros_like(resized)


def overlaid(
    grey: NDArray[np.uint8], attribution: NDArray[np.float32], part: SeenPart
) -> NDArray[np.uint8]:
    """Return a picture in grey with colour where pixels counted, shape (height, width, 3).

    What the model did not see stays grey, and is darker than the rest.

    Parameters
    ----------
    grey
        The picture, shape (height, width).
    attribution
        As in `heat_of`, of the part of the picture that entered the model.
    """
    height, width = grey.shape
    columns, rows = _span(part.left, part.right, width), _span(part.top, part.bottom, height)
    size = (columns[1] - columns[0], rows[1] - rows[0])
    whole = np.zeros((height, width))
    seen = np.zeros((height, width), dtype=np.bool_)
    here = (_inside(rows, height), _inside(columns, width))
    there = (_of_part(rows, height), _of_part(columns, width))
    whole[here] = heat_of(attribution, size)[there]
    seen[here] = True
    base = grey.astype(np.float64) * np.where(seen, _DARKENED, _DARKENED / 2)
    share = whole[:, :, None]
    mixed = base[:, :, None] * (1.0 - share) + np.array(HEAT_COLOUR, dtype=np.float64) * share
    return np.rint(mixed).astype(np.uint8)


def _span(first: float, last: float, pixels: int) -> tuple[int, int]:
    """Return from which pixel to before which a part of a side reaches, at least one of them."""
    start = round(first * pixels)
    return start, max(round(last * pixels), start + 1)


def _inside(span: tuple[int, int], pixels: int) -> slice:
    return slice(max(span[0], 0), min(span[1], pixels))


def _of_part(span: tuple[int, int], pixels: int) -> slice:
    return slice(max(-span[0], 0), min(span[1], pixels) - span[0])


def overlay_jpeg(
    thumbnail: bytes, attribution: NDArray[np.float32], preprocessing: Preprocessing
) -> bytes:
    """Return a thumbnail as `overlaid`, as a JPEG; a small one is enlarged.

    Parameters
    ----------
    thumbnail
        The JPEG of a whole image, as `reference_stats.decoding.thumbnails` makes it.
    """
    with Image.open(io.BytesIO(thumbnail), formats=["JPEG"]) as file:
        grey = file.convert("L")
    part = seen_part(preprocessing, *grey.size)
    times = max(1, -(-_SHORTEST_PX // max(grey.size)))
    enlarged = grey.resize((times * grey.width, times * grey.height), Image.Resampling.BICUBIC)
    pixels = overlaid(np.asarray(enlarged, dtype=np.uint8), attribution, part)
    out = io.BytesIO()
    # Colours at full resolution: a small part that counted would be washed out.
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return out.getvalue()
