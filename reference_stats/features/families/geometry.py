"""The file itself: its picture's size and its bytes."""

from __future__ import annotations

import math

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value, ratio, real, where
from reference_stats.sums.image_sums import ImageSums


def width(image: ImageSums) -> Value:
    """Return the width in pixels as displayed, 1 or more.

    Examples
    --------
    >>> width(image_from_pixels(np.zeros((30, 40), np.uint8)))
    40.0
    """
    return real(image.width)


def height(image: ImageSums) -> Value:
    """Return the height in pixels as displayed, 1 or more.

    Examples
    --------
    >>> height(image_from_pixels(np.zeros((30, 40), np.uint8)))
    30.0
    """
    return real(image.height)


def aspect(image: ImageSums) -> Value:
    """Return width over height: above 1 for landscape, below 1 for portrait.

    Examples
    --------
    >>> aspect(image_from_pixels(np.zeros((30, 60), np.uint8)))
    2.0
    """
    return image.width / image.height


def size_bytes(image: ImageSums) -> Value:
    """Return the size of the file in bytes; NaN where the pixels never were a file.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> PIL.Image.new("L", (40, 30)).save(file, "BMP")  # 8 bits a pixel and a head with a palette
    >>> size_bytes(decode_image(file.getvalue(), max_pixels=10_000))
    2278.0
    >>> size_bytes(image_from_pixels(np.zeros((30, 40), np.uint8)))
    nan
    """
    return where(image.size_bytes > 0, real(image.size_bytes))


def bits_per_pixel(image: ImageSums) -> Value:
    """Return the file's bits per pixel: how strongly it is compressed, whatever its dimensions.

    The pixels are those of all frames or pages in the file. About 1 to 3 for usual JPEG files; NaN
    where the pixels never were a file.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> PIL.Image.new("L", (400, 300)).save(file, "BMP")  # 8 bits a pixel and a head with a palette
    >>> round(bits_per_pixel(decode_image(file.getvalue(), max_pixels=200_000)), 1)
    8.1
    """
    return ratio(8 * size_bytes(image), image.frame_pixels)


def transparency(image: ImageSums) -> Value:
    """Return the share of pixels, 0 to 1, that are transparent, if only partly.

    An alpha channel, a palette with transparent entries and a colour that is marked as transparent
    all count; 0 for files without any of them, NaN where the pixels never were a file.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> cut_out = PIL.Image.new("RGBA", (40, 30), (200, 0, 0, 255))
    >>> cut_out.paste((0, 0, 0, 0), (0, 0, 10, 30))  # the left quarter
    >>> cut_out.save(file, "PNG")
    >>> transparency(decode_image(file.getvalue(), max_pixels=10_000))
    0.25
    >>> transparency(image_from_pixels(np.zeros((30, 40), np.uint8)))
    nan
    """
    transparent = image.transparent_pixels
    return math.nan if transparent is None else transparent / image.pixel_count


FILE_FEATURES = (
    Feature(
        name="width",
        unit="pixels",
        title="width",
        rises="wider",
        falls="narrower",
        compute=width,
        resolution=1.0,
        resolution_reason="one pixel",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("aspect",),
    ),
    Feature(
        name="height",
        unit="pixels",
        title="height",
        rises="taller",
        falls="lower",
        compute=height,
        resolution=1.0,
        resolution_reason="one pixel",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("width", "aspect"),
    ),
    Feature(
        name="aspect",
        unit="width / height",
        title="aspect ratio",
        rises="more landscape in shape",
        falls="more portrait in shape",
        compute=aspect,
        resolution=0.02,
        resolution_reason="one pixel of fifty",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
    ),
    Feature(
        name="size_bytes",
        unit="bytes",
        title="file size",
        rises="larger as files",
        falls="smaller as files",
        compute=size_bytes,
        resolution=1.0,
        resolution_reason="one byte",
    ),
    Feature(
        name="bits_per_pixel",
        unit="bits per pixel",
        title="bits per pixel",
        rises="richer in bits per pixel",
        falls="poorer in bits per pixel",
        compute=bits_per_pixel,
        resolution=0.01,
        resolution_reason="one byte of 28 x 28 pixels",
    ),
    Feature(
        name="transparency",
        unit="share of pixels (0-1)",
        title="transparent area",
        rises="more transparent",
        falls="more opaque",
        compute=transparency,
        resolution=0.001,
        resolution_reason="a thousandth of the pixels",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
    ),
)
