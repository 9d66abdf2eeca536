"""Files that are no picture are values with a reason; nothing ever leaks from the decoder."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reference_stats.decoding.decode import decode_image
from reference_stats.outcomes import UnreadableImage, UnreadableReason
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, photograph

FORMATS = {
    "JPEG": {},
    "JPEG progressive": {"progressive": True},
    "PNG": {},
    "GIF": {},
    "BMP": {},
    "TIFF": {},
    "TIFF lzw": {"compression": "tiff_lzw"},
    "TIFF deflate": {"compression": "tiff_adobe_deflate"},
    "WEBP": {},
    "WEBP lossless": {"lossless": True},
}


def _file(kind: str) -> bytes:
    return encode(photograph(), kind.split(maxsplit=1)[0], **FORMATS[kind])


def _refusal(data: bytes, max_pixels: int = MANY_PIXELS) -> UnreadableImage:
    found = decode_image(data, max_pixels=max_pixels)
    assert isinstance(found, UnreadableImage), found
    return found


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "a")
    return target.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_file_is_truncated_and_never_half_an_image(kind: str) -> None:
    data = _file(kind)
    whole = decode_image(data, max_pixels=MANY_PIXELS)
    assert isinstance(whole, DecodedImage)
    for length in [*range(1, 60), *range(60, len(data), len(data) // 40), len(data) - 1]:
        found = decode_image(data[:length], max_pixels=MANY_PIXELS)
        if isinstance(found, DecodedImage):
            # Only what follows the last pixel is missing.
            assert length > len(data) - 20
            np.testing.assert_array_equal(found.rgb, whole.rgb)
        else:
            assert found.reason is UnreadableReason.TRUNCATED, (length, found)


def test_a_jpeg_whose_end_was_never_written_is_truncated() -> None:
    data = _file("JPEG")
    half = data[: len(data) // 2]
    assert _refusal(half + bytes(len(data) - len(half))).reason is UnreadableReason.TRUNCATED


def test_zero_bytes_after_a_whole_jpeg_do_no_harm() -> None:
    assert isinstance(
        decode_image(_file("JPEG") + bytes(500), max_pixels=MANY_PIXELS), DecodedImage
    )


def test_an_empty_file_is_empty() -> None:
    assert _refusal(b"").reason is UnreadableReason.EMPTY


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (_zip(), "a ZIP archive"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
        (b"\n <html>", "an HTML page"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg/>', "an SVG drawing"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "an XML document"),
        (b'{"error": "not found"}', "JSON"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x1f\x8b\x08", "gzip data"),
        (bytes(64), "only zero bytes"),
        (b"\x00\x00\x00\x18ftypmp42", "a video"),
        ("ein Text mit Umlauten: ä".encode(), "text"),
        (b"a" * 999 + "ä".encode(), "text"),
        (b"\x01\x02\xfe\xff\x80" * 9, "unknown binary data"),
    ],
)
def test_what_is_no_image_says_what_it_looks_like(data: bytes, looks_like: str) -> None:
    found = _refusal(data)
    assert found.reason is UnreadableReason.NOT_AN_IMAGE
    assert found.detail == f"looks like {looks_like}"
    assert found.summary == "not an image"


@pytest.mark.parametrize(
    "data",
    [
        b"8BPS\0\1",
        b"\xff\x0a\xfa\x7f",
    ],
)
def test_images_of_other_formats_are_unsupported_by_name(data: bytes) -> None:
    found = _refusal(data)
    assert found.reason is UnreadableReason.UNSUPPORTED
    assert found.detail


def test_a_mode_that_pil_cannot_turn_into_grey_is_unsupported() -> None:
    data = encode(Image.new("LAB", (4, 4)), "TIFF")
    assert _refusal(data).reason is UnreadableReason.UNSUPPORTED


def test_more_pixels_than_allowed_are_refused_before_decoding() -> None:
    data = encode(photograph(size=(100, 50)))
    assert isinstance(decode_image(data, max_pixels=5_000), DecodedImage)
    found = _refusal(data, max_pixels=4_999)
    assert found.reason is UnreadableReason.TOO_MANY_PIXELS
    assert found.limit == 4_999
    assert "100 x 50" in found.detail


def test_a_decompression_bomb_costs_nothing_and_warns_of_nothing() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    found = _refusal(data)
    assert found.reason is UnreadableReason.TOO_MANY_PIXELS


def test_pils_own_limit_does_not_matter() -> None:
    data = encode(Image.new("1", (20_000, 10_000)))
    assert _refusal(data).reason is UnreadableReason.TOO_MANY_PIXELS
    found = decode_image(data, max_pixels=200_000_000)
    assert isinstance(found, DecodedImage)
    assert found.width == 20_000


@pytest.mark.parametrize("kind", FORMATS)
def test_flipped_bytes_never_raise_or_warn(kind: str) -> None:
    data, generator = _file(kind), np.random.default_rng(7)
    for _ in range(60):
        broken = bytearray(data)
        for place in generator.integers(4, len(data), 5):
            broken[place] = generator.integers(256)
        decode_image(bytes(broken), max_pixels=MANY_PIXELS)


@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*"]),
    st.binary(max_size=200),
)
def test_any_bytes_behind_a_signature_are_refused_with_a_reason(start: bytes, rest: bytes) -> None:
    found = decode_image(start + rest, max_pixels=1_000_000)
    assert isinstance(found, DecodedImage) or found.reason in UnreadableReason


def test_warnings_of_the_decoder_are_not_shown() -> None:
    transparent = encode(photograph().quantize(20), "PNG", transparency=bytes(20))
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        decode_image(transparent, max_pixels=MANY_PIXELS)
    assert shown == []


def test_many_threads_decode_the_same_pixels() -> None:
    files = [_file(kind) for kind in FORMATS]
    alone = [decode_image(data, max_pixels=MANY_PIXELS) for data in files]
    different: list[str] = []

    def work() -> None:
        for data, expected in zip(files, alone, strict=True):
            found = decode_image(data, max_pixels=MANY_PIXELS)
            assert isinstance(expected, DecodedImage)
            if not isinstance(found, DecodedImage) or (found.rgb != expected.rgb).any():
                different.append(str(expected.file))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert different == []


_PEAK = """
import io, re
from pathlib import Path
from PIL import Image
from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features
def kib(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
def encoded(size):
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise(size, 40).convert("RGB").save(target, "JPEG", quality=60, exif=exif)
    return target.getvalue()
compute_features(decode_image(encoded((64, 64)), max_pixels=10**8))
data = encoded((4000, 3000))
Path("/proc/self/clear_refs").write_text("5")
before = kib("VmRSS")
compute_features(decode_image(data, max_pixels=10**8))
print((kib("VmHWM") - before) / 1000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_twelve_megapixels_add_less_than_a_hundred_megabytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PEAK], capture_output=True, text=True, check=True, timeout=120
    )
    assert 40 < float(done.stdout) < 100
