"""Many files at once: what becomes of each is what becomes of it alone."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reference_stats.extraction.measuring import measure_many as measuring
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES, feature_set
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits
from tests.support.images import encode, noise, photograph

LIMITS = SizeLimits(max_pixels=300_000, max_bytes=1_000_000)
MODES = ("L", "RGB", "RGBA")
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _same(one: ImageFeatures | UnreadableImage, other: ImageFeatures | UnreadableImage) -> bool:
    if not isinstance(one, ImageFeatures) or not isinstance(other, ImageFeatures):
        return one == other
    return (
        one.values.names == other.values.names
        and np.array_equal(one.values.numbers, other.values.numbers, equal_nan=True)
        and (one.deep, one.fingerprint, one.file) == (other.deep, other.fingerprint, other.file)
    )


def _assert_as_alone(files: Sequence[bytes], features: Sequence[Feature] = FEATURES) -> None:
    together = measure_many(files, LIMITS, features).outcomes()
    for place, (data, outcome) in enumerate(zip(files, together, strict=True)):
        assert _same(outcome, measure(data, LIMITS, features)), place


def _picture(size: tuple[int, int], kind: str, seed: int) -> Image.Image:
    if kind == "photograph":
        return photograph(size=size)
    if kind == "flat":
        return Image.new("RGB", size, (seed % 256, 7 * seed % 256, 200))
    return Image.fromarray(noise((size[1], size[0], 3), seed))


def _png(size: tuple[int, int], lines: bytes) -> bytes:
    """Return a grey PNG whose filtered lines are these."""
    header = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return SIGNATURE + b"".join(parts)


def _turned() -> Image.Exif:
    tag = Image.Exif()
    tag[0x0112] = 6
    return tag


def _files_of_every_kind() -> list[bytes]:
    picture = photograph(size=(66, 70))
    deep = Image.fromarray(noise((40, 30)).astype(np.uint16) * 257)
    large = encode(photograph(size=(640, 400)), "JPEG")
    return [
        encode(picture),
        encode(picture, "JPEG"),
        b"",
        encode(picture.convert("L"), "JPEG", progressive=True),
        encode(picture, "JPEG", exif=_turned()),
        encode(picture)[:-30],
        encode(picture.convert("RGBA")),
        encode(picture.quantize(20)),
        encode(deep),
        encode(picture, "JPEG")[:900],
        encode(picture.convert("CMYK"), "JPEG"),
        _png((5, 4), bytes([9, 1, 2, 3, 4, 5]) * 4),
        encode(picture, exif=_turned()),
        encode(picture, transparency=(1, 2, 3)),
        large,
        encode(photograph(size=(800, 600)), "JPEG"),
        b"<html>",
        encode(picture, "GIF"),
        encode(picture, "TIFF"),
        encode(picture, "WEBP"),
        encode(picture, "JPEG")[:700] + bytes(300),
        encode(picture.convert("L")),
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(1, 90), st.integers(1, 90)),
            st.sampled_from(["photograph", "flat", "noise"]),
            st.sampled_from(MODES),
            st.booleans(),
            st.integers(0, 1_000),
        ),
        min_size=4,
        max_size=12,
    )
)
def test_pictures_of_every_size_have_the_numbers_that_each_has_alone(wanted) -> None:
    files = []
    for size, kind, mode, is_jpeg, seed in wanted:
        picture = _picture(size, kind, seed).convert(mode)
        if mode == "RGBA":
            picture.putalpha(Image.fromarray(noise((size[1], size[0]), seed) | 250))
        files.append(
            encode(picture.convert("RGB"), "JPEG", quality=20 + seed % 80)
            if is_jpeg and mode == "RGBA"
            else encode(picture, "JPEG" if is_jpeg else "PNG")
        )
    _assert_as_alone(files)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (9, 8), (64, 3), (3, 64)])
def test_narrow_pictures_have_the_numbers_that_each_has_alone(shape: tuple[int, int]) -> None:
    pictures = [Image.fromarray(noise((*shape, 3), seed)) for seed in range(2)]
    pictures += [Image.new("RGB", shape[::-1], "red"), Image.new("L", shape[::-1], 0)]
    _assert_as_alone([encode(one, kind) for one in pictures for kind in ("PNG", "JPEG")])


def test_files_of_every_kind_keep_their_order_and_what_they_are() -> None:
    _assert_as_alone(_files_of_every_kind())


def test_more_pixels_than_the_cache_holds_are_measured_in_parts() -> None:
    files = [encode(_picture((140, 120), "noise", seed), "JPEG", quality=50) for seed in range(9)]
    files += [encode(_picture((28, 28), "noise", seed).convert("L")) for seed in range(40)]
    files.insert(5, b"broken")
    _assert_as_alone(files)


def test_no_more_files_than_one_and_none_are_batches_too() -> None:
    assert measure_many([], LIMITS, FEATURES).outcomes() == []
    for count in range(1, 6):
        _assert_as_alone([encode(_picture((20, 20), "noise", seed)) for seed in range(count)])


def test_limits_hold_for_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [encode(_picture((28, 28), "noise", seed), kind) for seed in (1, 2) for kind in KINDS]
    for limits in (
        SizeLimits(max_pixels=783, max_bytes=100_000),
        SizeLimits(max_pixels=784, max_bytes=100),
    ):
        outcomes = measure_many(files, limits, FEATURES).outcomes()
        assert outcomes == [measure(data, limits, FEATURES) for data in files]
        assert all(isinstance(one, UnreadableImage) for one in outcomes)


KINDS = ("PNG", "JPEG")


def test_small_ordinary_files_are_never_measured_by_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("measured by itself")

    monkeypatch.setattr(measuring, "measure", refuse)
    files = [
        encode(_picture((28, 31), "noise", 3).convert(mode), kind)
        for mode in ("L", "RGB")
        for kind in KINDS
    ]
    files.append(encode(photograph(), "JPEG", icc_profile=b"no profile", comment=b"a comment"))
    measured = measure_many([*files, *files], LIMITS, FEATURES)
    assert measured.unreadable == {}
    assert all(one is other for one, other in zip(measured.facts, measured.facts[5:], strict=False))


@pytest.mark.parametrize("canonical_size", [None, 32])
def test_features_that_read_pixels_are_computed_of_each_image(canonical_size: int | None) -> None:
    own = replace(
        FEATURES[0],
        name="corner",
        compute=lambda image: float(image.rgb[0, 0].sum()),
        reads_pixels=True,
    )
    features = (*feature_set(canonical_size), own)
    _assert_as_alone([encode(_picture((40, 50), "noise", seed)) for seed in range(5)], features)


def test_a_feature_that_turns_out_to_read_pixels_is_computed_of_each_image() -> None:
    own = replace(FEATURES[0], name="corner", compute=lambda image: float(image.luma[0, 0]))
    _assert_as_alone(
        [encode(_picture((40, 50), "noise", seed)) for seed in range(5)], (*FEATURES, own)
    )


def test_a_bug_names_the_file_that_shows_it() -> None:
    files = [encode(Image.new("L", (9, 9), level)) for level in (1, 2, 3, 77, 4)]
    buggy = replace(
        FEATURES[0], name="buggy", compute=lambda image: 1 / (77 - int(image.luma[0, 0]))
    )
    with pytest.raises(ZeroDivisionError) as caught:
        measure_many(files, LIMITS, (buggy,))
    assert any("file number 3" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("reads_pixels", [False, True])
def test_memory_that_runs_out_is_the_outcome_of_its_file_alone(*, reads_pixels: bool) -> None:
    def hungry(image) -> float:
        if image.luma[0, 0] == 77:
            raise MemoryError
        return 1.0

    files = [encode(Image.new("L", (9, 9), level)) for level in (1, 2, 3, 77, 4)]
    own = replace(FEATURES[0], name="hungry", compute=hungry, reads_pixels=reads_pixels)
    outcomes = measure_many(files, LIMITS, (own,)).outcomes()
    assert outcomes[3] == UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
    assert all(isinstance(outcomes[place], ImageFeatures) for place in (0, 1, 2, 4))


def test_kernels_that_cannot_be_loaded_are_an_accident_of_each_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(measuring, "sum_waiting", fail)
    _assert_as_alone([encode(_picture((20, 20), "noise", seed)) for seed in range(5)])


def test_each_file_is_announced_before_it_is_decoded() -> None:
    files = _files_of_every_kind()
    told: list[int] = []
    measure_many(files, LIMITS, FEATURES, before_each=told.append)
    assert told[: len(files)] == list(range(len(files)))
    # A line names a filter that does not exist: that is seen when the sums are taken.
    assert told[len(files) :] == [11]


def test_what_announces_a_file_may_end_the_batch() -> None:
    def too_late(place: int) -> None:
        if place == 2:
            raise TimeoutError

    files = [encode(_picture((20, 20), "noise", seed)) for seed in range(5)]
    with pytest.raises(TimeoutError):
        measure_many(files, LIMITS, FEATURES, before_each=too_late)
    _assert_as_alone(files)


def test_a_batch_of_bytes_in_disorder_is_judged_file_by_file() -> None:
    rng = np.random.default_rng(5)
    files = []
    for data in _files_of_every_kind():
        broken = bytearray(data)
        for place in rng.integers(0, max(len(broken), 1), 3 if broken else 0).tolist():
            broken[place] ^= 1 << int(rng.integers(8))
        files += [bytes(broken), data[: len(data) // 2], data + bytes(40)]
    _assert_as_alone(files)


def test_decoded_pixels_equal_those_of_pil() -> None:
    """Not against `measure`, which shares the decoders, but against PIL and numpy."""
    pictures = [_picture((33, 29), kind, 4) for kind in ("photograph", "flat", "noise")]
    files = [encode(one, kind) for one in pictures for kind in KINDS]
    measured = measure_many(files, LIMITS, FEATURES)
    for data, numbers in zip(files, measured.numbers, strict=True):
        with Image.open(io.BytesIO(data)) as image:
            luma, rgb = np.asarray(image.convert("L")), np.asarray(image.convert("RGB"))
        found = dict(zip(measured.names, numbers.tolist(), strict=True))
        assert found["mean"] == pytest.approx(luma.mean(), abs=1e-12)
        assert found["std_dev"] == pytest.approx(luma.std(), abs=1e-9)
        assert found["mean_blue"] == pytest.approx(rgb[..., 2].mean(), abs=1e-12)
