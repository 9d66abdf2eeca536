"""The pictures of wrong answers that a run fetches: of its window, and of days long past."""

import dataclasses
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from drift.observations.window_images import WindowImages
from drift.publication import pictures_of_wrong_answers
from drift.workplace import Workplace, open_workplace
from reports.findings.model_quality.scores import WrongImage
from reports.findings.run import RunFindings
from reports.pages.run.thumbnails import MOST_WRONG_BYTES, MOST_WRONG_PICTURES
from tests.support import findings as examples
from tests.support.detector_qualities import fallen_detector
from tests.support.model_qualities import fallen, right
from tests.support.worlds import job_of, make_world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with images of the window and of an earlier day."""
    folder = tmp_path_factory.mktemp("wrong")
    make_world(folder, lights=(1.0,), requests=4, references=2)
    for number in range(12):
        picture(folder / f"images/past_{number:02d}.jpg", number)
    picture(folder / "images/now.jpg", 99)
    return folder


def picture(path: Path, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    path.write_bytes(out.getvalue())


def window(size_bytes: float) -> WindowImages:
    return WindowImages(
        rows=pd.DataFrame({"image": ["images/now.jpg"]}),
        features=pd.DataFrame({"size_bytes": [size_bytes]}),
    )


def run_with(*images: str) -> RunFindings:
    wrong = tuple(
        WrongImage(
            image=image, id=image, timestamp="", true="fox", predicted="dog", confidence=None
        )
        for image in images
    )
    quality = dataclasses.replace(fallen(), wrong=wrong)
    return dataclasses.replace(examples.steady(), model_quality=quality)


def place(folder: Path, **tables: object) -> Workplace:
    return open_workplace(job_of(folder, **tables))


def test_images_of_the_window_and_of_earlier_days_are_fetched_by_name(folder: Path) -> None:
    size = (folder / "images/now.jpg").stat().st_size
    found = run_with("images/now.jpg", "images/past_03.jpg", "", "images/lost.jpg")

    pictures = pictures_of_wrong_answers(place(folder), found, window(size))

    assert list(pictures) == ["images/now.jpg", "images/past_03.jpg"]
    assert all(data.startswith(b"\xff\xd8") for data in pictures.values())


def test_an_image_of_the_window_that_was_overwritten_since_is_not_shown(folder: Path) -> None:
    found = run_with("images/now.jpg", "images/past_03.jpg")

    pictures = pictures_of_wrong_answers(place(folder), found, window(1.0))

    assert list(pictures) == ["images/past_03.jpg"]


def test_of_a_detector_the_worst_images_are_fetched(folder: Path) -> None:
    quality = fallen_detector()
    assert quality.detection is not None
    worst = dataclasses.replace(quality.detection.worst[0], image="images/past_05.jpg")
    detection = dataclasses.replace(quality.detection, worst=(worst,))
    found = dataclasses.replace(
        examples.steady(), model_quality=dataclasses.replace(quality, detection=detection)
    )

    pictures = pictures_of_wrong_answers(place(folder), found, window(1.0))

    assert list(pictures) == ["images/past_05.jpg"]


def test_no_more_are_fetched_than_the_page_may_hold(folder: Path) -> None:
    found = run_with(*(f"images/past_{number:02d}.jpg" for number in range(12)))

    pictures = pictures_of_wrong_answers(place(folder), found, window(1.0))

    assert 0 < len(pictures) <= MOST_WRONG_PICTURES
    assert sum(map(len, pictures.values())) <= MOST_WRONG_BYTES


def test_nothing_is_read_for_a_model_that_holds_or_where_thumbnails_are_off(folder: Path) -> None:
    holds = dataclasses.replace(examples.steady(), model_quality=right())
    off = place(folder, reports={"thumbnails": False})

    assert pictures_of_wrong_answers(place(folder), holds, window(1.0)) == {}
    assert pictures_of_wrong_answers(place(folder), examples.steady(), window(1.0)) == {}
    assert pictures_of_wrong_answers(off, run_with("images/past_03.jpg"), window(1.0)) == {}


def test_an_image_outside_of_what_the_job_may_read_is_not_fetched(folder: Path) -> None:
    found = run_with("gs://another/images/a.jpg", "../secret.jpg")

    assert pictures_of_wrong_answers(place(folder), found, window(1.0)) == {}
