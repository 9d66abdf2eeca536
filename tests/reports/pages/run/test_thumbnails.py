import io
import itertools
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
import skimage.data
from PIL import Image

from reference_stats.decoding.thumbnails import LONGEST_SIDE_PX, thumbnail
from reports.pages.run.thumbnails import MOST_BYTES, MOST_PICTURES, within_budget

ORIENTATION = 0x0112


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data))


def photograph() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_format_becomes_a_small_jpeg(kind: str) -> None:
    image = photograph().convert("P") if kind == "GIF" else photograph()

    small = opened(thumbnail(encoded(image, kind)))

    assert small.format == "JPEG"
    assert small.size == (LONGEST_SIDE_PX, LONGEST_SIDE_PX)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I;16", "F"])
def test_every_mode_keeps_its_brightness(mode: str) -> None:
    grey = np.full((40, 60), 128, np.uint8)
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "1":
        image = Image.fromarray(np.full((40, 60), 255, np.uint8)).convert("1")
    else:
        image = Image.fromarray(grey).convert(mode)

    small = opened(thumbnail(encoded(image, "TIFF"))).convert("L")

    expected = 255 if mode == "1" else 128
    assert abs(float(np.asarray(small).mean()) - expected) < 4


def test_the_shape_is_kept_and_a_small_image_is_not_enlarged() -> None:
    assert opened(thumbnail(encoded(Image.new("RGB", (640, 320))))).size == (160, 80)
    assert opened(thumbnail(encoded(Image.new("RGB", (3, 2))))).size == (3, 2)
    assert opened(thumbnail(encoded(Image.new("RGB", (4000, 1))))).size == (160, 1)


def test_a_transparent_pixel_is_white() -> None:
    small = opened(thumbnail(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)))))

    assert np.asarray(small).min() > 250


def test_the_picture_is_turned_as_its_exif_tag_says() -> None:
    image = Image.new("RGB", (80, 40), "black")
    exif = image.getexif()
    exif[ORIENTATION] = 6

    assert opened(thumbnail(encoded(image, "JPEG", exif=exif))).size == (40, 80)


def test_nothing_of_the_metadata_is_left() -> None:
    image = photograph()
    exif = image.getexif()
    exif[0x010F] = "a camera maker"
    data = encoded(image, "JPEG", exif=exif, comment=b"taken at home", icc_profile=b"x" * 128)

    small = opened(thumbnail(data))

    assert set(small.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not small.getexif()


def damaged() -> dict[str, bytes]:
    whole = encoded(photograph(), "JPEG")
    return {
        "empty": b"",
        "text": b"<html>not found</html>",
        "truncated": whole[: len(whole) // 3],
        "header only": encoded(photograph())[:24],
        "zeros": bytes(2000),
    }


@pytest.mark.parametrize("name", damaged())
def test_what_cannot_be_read_has_no_thumbnail(name: str) -> None:
    assert thumbnail(damaged()[name]) is None


@pytest.mark.parametrize("side_px", [10_001, 60_000])
def test_an_image_of_too_many_pixels_has_no_thumbnail(side_px: int) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", side_px, side_px, 1, 0, 0, 0, 0)
    data = encoded(Image.new("1", (8, 8)))
    claims_more = data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]

    assert thumbnail(data) is not None
    assert thumbnail(claims_more) is None


def test_the_same_image_gives_the_same_bytes() -> None:
    data = encoded(photograph())

    assert thumbnail(data) == thumbnail(data)


def test_no_more_pictures_are_read_than_fit() -> None:
    asked = itertools.count()

    def endless() -> Iterator[tuple[str, bytes | None]]:
        for number in asked:
            yield f"{number}.jpg", None if number % 2 else b"x"

    chosen = within_budget(endless())

    assert list(chosen) == [f"{number}.jpg" for number in range(0, 2 * MOST_PICTURES, 2)]
    assert next(asked) == 2 * MOST_PICTURES - 1


def test_the_choice_ends_before_the_bytes_do() -> None:
    chosen = within_budget((f"{number}.jpg", bytes(60_000)) for number in range(20))

    assert len(chosen) == MOST_BYTES // 60_000
    assert sum(map(len, chosen.values())) <= MOST_BYTES


def test_a_repeated_image_is_taken_once() -> None:
    assert within_budget([("a", b"1"), ("a", b"1"), ("b", b"2")]) == {"a": b"1", "b": b"2"}


@pytest.mark.parametrize("file_format", ["PPM", "TGA", "PCX", "ICO"])
def test_a_format_without_features_has_no_thumbnail(file_format: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(file, file_format)
    assert thumbnail(file.getvalue()) is None


def test_odd_exif_data_cost_no_thumbnail() -> None:
    file = io.BytesIO()
    Image.new("RGB", (32, 48), "red").save(file, "JPEG", exif=odd_exif())
    found = thumbnail(file.getvalue())
    assert found is not None
    assert Image.open(io.BytesIO(found)).size == (48, 32)


def odd_exif() -> bytes:
    """EXIF that turns the image and holds a tag whose type does not fit what it says."""
    orientation = struct.pack("<HHII", 0x0112, 3, 1, 6)
    # Resolution as one inline "rational" and a name as signed bytes: neither can be written anew.
    broken = struct.pack("<HHII", 0x011A, 5, 1, 0xFFFFFF) + struct.pack("<HHII", 0x010F, 6, 9, 9)
    directory = struct.pack("<H", 3) + orientation + broken + struct.pack("<I", 0)
    return b"Exif\0\0II*\0\x08\0\0\0" + directory
