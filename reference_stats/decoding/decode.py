"""Bytes to pixels, or a typed reason why not."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from reference_stats.decoding import fast_jpeg, fast_png
from reference_stats.decoding.heif_api import can_read_heif, open_heif
from reference_stats.decoding.libtiff import silence_libtiff
from reference_stats.file_facts.ends import ends_early, ends_in_zeros
from reference_stats.file_facts.gather import (
    FoundFacts,
    facts_of_jpeg,
    facts_of_pil,
    facts_of_png,
)
from reference_stats.file_facts.kinds import (
    ImageKind,
    describe_content,
    image_kind,
    is_start_of_image,
    other_image,
)
from reference_stats.outcomes import UnreadableImage, UnreadableReason, accident_of
from reference_stats.pixels.pil_pixels import (
    ONE_CHANNEL,
    as_colour,
    colour_pixels,
    luma_plane,
    orientation_of,
)
from reference_stats.pixels.turning import turned_plane
from reference_stats.sums.decoded_image import DecodedImage

# The plugin classes are called directly. PIL's `Image.open` warns or fails at a pixel count that is
# set for the whole process, and does so before the caller's own limit can be checked.
_OPENERS: dict[ImageKind, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    ImageKind.JPEG: JpegImagePlugin.JpegImageFile,
    ImageKind.PNG: PngImagePlugin.PngImageFile,
    ImageKind.GIF: GifImagePlugin.GifImageFile,
    ImageKind.BMP: BmpImagePlugin.BmpImageFile,
    ImageKind.TIFF: TiffImagePlugin.TiffImageFile,
    ImageKind.WEBP: WebPImagePlugin.WebPImageFile,
    ImageKind.AVIF: AvifImagePlugin.AvifImageFile,
    ImageKind.HEIF: open_heif,
}
# In these modes PIL computes the luma from the same red, green and blue that are kept here.
_LUMA_FOLLOWS = {"RGB", "RGBA", "RGBX"}
_UNSUPPORTED_WORDS = ("not support", "unsupported", "unknown", "not available", "not installed")
_PILLOW = re.compile(r"PIL(\.|$)")
_QUIET = ("ignore", None, Warning, _PILLOW, 0)


def decode_image(
    data: bytes, *, max_pixels: int, reuse_memory: bool = False
) -> DecodedImage | UnreadableImage:
    """Return the first frame of an image file, or why there is none.

    Reads JPEG, PNG, GIF, BMP, TIFF, WebP and AVIF by their content, whatever the file was called,
    and HEIC where `pillow-heif` is installed. No error of the decoder leaves this function, and
    none of its warnings is shown. Safe to call from many threads.

    Parameters
    ----------
    data
        The whole file.
    max_pixels
        An image with more pixels is refused by its header, before any pixel is decoded.
    reuse_memory
        Whether the image may lie in memory that the same thread's next call with `reuse_memory`
        writes to. New memory costs a large image a quarter of its decoding time.
    """
    kind = image_kind(data)
    if kind is None:
        return _without_kind(data)
    if kind is ImageKind.HEIF and not can_read_heif():
        return UnreadableImage(reason=UnreadableReason.HEIC)
    _hush_pillow()
    silence_libtiff()
    try:
        return _decode(data, kind, max_pixels, reuse_memory=reuse_memory)
    except MemoryError:
        return UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - decoders fail in every way on a broken file
        return accident_of(error) or _explain(data, kind, error)


def image_from_pixels(pixels: NDArray[np.uint8]) -> DecodedImage:
    """Return an image made of an array of pixels, without a file.

    Parameters
    ----------
    pixels
        uint8 of shape (height, width, 3), red first, or (height, width) for grey.

    Raises
    ------
    ValueError
        For any other shape or type, or no pixel at all.
    """
    if pixels.dtype != np.uint8 or pixels.size == 0:
        raise ValueError(f"expected uint8 pixels, got {pixels.dtype} of shape {pixels.shape}")
    if pixels.ndim == 2:
        return _image(np.require(pixels, requirements=["C", "W"]), size_bytes=0)
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"expected shape (height, width, 3), got {pixels.shape}")
    return _image(np.require(pixels, requirements=["C", "W"]), size_bytes=0)


def _image(
    decoded: NDArray[np.uint8],
    *,
    size_bytes: int,
    found: FoundFacts | None = None,
    orientation: int = 1,
) -> DecodedImage:
    """Return an image of colour pixels, (height, width, 3), or grey levels, (height, width)."""
    is_grey = decoded.ndim == 2
    luma = decoded if is_grey else _luma(decoded)
    return DecodedImage(
        luma=turned_plane(luma, orientation),
        pixels=as_colour(decoded) if is_grey else decoded,
        size_bytes=size_bytes,
        mode=_mode(decoded) if found is None else found.facts.mode,
        orientation=orientation,
        file=None if found is None else found.facts,
        frame_pixels=0 if found is None else found.frame_pixels,
        transparent_pixels=None if found is None else found.transparent_pixels,
    )


def _mode(decoded: NDArray[np.uint8]) -> str:
    return "L" if decoded.ndim == 2 else "RGB"


def _luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from reference_stats.kernels.colour_pass import fill_luma  # noqa: PLC0415 - numba is slow to import

    luma = np.empty(pixels.shape[:2], np.uint8)
    fill_luma(pixels, luma)
    return luma


def _decode(
    data: bytes, kind: ImageKind, max_pixels: int, *, reuse_memory: bool
) -> DecodedImage | UnreadableImage:
    decoded = None
    if kind is ImageKind.JPEG:
        decoded = _decode_fast_jpeg(data, max_pixels, reuse_memory=reuse_memory)
    elif kind is ImageKind.PNG:
        decoded = _decode_fast_png(data, max_pixels)
    return _decode_by_pil(data, kind, max_pixels) if decoded is None else decoded


def _decode_fast_jpeg(data: bytes, max_pixels: int, *, reuse_memory: bool) -> DecodedImage | None:
    header = fast_jpeg.size_of(data)
    if header is None or header[0] * header[1] > max_pixels:
        return None
    if ends_in_zeros(data, ImageKind.JPEG):
        return None
    pixels = fast_jpeg.decode(data, *header, reuse_memory=reuse_memory)
    if pixels is None:
        return None
    orientation = 1
    if fast_jpeg.may_be_turned(data):
        orientation = orientation_of(_OPENERS[ImageKind.JPEG](io.BytesIO(data)))
    found = facts_of_jpeg(data, _mode(pixels), header[0] * header[1])
    return _image(pixels, size_bytes=len(data), found=found, orientation=orientation)


def _decode_fast_png(data: bytes, max_pixels: int) -> DecodedImage | None:
    plain = fast_png.decode(data, max_pixels)
    if plain is None:
        return None
    height, width = plain.pixels.shape[:2]
    found = facts_of_png(plain.mode, height * width, transparent_pixels=plain.transparent_pixels)
    return _image(plain.pixels, size_bytes=len(data), found=found)


def _decode_by_pil(data: bytes, kind: ImageKind, max_pixels: int) -> DecodedImage | UnreadableImage:
    image: Image.Image = _OPENERS[kind](io.BytesIO(data))
    if image.width * image.height > max_pixels:
        return UnreadableImage(
            reason=UnreadableReason.TOO_MANY_PIXELS,
            detail=f"{image.width} x {image.height} pixels; images.max_pixels is {max_pixels}",
            limit=max_pixels,
        )
    image.load()
    if ends_in_zeros(data, kind):
        return UnreadableImage(
            reason=UnreadableReason.TRUNCATED, detail=f"{kind}: zero bytes in place of the end"
        )
    mode, orientation, found = image.mode, orientation_of(image), facts_of_pil(data, kind, image)
    pixels = colour_pixels(image)
    own_luma = None if mode in _LUMA_FOLLOWS or mode in ONE_CHANNEL else luma_plane(image)
    # PIL's copy is freed before the next one is made: three copies are too much memory.
    del image
    if own_luma is None:
        own_luma = pixels[:, :, 0] if mode in ONE_CHANNEL else _luma(pixels)
    return DecodedImage(
        # Machine code is compiled for memory that can be written to; that of `as_colour` cannot.
        luma=turned_plane(np.require(own_luma, requirements=["C", "W"]), orientation),
        pixels=pixels,
        size_bytes=len(data),
        mode=mode,
        orientation=orientation,
        file=found.facts,
        frame_pixels=found.frame_pixels,
        transparent_pixels=found.transparent_pixels,
    )


def _without_kind(data: bytes) -> UnreadableImage:
    if not data:
        return UnreadableImage(reason=UnreadableReason.EMPTY)
    other = other_image(data)
    if other is not None:
        return UnreadableImage(reason=UnreadableReason.UNSUPPORTED, detail=other)
    if is_start_of_image(data):
        return UnreadableImage(
            reason=UnreadableReason.TRUNCATED, detail=f"only the first {len(data)} bytes"
        )
    return UnreadableImage(
        reason=UnreadableReason.NOT_AN_IMAGE, detail=f"looks like {describe_content(data)}"
    )


def _explain(data: bytes, kind: ImageKind, error: Exception) -> UnreadableImage:
    message = f"{kind}: {str(error).strip() or type(error).__name__}"[:200]
    lowered = message.lower()
    if isinstance(error, EOFError) or "truncated" in lowered or ends_early(data, kind):
        reason = UnreadableReason.TRUNCATED
    elif isinstance(error, NotImplementedError) or any(
        words in lowered for words in _UNSUPPORTED_WORDS
    ):
        reason = UnreadableReason.UNSUPPORTED
    else:
        reason = UnreadableReason.BROKEN
    return UnreadableImage(reason=reason, detail=message)


def _hush_pillow() -> None:
    # `warnings.catch_warnings` replaces the filters of the whole process, so threads must not use
    # it. One filter for PIL's modules, added again if somebody removed it, is harmless.
    if warnings.filters[:1] != [_QUIET]:
        warnings.filterwarnings("ignore", module=_PILLOW.pattern)
