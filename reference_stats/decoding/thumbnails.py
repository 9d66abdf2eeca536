"""Thumbnails: small pictures without metadata."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image

from reference_stats.decoding.heif_api import open_heif
from reference_stats.decoding.libtiff import silence_libtiff
from reference_stats.file_facts.kinds import ImageKind, image_kind
from reference_stats.pixels.pil_pixels import LARGEST_UNIT, orientation_of

LONGEST_SIDE_PX = 160
_QUALITY = 75
_MOST_PIXELS = 100_000_000
_PAPER = (255, 255, 255)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def thumbnail(data: bytes) -> bytes | None:
    """Return an image file as a JPEG of at most 160 pixels a side, or None if it is not readable.

    The first frame is taken, turned as its EXIF tag says, laid on white where it is transparent,
    and scaled down but never up. A 16-bit image is scaled by 1/257, floating-point samples of which
    none is above 1.5 by 255. The JPEG holds no metadata.
    An image of more than 100 million pixels counts as not readable.
    """
    silence_libtiff()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _shrink(data)
    except Exception:  # noqa: BLE001 - decoders fail in every way on a broken file
        return None


def _shrink(data: bytes) -> bytes | None:
    with _open(data) as file:
        if file.width * file.height > _MOST_PIXELS or min(file.size) < 1:
            return None
        if file.format == "JPEG":
            # Decoding at half or quarter size is several times faster.
            file.draft("RGB", (2 * LONGEST_SIDE_PX, 2 * LONGEST_SIDE_PX))
        picture = _as_rgb(_turned(file))
    picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
    # Otherwise PIL would copy a JPEG comment from the file.
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _open(data: bytes) -> Image.Image:
    file = io.BytesIO(data)
    if image_kind(data) is ImageKind.HEIF:
        return open_heif(file)
    # Features are computed for these formats only, too.
    return Image.open(file, formats=[str(kind) for kind in ImageKind if kind is not ImageKind.HEIF])


def _turned(image: Image.Image) -> Image.Image:
    # Pillow's own function also rewrites the EXIF data, which fails if they are malformed.
    turn = _TURNS.get(orientation_of(image))
    return image if turn is None else image.transpose(turn)


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
    elif pixels.max() <= LARGEST_UNIT:
        pixels = pixels * 255
    grey = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
