"""The fast ways to decode JPEG and PNG, with PIL as the judge: the same pixels or none at all."""

from __future__ import annotations

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from reference_stats.decoding import decode as decoding
from reference_stats.decoding import fast_jpeg, fast_png
from reference_stats.decoding.decode import decode_image
from reference_stats.outcomes import UnreadableImage
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, photograph

JPEG_KINDS = {
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:2:0": {"subsampling": 2},
    "progressive": {"progressive": True},
    "optimized": {"optimize": True, "quality": 30},
    "restart markers": {"restart_marker_rows": 1},
    "almost lossless": {"quality": 100, "subsampling": 0},
}
SIZES = [(1, 1), (7, 5), (16, 16), (17, 33), (199, 133)]


def _pil_rgb(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _fast_jpeg(data: bytes) -> np.ndarray | None:
    header = fast_jpeg.size_of(data)
    return None if header is None else fast_jpeg.decode(data, *header, reuse_memory=False)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", JPEG_KINDS)
def test_a_jpeg_has_exactly_the_pixels_that_pil_finds(kind: str, size: tuple[int, int]) -> None:
    data = encode(photograph().resize(size), "JPEG", **JPEG_KINDS[kind])
    assert np.array_equal(_fast_jpeg(data), _pil_rgb(data))


def test_a_grey_jpeg_is_one_plane() -> None:
    data = encode(photograph("camera").convert("L"), "JPEG")
    assert np.array_equal(_fast_jpeg(data), np.asarray(Image.open(io.BytesIO(data))))


def test_cmyk_is_left_to_pil() -> None:
    assert fast_jpeg.size_of(encode(photograph().convert("CMYK"), "JPEG")) is None


@pytest.mark.parametrize("samples", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("filter_kind", range(5))
def test_every_filter_of_a_png_is_undone(filter_kind: int, samples: str) -> None:
    image = Image.fromarray(noise((9, 14, 4), seed=filter_kind), "RGBA").convert(samples)
    data = _png_with_filter(image, filter_kind)
    wanted = _pil_rgb(data)
    found = fast_png.decode(data, MANY_PIXELS)
    assert found is not None
    pixels = found.pixels
    assert np.array_equal(pixels if samples != "L" else np.repeat(pixels[..., None], 3, 2), wanted)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_png_has_exactly_the_pixels_that_pil_finds(mode: str, size: tuple[int, int]) -> None:
    image = photograph().resize(size).convert(mode)
    data = encode(image)
    found = fast_png.decode(data, MANY_PIXELS)
    assert found is not None
    pixels = np.asarray(image)[..., :3] if mode != "L" else np.asarray(image)
    assert np.array_equal(found.pixels, pixels)


@pytest.mark.parametrize(
    "make",
    [
        lambda: encode(photograph().quantize(20)),
        lambda: encode(photograph().convert("1")),
        lambda: encode(Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8))),
        lambda: encode(photograph(), exif=_turned(6)),
        lambda: encode(photograph(), transparency=(1, 2, 3)),
    ],
    ids=["palette", "bilevel", "16 bits", "EXIF", "one transparent colour"],
)
def test_what_is_special_about_a_png_is_left_to_pil(make) -> None:
    assert fast_png.decode(make(), MANY_PIXELS) is None


def test_a_png_that_inflates_to_more_than_it_says_is_left_to_pil() -> None:
    image = photograph().resize((8, 8)).convert("L")
    assert fast_png.decode(_png(image, bytes(8 * 9 + 1)), MANY_PIXELS) is None
    assert fast_png.decode(_png(image, bytes(8 * 9 - 1)), MANY_PIXELS) is None
    assert fast_png.decode(_png(image, bytes(8 * 9)), MANY_PIXELS) is not None


def test_the_fast_way_is_taken_for_ordinary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("PIL was asked")

    monkeypatch.setattr(decoding, "_decode_by_pil", refuse)
    for data in (encode(photograph(), "JPEG"), encode(photograph().resize((28, 28)))):
        assert isinstance(decode_image(data, max_pixels=MANY_PIXELS), DecodedImage)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_a_jpeg_as_pil_says(orientation: int) -> None:
    data = encode(photograph().resize((31, 18)), "JPEG", exif=_turned(orientation))
    fast, slow = decode_image(data, max_pixels=MANY_PIXELS), _by_pil(data)
    assert isinstance(fast, DecodedImage)
    assert fast.orientation == slow.orientation == orientation
    assert np.array_equal(fast.luma, slow.luma)
    assert np.array_equal(fast.rgb, slow.rgb)


