"""Thumbnails: small pictures that carry nothing but their pixels."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageOps

from reference_stats.libtiff import silence_libtiff

LONGEST_SIDE_PX = 160
MOST_PICTURES = 24
# The worst and the most typical four of them are in the page twice, small at its top.
MOST_BYTES = 364_000
MOST_TYPICAL_PICTURES = 8
MOST_TYPICAL_BYTES = 64_000
_QUALITY = 75
_MOST_PIXELS = 100_000_000
_PAPER = (255, 255, 255)


def thumbnail(data: bytes) -> bytes | None:
    """Return an image file as a JPEG of at most 160 pixels a side, or None if it is not readable.

    The first frame is taken, turned as its EXIF tag says, laid on white where it is transparent,
    and scaled down but never up. A 16-bit image is scaled by 1/257. The JPEG holds no metadata.
    An image of more than 100 million pixels counts as not readable.
    """
    silence_libtiff()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _shrink(data)
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, MemoryError):
        # What Pillow's decoders raise on damaged files, and on files that are no images.
        return None
    except Image.DecompressionBombError:
        return None


def within_budget(
    thumbnails: Iterable[tuple[str, bytes | None]],
    *,
    most_pictures: int = MOST_PICTURES,
    most_bytes: int = MOST_BYTES,
) -> dict[str, bytes]:
    """Return the first thumbnails that a page may hold, by image path.

    With the limits for those that stand out (the defaults) and `MOST_TYPICAL_PICTURES` and
    `MOST_TYPICAL_BYTES` for those of the reference, a page stays under a megabyte.

    Reads no further than needed, so that an iterator may fetch images as it goes. Images without a
    thumbnail are passed over; the first one that would exceed the bytes ends the choice.
    """
    chosen: dict[str, bytes] = {}
    total = 0
    pictures = iter(thumbnails)
    while len(chosen) < most_pictures:
        path, data = next(pictures, (None, None))
        if path is None:
            break
        if data is None or path in chosen:
            continue
        total += len(data)
        if total > most_bytes:
            break
        chosen[path] = data
    return chosen


def _shrink(data: bytes) -> bytes | None:
    with Image.open(io.BytesIO(data)) as file:
        if file.width * file.height > _MOST_PIXELS or min(file.size) < 1:
            return None
        if file.format == "JPEG":
            # Decoding at half or quarter size is several times faster.
            file.draft("RGB", (2 * LONGEST_SIDE_PX, 2 * LONGEST_SIDE_PX))
        picture = _as_rgb(ImageOps.exif_transpose(file))
    picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
    # A JPEG comment would otherwise be copied from the file.
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _deep_as_rgb(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (*_PAPER, 255))
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _deep_as_rgb(image: Image.Image) -> Image.Image:
    pixels = np.nan_to_num(np.asarray(image, dtype=np.float64))
    if image.mode != "F":
        pixels = pixels / 257
    grey = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
