"""Many small images of a folder, read and decoded together: each is what it is alone."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.buckets.folder.bucket import FolderBucket
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.result import ExtractionResult
from reference_stats.features.registry import feature_set
from reference_stats.outcomes import (
    ImageFeatures,
    MissingImage,
    Outcome,
    UnfetchedImage,
    UnreadableImage,
    UnreadableReason,
)
from reference_stats.size_limits import SizeLimits
from tests.support.images import encode

COUNT = 400
NAMES = [f"{number % 7}/{number:04}.png" for number in range(COUNT)]


def _picture(number: int) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    return encode(Image.fromarray(pixels if number % 3 else pixels[:, :, 0]))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bucket")
    for number, name in enumerate(NAMES):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(_picture(number))
    return root


class WatchedFolder(FolderBucket):
    """Notes how many files were read at once, and which were read again."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.together: list[int] = []
        self.names: list[str] = []

    def read_many(
        self, names: list[str], most_bytes: int | None = None
    ) -> list[StoredObject | ObjectError]:
        self.together.append(len(names))
        self.names.extend(names)
        return super().read_many(names, most_bytes)


def _extract(bucket: Bucket, names: list[str], **settings: object) -> ExtractionResult:
    locations = [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in names]
    chosen = ImageSettings.model_validate({"path": "unused", **settings})
    return extract(locations, chosen, open_bucket=lambda _: bucket)


def _by_name(result: ExtractionResult) -> dict[str, Outcome]:
    return {location.name: outcome for location, outcome in result.outcomes.items()}


def test_small_images_of_a_folder_are_read_together_and_are_what_each_is_alone(
    filled: Path,
) -> None:
    bucket = WatchedFolder(str(filled))
    found = _by_name(_extract(bucket, NAMES))
    assert list(found) == NAMES
    limits = SizeLimits(max_pixels=100_000_000, max_bytes=100_000_000)
    for name in NAMES[::23]:
        assert found[name] == measure((filled / name).read_bytes(), limits, feature_set())
    assert all(isinstance(one, ImageFeatures) for one in found.values())
    assert len(bucket.together) < COUNT / 8
    assert sorted(bucket.names) == sorted(NAMES)


@pytest.mark.parametrize(("fetch", "decode"), [(1, 1), (4, 2), (32, 5)])
def test_the_company_of_an_image_changes_nothing(filled: Path, fetch: int, decode: int) -> None:
    bucket = FolderBucket(str(filled))
    expected = _by_name(_extract(bucket, NAMES[:100], decode_workers=1))
    shuffled = [NAMES[(7 * place) % 100] for place in range(100)]
    found = _by_name(_extract(bucket, shuffled, fetch_workers=fetch, decode_workers=decode))
    assert found == expected
    assert list(found) == shuffled


def test_trouble_with_some_images_is_theirs_alone(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(_picture(1))
    (filled / "3" / "out.png").symlink_to(tmp_path / "outside.png")
    (filled / "3" / "in.png").symlink_to(f"../{NAMES[0]}")
    os.mkfifo(filled / "3" / "pipe.png")
    (filled / "3" / "empty.png").write_bytes(b"")
    (filled / "3" / "cut.png").write_bytes(_picture(1)[:60])
    (filled / "3" / "huge.png").write_bytes(_picture(1) + bytes(300_000))
    (filled / "3" / "page.png").write_bytes(b"<html>")
    odd = ["out", "in", "pipe", "empty", "cut", "huge", "page", "none"]
    names = [*NAMES]
    for place, name in enumerate(odd):
        names.insert(150 + 11 * place, f"3/{name}.png")
    names.insert(333, "../secret.png")
    found = _by_name(_extract(FolderBucket(str(filled)), names, max_bytes=250_000))
    for name in [*NAMES, "3/in.png"]:
        assert isinstance(found[name], ImageFeatures), name
    reasons = {name: found[f"3/{name}.png"] for name in odd if name != "in"}
    assert isinstance(reasons.pop("out"), UnfetchedImage)
    assert isinstance(found["../secret.png"], UnfetchedImage)
    assert reasons.pop("pipe") == reasons.pop("none") == MissingImage()
    assert {
        name: one.reason for name, one in reasons.items() if isinstance(one, UnreadableImage)
    } == {
        "empty": UnreadableReason.EMPTY,
        "cut": UnreadableReason.TRUNCATED,
        "huge": UnreadableReason.TOO_LARGE,
        "page": UnreadableReason.NOT_AN_IMAGE,
    }
    assert found["3/in.png"] == found[NAMES[0]]


def test_a_file_much_larger_than_those_before_is_read_by_itself(filled: Path) -> None:
    (filled / "5" / "large.png").write_bytes(_picture(1) + bytes(2_000_000))
    bucket = WatchedFolder(str(filled))
    found = _by_name(_extract(bucket, [*NAMES[:300], "5/large.png", *NAMES[300:]]))
    assert all(isinstance(one, ImageFeatures) for one in found.values())
    assert len(found) == COUNT + 1
    assert bucket.names.count("5/large.png") <= 2