def test_an_orientation_in_xmp_is_seen() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
    data = encode(photograph().resize((31, 18)), "JPEG", xmp=xmp)
    fast = decode_image(data, max_pixels=MANY_PIXELS)
    assert isinstance(fast, DecodedImage)
    assert fast.orientation == _by_pil(data).orientation == 6


@pytest.mark.parametrize("kind", ["JPEG", "JPEG, progressive", "PNG"])
def test_a_damaged_file_ends_as_it_does_with_pil_alone(kind: str) -> None:
    options = {"progressive": True} if "progressive" in kind else {}
    whole = encode(photograph().resize((40, 30)), kind.partition(",")[0], **options)
    rng = np.random.default_rng(41)
    readable = 0
    for _ in range(400):
        data = bytearray(whole)
        for place in rng.integers(2, len(data), rng.integers(1, 4)):
            data[place] = rng.integers(256)
        cut = len(data) if rng.random() < 0.8 else int(rng.integers(len(data)))
        fast, slow = decode_image(bytes(data[:cut]), max_pixels=10**6), _by_pil(bytes(data[:cut]))
        assert type(fast) is type(slow)
        if isinstance(fast, DecodedImage) and isinstance(slow, DecodedImage):
            readable += 1
            assert np.array_equal(fast.luma, slow.luma)
            assert np.array_equal(fast.rgb, slow.rgb)
    assert readable > 10 or kind == "PNG"


def test_memory_is_used_again_only_where_that_is_allowed() -> None:
    first, second = (encode(photograph(name), "JPEG") for name in ("astronaut", "coffee"))
    kept = decode_image(first, max_pixels=MANY_PIXELS)
    lent = decode_image(first, max_pixels=MANY_PIXELS, reuse_memory=True)
    assert isinstance(kept, DecodedImage)
    assert isinstance(lent, DecodedImage)
    before = kept.rgb.copy()
    assert np.array_equal(lent.rgb, before)
    decode_image(second, max_pixels=MANY_PIXELS, reuse_memory=True)
    assert np.array_equal(kept.rgb, before)
    assert not np.array_equal(lent.rgb, before)


def test_threads_do_not_share_that_memory() -> None:
    files = [encode(photograph(name), "JPEG") for name in ("astronaut", "coffee", "chelsea")] * 8

    def mean(data: bytes) -> float:
        image = decode_image(data, max_pixels=MANY_PIXELS, reuse_memory=True)
        assert isinstance(image, DecodedImage)
        return float(image.rgb.mean())

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(mean, files)) == [_pil_rgb(data).mean() for data in files]


def _by_pil(data: bytes) -> DecodedImage | UnreadableImage:
    """Decode as if there were no fast way."""
    fast_jpeg_size, fast_png_decode = fast_jpeg.size_of, fast_png.decode
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_jpeg, "size_of", lambda _: None)
        patch.setattr(fast_png, "decode", lambda *_: None)
        image = decode_image(data, max_pixels=10**6)
    assert (fast_jpeg.size_of, fast_png.decode) == (fast_jpeg_size, fast_png_decode)
    return image


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _png(image: Image.Image, lines: bytes) -> bytes:
    """Return a PNG file around scan lines that may not fit it."""
    colours = {"L": 0, "RGB": 2, "RGBA": 6}[image.mode]
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, colours, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _png_with_filter(image: Image.Image, kind: int) -> bytes:
    samples = len(image.getbands())
    rows = np.asarray(image).reshape(image.height, -1).astype(np.int64)
    left = np.pad(rows, ((0, 0), (samples, 0)))[:, : rows.shape[1]]
    up = np.pad(rows, ((1, 0), (0, 0)))[: len(rows)]
    corner = np.pad(up, ((0, 0), (samples, 0)))[:, : rows.shape[1]]
    estimate = left + up - corner
    distances = [abs(estimate - one) for one in (left, up, corner)]
    paeth = np.choose(np.argmin(distances, axis=0), (left, up, corner))
    guess = (0 * rows, left, up, (left + up) // 2, paeth)[kind]
    filtered = ((rows - guess) % 256).astype(np.uint8)
    lines = b"".join(bytes([kind]) + line.tobytes() for line in filtered)
    return _png(image, lines)
