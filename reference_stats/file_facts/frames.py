"""How many frames or pages a file has, and how many pixels all of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import simplejpeg
from PIL import GifImagePlugin, Image, MpoImagePlugin, TiffImagePlugin

from reference_stats.file_facts.kinds import ImageKind

# Nobody needs to know of more pages, and looking at a page costs time.
_MOST_PAGES = 5_000
_PICTURES, _OFFSET = 0xB002, "DataOffset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The frames of a file.

    Attributes
    ----------
    count
        1 or more.
    pixels
        The pixels of all frames together. A frame of an animation counts as the whole canvas.
    """

    count: int
    pixels: int


def frames_of(data: bytes, kind: ImageKind, image: Image.Image) -> Frames:
    """Return the frames of a file; where the later ones cannot be told, its first one alone.

    Parameters
    ----------
    image
        The file as PIL opened it; it is not changed.
    """
    canvas = image.width * image.height
    try:
        count_pages = _COUNTED.get(kind)
        if count_pages is not None:
            return count_pages(data, canvas)
        count = int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - broken later frames must not cost a first one that decodes
        return Frames(count=1, pixels=canvas)
    return Frames(count=max(count, 1), pixels=max(count, 1) * canvas)


def frames_of_jpeg(data: bytes, pixels: int, list_at: int) -> Frames:
    """Return the pictures of a JPEG whose Multi-Picture segment names several.

    Phones store a second one for depth or brightness that way.

    Parameters
    ----------
    pixels
        Those of the first picture.
    list_at
        `JpegSegments.several_at`.
    """
    try:
        return _several_jpegs(data, pixels, list_at)
    except Exception:  # noqa: BLE001 - as above
        return Frames(count=1, pixels=pixels)


def _several_jpegs(data: bytes, pixels: int, list_at: int) -> Frames:
    opened = MpoImagePlugin.MpoImageFile(io.BytesIO(data))
    entries = (opened.mpinfo or {})[_PICTURES][1:]
    starts = [list_at + entry[_OFFSET] for entry in entries]
    return Frames(
        count=1 + len(starts),
        pixels=pixels + sum(_pixels_of_jpeg(data[start:], pixels) for start in starts),
    )


def _pixels_of_jpeg(data: bytes, otherwise: int) -> int:
    """Return how many pixels a picture in the file has; some lists name wrong places."""
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError:
        return otherwise
    return int(height * width)


def _gif_frames(data: bytes, canvas: int) -> Frames:
    count = GifImagePlugin.GifImageFile(io.BytesIO(data)).n_frames
    return Frames(count=count, pixels=count * canvas)


def _tiff_pages(data: bytes, canvas: int) -> Frames:
    """Count the pages, which may be of different sizes."""
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
    count, pixels = 1, canvas
    while count < _MOST_PAGES:
        try:
            image.seek(count)
        except EOFError:
            break
        count, pixels = count + 1, pixels + image.width * image.height
    return Frames(count=count, pixels=pixels)


# What PIL only knows once it has looked for the end of the file.
_COUNTED: dict[ImageKind, Callable[[bytes, int], Frames]] = {
    ImageKind.GIF: _gif_frames,
    ImageKind.TIFF: _tiff_pages,
}
