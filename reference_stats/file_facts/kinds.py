"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import enum


class ImageKind(enum.StrEnum):
    """A file format that is decoded; the value is PIL's name of it."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"
    WEBP = "WEBP"
    AVIF = "AVIF"
    HEIF = "HEIF"


_SIGNATURES = (
    (b"\xff\xd8\xff", ImageKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", ImageKind.PNG),
    (b"GIF87a", ImageKind.GIF),
    (b"GIF89a", ImageKind.GIF),
    (b"BM", ImageKind.BMP),
    (b"II*\0", ImageKind.TIFF),
    (b"MM\0*", ImageKind.TIFF),
    (b"II+\0", ImageKind.TIFF),
    (b"MM\0+", ImageKind.TIFF),
)

_OTHER_IMAGES = (
    (b"8BPS", "a Photoshop file"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIRO", "a camera's raw file"),
    (b"v/1\x01", "an OpenEXR image"),
    (b"DDS ", "a DDS texture"),
)

_NO_IMAGES = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"\x93NUMPY", "a numpy array"),
    (b"OggS", "Ogg media"),
    (b"\x1a\x45\xdf\xa3", "a Matroska video"),
    (b"ID3", "an MP3 file"),
)

_MARKUP = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML document"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


# What files of ISO's base media format that hold pictures call themselves.
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_PICTURE_BRANDS = {b"mif1", b"mif2", b"msf1"}
_BRANDS_LOOKED_AT = 64


def image_kind(data: bytes) -> ImageKind | None:
    """Return the format of a file that is decoded, or None for every other content.

    HEIF, the kind of photograph that iPhones take, is decoded where `pillow-heif` is installed.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageKind.WEBP
    if data[4:8] == b"ftyp":
        return _kind_by_brand(data)
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    return None


def _kind_by_brand(data: bytes) -> ImageKind | None:
    """Return the kind of a file by its first brand, or by all of them where that says little."""
    end = min(int.from_bytes(data[:4], "big"), 16 + 4 * _BRANDS_LOOKED_AT)
    first = data[8:12]
    brands = {first}
    if first in _PICTURE_BRANDS:
        brands |= {data[place : place + 4] for place in range(16, end, 4)}
    if brands & _AVIF_BRANDS:
        return ImageKind.AVIF
    return ImageKind.HEIF if brands & (_HEIC_BRANDS | _PICTURE_BRANDS) else None


def is_start_of_image(data: bytes) -> bool:
    """Whether a very short file is the beginning of a signature of a format that is decoded."""
    whole = [signature for signature, _ in _SIGNATURES]
    return any(signature.startswith(data) for signature in whole) or (
        len(data) < 12 and (b"RIFF".startswith(data[:4]) and b"WEBP".startswith(data[8:]))
    )


def other_image(data: bytes) -> str | None:
    """Return what kind of image that is not decoded here a file is, or None."""
    return _first(data, _OTHER_IMAGES)


def describe_content(data: bytes) -> str:
    """Return in a few words what a file that is no image looks like."""
    if not data.strip(b"\0"):
        return "only zero bytes"
    if data[4:8] == b"ftyp":
        return "a video"
    known = _first(data, _NO_IMAGES)
    if known is not None:
        return known
    start = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<?xml") and b"<svg" in start:
        return "an SVG drawing"
    return _first(start, _MARKUP) or ("text" if _is_text(data[:1000]) else "unknown binary data")


def _first(data: bytes, table: tuple[tuple[bytes, str], ...]) -> str | None:
    return next((name for signature, name in table if data.startswith(signature)), None)


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character that the cut at 1,000 bytes split is no sign of binary data.
        if error.start < len(start) - 3:
            return False
        text = start[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() for character in text)
