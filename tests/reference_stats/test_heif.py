"""HEIC photographs: named by their content, read where pillow-heif is installed; and AVIF."""

from __future__ import annotations

import io

import numpy as np
import pytest

from jobs.images.endings import IMAGE_ENDINGS
from reference_stats.decoding import decode as decoding
from reference_stats.decoding.decode import decode_image
from reference_stats.decoding.heif_api import can_read_heif
from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.feature_cache import cached_outcomes
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.file_facts.kinds import ImageKind, image_kind
from reference_stats.outcomes import UnreadableImage, UnreadableReason
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, photograph
from tests.support.memory_bucket import MemoryBucket
from tests.support.remembered import entry

HEIC = UnreadableImage(reason=UnreadableReason.HEIC)


def _file(first: bytes, *others: bytes) -> bytes:
    brands = b"".join(others)
    return (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + first + bytes(4) + brands + bytes(90)


@pytest.fixture
def without_heif(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (decoding, cached_outcomes):
        monkeypatch.setattr(module, "can_read_heif", lambda: False)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (_file(b"heic", b"mif1", b"heic"), ImageKind.HEIF),
        (_file(b"heix"), ImageKind.HEIF),
        (_file(b"hevc"), ImageKind.HEIF),
        (_file(b"mif1", b"heic", b"miaf"), ImageKind.HEIF),
        (_file(b"mif1"), ImageKind.HEIF),
        (_file(b"mif1", b"avif", b"miaf"), ImageKind.AVIF),
        (_file(b"avif", b"mif1"), ImageKind.AVIF),
        (_file(b"avis"), ImageKind.AVIF),
        (_file(b"mp42", b"isom"), None),
        (_file(b"qt  "), None),
    ],
)
def test_a_file_is_told_by_its_brands(data: bytes, kind: ImageKind | None) -> None:
    assert image_kind(data) is kind


@pytest.mark.usefixtures("without_heif")
def test_heic_is_named_with_what_to_do() -> None:
    found = decode_image(_file(b"heic", b"mif1"), max_pixels=MANY_PIXELS)
    assert found == HEIC
    assert "iPhones" in found.summary
    assert "image-drift[heif]" in found.summary
    assert "JPEG" in found.summary


@pytest.mark.usefixtures("without_heif")
def test_a_refusal_is_remembered_until_heic_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FeatureCache(bucket=MemoryBucket(), prefix="reports")
    cache.add([entry("a.jpg", HEIC)])
    assert cache.load(["a.jpg"]).find("a.jpg") == HEIC
    monkeypatch.setattr(cached_outcomes, "can_read_heif", lambda: True)
    assert cache.load(["a.jpg"]).find("a.jpg") is None


@pytest.mark.skipif(not can_read_heif(), reason="pillow-heif is not installed")
def test_heic_is_read_where_pillow_heif_is_installed() -> None:
    import pillow_heif  # noqa: PLC0415 - an extra that is not among those of development

    picture, target = photograph(), io.BytesIO()
    pillow_heif.from_pillow(picture).save(target, quality=95)
    image = decode_image(target.getvalue(), max_pixels=MANY_PIXELS)
    assert isinstance(image, DecodedImage)
    assert image.file is not None
    assert (image.file.kind, image.file.frames) == ("HEIF", 1)
    assert abs(image.luma.mean() - np.asarray(picture.convert("L")).mean()) < 2
    assert thumbnail(target.getvalue()) is not None


def test_avif_is_read_whatever_it_is_called() -> None:
    picture = photograph()
    image = decode_image(encode(picture, "AVIF", quality=95), max_pixels=MANY_PIXELS)
    assert isinstance(image, DecodedImage)
    assert abs(image.luma.mean() - np.asarray(picture.convert("L")).mean()) < 2
    assert thumbnail(encode(picture, "AVIF")) is not None


def test_a_cut_avif_is_truncated() -> None:
    data = encode(photograph(), "AVIF")
    for length in [12, 13, 40, 200, *range(400, len(data), len(data) // 9), len(data) - 1]:
        found = decode_image(data[:length], max_pixels=MANY_PIXELS)
        assert isinstance(found, UnreadableImage), length
        assert found.reason is UnreadableReason.TRUNCATED, (length, found)


def test_folders_of_references_take_the_new_endings() -> None:
    assert {".avif", ".heic", ".heif"} <= IMAGE_ENDINGS
