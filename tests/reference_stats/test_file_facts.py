"""What an image file is beside its pixels, as its header and its pixels say."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from reference_stats.decoding import decode as decoding
from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features
from reference_stats.file_facts.colour_profiles import wide_profile
from reference_stats.file_facts.facts import FileFacts, facts_from_text
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.colour_profiles import DISPLAY_P3, SRGB, icc_profile
from tests.support.images import MANY_PIXELS, encode, noise, photograph

SIZE = (60, 40)
PIXELS = SIZE[0] * SIZE[1]
P3 = icc_profile("Display P3", DISPLAY_P3)


def _picture() -> Image.Image:
    return photograph(size=SIZE)


def _decoded(data: bytes) -> DecodedImage:
    found = decode_image(data, max_pixels=MANY_PIXELS)
    assert isinstance(found, DecodedImage), found
    return found


def _facts(data: bytes) -> FileFacts:
    file = _decoded(data).file
    assert file is not None
    return file


def _others(number: int, size: tuple[int, int] = SIZE) -> list[Image.Image]:
    """Return pictures that differ from each other, so that no format joins them to one."""
    return [Image.new("RGB", size, (40 * n, 0, 200)) for n in range(number)]


def _sixteen_bits() -> Image.Image:
    return Image.fromarray(np.asarray(_picture().convert("L")).astype(np.uint16) * 257)


def _floats(scale: float) -> Image.Image:
    return Image.fromarray(np.asarray(_picture().convert("L")).astype(np.float32) * scale)


def _with_alpha(alpha: int) -> Image.Image:
    picture = _picture().convert("RGBA")
    picture.putpixel((3, 2), (1, 2, 3, alpha))
    return picture


FILES = {
    "JPEG": (lambda: encode(_picture(), "JPEG"), FileFacts(kind="JPEG", mode="RGB")),
    "grey JPEG": (
        lambda: encode(_picture().convert("L"), "JPEG"),
        FileFacts(kind="JPEG", mode="L"),
    ),
    "CMYK": (
        lambda: encode(_picture().convert("CMYK"), "JPEG"),
        FileFacts(kind="JPEG", mode="CMYK"),
    ),
    "PNG": (lambda: encode(_picture()), FileFacts(kind="PNG", mode="RGB")),
    "PNG 16 bits": (
        lambda: encode(_sixteen_bits()),
        FileFacts(kind="PNG", mode="I;16", bits=16),
    ),
    "PNG 1 bit": (
        lambda: encode(_picture().convert("1")),
        FileFacts(kind="PNG", mode="1", bits=1),
    ),
    "PNG palette": (
        lambda: encode(_picture().quantize(9)),
        FileFacts(kind="PNG", mode="P"),
    ),
    "TIFF 16 bits": (
        lambda: encode(_sixteen_bits(), "TIFF"),
        FileFacts(kind="TIFF", mode="I;16", bits=16),
    ),
    "TIFF float": (
        lambda: encode(_floats(1 / 255), "TIFF"),
        FileFacts(kind="TIFF", mode="F", bits=32, is_float=True),
    ),
    "GIF": (lambda: encode(_picture(), "GIF"), FileFacts(kind="GIF", mode="P")),
    "BMP": (lambda: encode(_picture(), "BMP"), FileFacts(kind="BMP", mode="RGB")),
    "WebP": (lambda: encode(_picture(), "WEBP"), FileFacts(kind="WEBP", mode="RGB")),
    "AVIF": (lambda: encode(_picture(), "AVIF"), FileFacts(kind="AVIF", mode="RGB")),
}


@pytest.mark.parametrize("name", FILES)
def test_kind_mode_and_bits_are_those_of_the_file(name: str) -> None:
    make, expected = FILES[name]
    assert _facts(make()) == expected


@pytest.mark.parametrize(
    "name", ["JPEG", "grey JPEG", "PNG", "opaque", "transparent", "several", "profile"]
)
def test_the_fast_ways_know_what_pil_knows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "opaque": lambda: encode(_with_alpha(255)),
        "transparent": lambda: encode(_with_alpha(254)),
        "several": lambda: encode(_picture(), "MPO", save_all=True, append_images=_others(2)),
        "profile": lambda: encode(_picture(), "JPEG", icc_profile=P3),
    }
    data = files[name]() if name in files else FILES[name][0]()
    fast = _decoded(data)
    monkeypatch.setattr(decoding.fast_jpeg, "size_of", lambda _: None)
    monkeypatch.setattr(decoding.fast_png, "decode", lambda *_: None)
    slow = _decoded(data)
    assert (fast.file, fast.frame_pixels) == (slow.file, slow.frame_pixels)


# --- transparency ---


@pytest.mark.parametrize(
    ("make", "transparent"),
    [
        (lambda: encode(_with_alpha(255)), False),
        (lambda: encode(_with_alpha(254)), True),
        (lambda: encode(_with_alpha(0), "WEBP", lossless=True), True),
        (lambda: encode(_with_alpha(0), "TIFF"), True),
        (lambda: encode(_picture().convert("LA")), False),
        (lambda: encode(Image.new("LA", SIZE, (9, 9))), True),
        (lambda: encode(Image.new("RGB", SIZE, (1, 2, 3)), transparency=(1, 2, 3)), True),
        (lambda: encode(Image.new("RGB", SIZE, (1, 2, 3)), transparency=(3, 2, 1)), False),
        (lambda: encode(Image.new("L", SIZE, 7), transparency=7), True),
        (lambda: encode(Image.new("L", SIZE, 7), transparency=8), False),
        (lambda: encode(Image.new("1", SIZE, 1), transparency=1), True),
        (lambda: encode(Image.new("1", SIZE, 1), transparency=0), False),
        (lambda: encode(_sixteen_bits(), transparency=65_535 - 1), False),
        (lambda: encode(Image.new("P", SIZE, 3), "GIF", transparency=3), True),
        (lambda: encode(Image.new("P", SIZE, 0), transparency=bytes([9])), True),
        (lambda: encode(Image.new("P", SIZE, 0), transparency=bytes([255, 9])), False),
    ],
)
def test_a_file_is_transparent_where_a_pixel_is(make, transparent: bool) -> None:
    assert _facts(make()).transparent is transparent


# --- frames ---


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO", "AVIF"])
def test_frames_are_counted_and_bits_per_pixel_is_that_of_all_of_them(kind: str) -> None:
    data = encode(_picture(), kind, save_all=True, append_images=_others(3))
    image = _decoded(data)
    assert image.file is not None
    assert image.file.frames == 4
    assert compute_features(image)["bits_per_pixel"] == 8 * len(data) / (4 * PIXELS)


@pytest.mark.parametrize("kind", ["TIFF", "MPO"])
def test_pages_count_with_their_own_size(kind: str) -> None:
    data = encode(_picture(), kind, save_all=True, append_images=_others(1, (10, 20)))
    assert _decoded(data).frame_pixels == PIXELS + 200


def test_a_later_picture_that_is_broken_counts_as_large_as_the_first() -> None:
    data = encode(_picture(), "MPO", save_all=True, append_images=_others(1, (10, 20)))
    second = data.index(b"\xff\xd8\xff", 100)
    assert _decoded(data[: second + 4] + bytes(40)).frame_pixels == 2 * PIXELS


def test_a_list_of_pictures_that_is_broken_does_not_cost_the_first() -> None:
    data = encode(_picture(), "MPO", save_all=True, append_images=_others(1))
    broken = data.replace(b"MPF\0II*\0", b"MPF\0????")
    assert broken != data
    assert _decoded(broken).frame_pixels == PIXELS


def test_one_frame_has_the_bits_per_pixel_of_its_pixels() -> None:
    data = encode(_picture(), "JPEG")
    assert compute_features(_decoded(data))["bits_per_pixel"] == 8 * len(data) / PIXELS


# --- wide colours ---


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_wide_profile_is_known_by_its_name(kind: str) -> None:
    assert _facts(encode(_picture(), kind, icc_profile=P3)).profile == "Display P3"


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        (icc_profile("sRGB IEC61966-2.1", SRGB), ""),
        (icc_profile("sRGB IEC61966-2.1", SRGB, version=2), ""),
        (icc_profile("My screen", DISPLAY_P3, version=2), "My screen"),
        (icc_profile("", DISPLAY_P3), "a wide profile without a name"),
        (icc_profile("Adobe RGB (1998)"), "Adobe RGB (1998)"),
        (icc_profile("Some scanner"), ""),
        (b"", ""),
        (P3[:150], ""),
        (bytes(200), ""),
        (P3.replace(b"RGB ", b"CMYK"), ""),
    ],
)
def test_a_profile_is_wide_by_its_colours_and_else_by_its_name(profile: bytes, name: str) -> None:
    assert wide_profile(profile) == name


def test_a_profile_in_several_segments_is_put_together() -> None:
    padded = P3 + bytes(70_000)
    assert _facts(encode(_picture(), "JPEG", icc_profile=padded)).profile == "Display P3"


def test_a_png_may_name_wide_colours_by_a_number() -> None:
    data = encode(_picture())
    chunk = b"\0\0\0\x04cICP\x0c\x0d\0\x01"
    chunk += zlib.crc32(chunk[4:]).to_bytes(4, "big")
    assert _facts(data[:33] + chunk + data[33:]).profile == "Display P3"


# --- floating point ---


def test_floats_up_to_one_are_scaled_like_all_others() -> None:
    scaled = compute_features(_decoded(encode(_floats(1 / 255), "TIFF")))
    whole = compute_features(_decoded(encode(_picture().convert("L"), "TIFF")))
    for name in set(whole) - {"size_bytes", "bits_per_pixel"}:
        assert scaled[name] == pytest.approx(whole[name], abs=1e-9, nan_ok=True), name


def test_floats_up_to_255_are_pils_grey_levels() -> None:
    samples = noise((20, 30)).astype(np.float32)
    image = _decoded(encode(Image.fromarray(samples), "TIFF"))
    np.testing.assert_array_equal(image.luma, samples.astype(np.uint8))
    assert not image.is_deep


# --- as text ---


def test_facts_survive_being_text() -> None:
    facts = FileFacts(
        kind="PNG", mode="RGBA", bits=16, transparent=True, frames=3, profile="Größer \u202e"
    )
    assert facts_from_text(facts.as_text()) == facts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind":"PNG"}',
        '{"kind":"PNG","mode":"L","bits":true}',
        '{"kind":"PNG","mode":"L","bits":0}',
        '{"kind":"PNG","mode":"L","frames":0}',
        '{"kind":"PNG","mode":"L","more":1}',
        '{"kind":"PNG","mode":"' + "L" * 999 + '"}',
        "[" * 100_000,
    ],
)
def test_other_text_is_no_facts(text: str) -> None:
    with pytest.raises(ValueError, match=r"no facts|Expecting"):
        facts_from_text(text)


def test_an_image_that_was_no_file_has_no_facts() -> None:
    image = decoding.image_from_pixels(noise((8, 9)))
    assert image.file is None
    assert np.isnan(compute_features(image)["bits_per_pixel"])


def test_what_pil_says_of_a_file_is_not_changed_by_looking() -> None:
    data = encode(_picture(), "GIF", save_all=True, append_images=_others(2))
    with Image.open(io.BytesIO(data)) as first:
        np.testing.assert_array_equal(_decoded(data).rgb, np.asarray(first.convert("RGB")))
