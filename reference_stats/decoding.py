"""Bytes to pixels, or a typed reason why not."""

from __future__ import annotations

import io
import re
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from reference_stats.decoded_image import DecodedImage
from reference_stats.file_ends import ends_early, ends_in_zeros
from reference_stats.file_kinds import (
    ImageKind,
    describe_content,
    image_kind,
    is_start_of_image,
    other_image,
)
from reference_stats.grey_levels import luma_of_planes
from reference_stats.libtiff import silence_libtiff
from reference_stats.outcomes import UnreadableImage, UnreadableReason
from reference_stats.planes import ONE_CHANNEL, colour_planes, luma_plane, turn

# The classes are called directly: PIL's own `Image.open` warns or fails at a pixel count that is
# one setting for the whole process, before the caller's limit can be asked.
_OPENERS: dict[ImageKind, type[ImageFile.ImageFile]] = {
    ImageKind.JPEG: JpegImagePlugin.JpegImageFile,
    ImageKind.PNG: PngImagePlugin.PngImageFile,
    ImageKind.GIF: GifImagePlugin.GifImageFile,
    ImageKind.BMP: BmpImagePlugin.BmpImageFile,
    ImageKind.TIFF: TiffImagePlugin.TiffImageFile,
    ImageKind.WEBP: WebPImagePlugin.WebPImageFile,
}
_ORIENTATION_TAG = 0x0112
# Of these modes PIL makes the luma from exactly the red, green and blue that are kept. Doing that
# later takes longer, but a large image is then never held three times.
_LUMA_FOLLOWS = {"RGB", "RGBA", "RGBX"}
_LARGE_PIXELS = 2_000_000
_UNSUPPORTED_WORDS = ("not support", "unsupported", "unknown", "not available")
_PILLOW = re.compile(r"PIL(\.|$)")
_QUIET = ("ignore", None, Warning, _PILLOW, 0)


def decode_image(data: bytes, *, max_pixels: int) -> DecodedImage | UnreadableImage:
    """Return the first frame of an image file, or why there is none.

    Reads JPEG, PNG, GIF, BMP, TIFF and WebP by their content, whatever the file was called. No
    error of the decoder leaves this function, and none of its warnings is shown. Safe to call
    from many threads.

    Parameters
    ----------
    data
        The whole file.
    max_pixels
        A larger image is refused by its header, before any pixel is decoded.
    """
    kind = image_kind(data)
    if kind is None:
        return _without_kind(data)
    _hush_pillow()
    silence_libtiff()
    try:
        return _decode(data, kind, max_pixels)
    except MemoryError:
        return UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - decoders fail in every way on a broken file
        return _explain(data, kind, error)


def image_from_pixels(pixels: NDArray[np.uint8]) -> DecodedImage:
    """Return an image for pixels that never were a file.

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
        return _image(np.broadcast_to(pixels, (3, *pixels.shape)), pixels, mode="L")
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"expected shape (height, width, 3), got {pixels.shape}")
    planes = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    return _image(planes, luma_of_planes(planes), mode="RGB")


def _image(planes: NDArray[np.uint8], luma: NDArray[np.uint8], *, mode: str) -> DecodedImage:
    rgb = np.moveaxis(planes, 0, 2)
    return DecodedImage(luma=luma, rgb=rgb, size_bytes=0, file_format="", mode=mode)


def _decode(data: bytes, kind: ImageKind, max_pixels: int) -> DecodedImage | UnreadableImage:
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
    mode, orientation = image.mode, _orientation(image)
    planes = colour_planes(image)
    large = image.width * image.height > _LARGE_PIXELS
    follows = mode in ONE_CHANNEL or (large and mode in _LUMA_FOLLOWS)
    own_luma = None if follows else luma_plane(image)
    # What PIL holds goes before more is made: three copies of a large image are too many.
    del image
    planes = _turned(planes, orientation)
    return DecodedImage(
        luma=_luma(planes) if own_luma is None else _turned(own_luma, orientation),
        rgb=np.moveaxis(planes, 0, 2),
        size_bytes=len(data),
        file_format=str(kind),
        mode=mode,
        orientation=orientation,
    )


def _luma(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return planes[0] if _is_grey(planes) else luma_of_planes(planes)


def _is_grey(planes: NDArray[np.uint8]) -> bool:
    """Whether the three planes are one and the same memory."""
    return planes.ndim == 3 and planes.strides[0] == 0


def _turned(planes: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    if orientation == 1:
        return planes
    if _is_grey(planes):
        plane = np.ascontiguousarray(turn(planes[0], orientation))
        return np.broadcast_to(plane, (3, *plane.shape))
    return np.ascontiguousarray(turn(planes, orientation))


def _orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - broken EXIF data must not cost an image that decodes
        return 1
    return orientation if orientation in range(2, 9) else 1


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
    message = f"{kind}: {error or type(error).__name__}"[:200]
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
    # `warnings.catch_warnings` swaps the process's filters and must not be used from threads; one
    # entry for PIL's modules, put back wherever it is gone, is harmless.
    if warnings.filters[:1] != [_QUIET]:
        warnings.filterwarnings("ignore", module=_PILLOW.pattern)
