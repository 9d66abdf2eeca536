"""Which wrong images are pictured, and how large stored images are displayed."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drift.where.pictures.pictured import displayed_sizes, wrong_images
from drift.workplace import Workplace, open_workplace
from tests.support.detector_qualities import fallen_detector, right_detector
from tests.support.worlds import job_of


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    (tmp_path / "images").mkdir()
    for name, turn in (("upright.jpg", 1), ("turned.jpg", 6)):
        exif = Image.Exif()
        exif[0x0112] = turn
        out = io.BytesIO()
        pixels = np.random.default_rng(turn).integers(0, 255, (48, 64, 3), np.uint8)
        Image.fromarray(pixels).save(out, "JPEG", exif=exif)
        (tmp_path / "images" / name).write_bytes(out.getvalue())
    (tmp_path / "images/broken.jpg").write_bytes(b"no image")
    return open_workplace(job_of(tmp_path))


def test_sizes_are_those_of_the_images_as_they_are_displayed(place: Workplace) -> None:
    asked = [f"images/{name}.jpg" for name in ("upright", "turned", "broken", "lost")]

    found = displayed_sizes(place, [*asked, "gs://another/secret.jpg", "../secret.jpg"])

    assert found == {"images/upright.jpg": (64.0, 48.0), "images/turned.jpg": (48.0, 64.0)}


def test_worst_images_are_pictured_where_the_model_is_worse(place: Workplace) -> None:
    worse = fallen_detector()
    assert worse.detection is not None
    expected = [one.image for one in worse.detection.worst if one.image]

    assert wrong_images(place, worse) == expected != []
    assert wrong_images(place, right_detector()) == []
    assert wrong_images(place, None) == []
