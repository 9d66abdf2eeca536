"""Which image each of the reference's predictions is of."""

import pandas as pd
import pytest

from jobs.images.locations import ImageLocator
from jobs.job_file.image_settings import ImageSettings
from reference_stats.profiles.prediction_images import name_images

IMAGES = [f"reference/{number:04d}.jpg" for number in range(40)]
LOCATOR = ImageLocator(bucket_url="bucket", settings=ImageSettings(path="{file}"))


def named(columns: dict[str, list], log_id: str = "id") -> list | None:
    raw = pd.DataFrame(columns, dtype=object)
    found = name_images(raw, LOCATOR, log_id, IMAGES)
    return None if found is None else found.astype(object).where(found.notna(), None).tolist()


@pytest.mark.parametrize(
    "called",
    [
        lambda image: image,
        lambda image: image.rpartition("/")[2],
        lambda image: f"/data/validation/{image.rpartition('/')[2]}",
        lambda image: "C:\\validation\\" + image.rpartition("/")[2],
    ],
)
def test_any_column_that_names_the_images_tells(called):
    boxes = [image for image in IMAGES for _ in range(3)]
    assert named({"score": ["0.5"] * 120, "path": [called(one) for one in boxes]}) == boxes


def test_an_id_without_the_ending_tells_too():
    assert named({"id": [f"{number:04d}" for number in range(40)]}) == IMAGES


def test_a_column_of_classes_is_not_taken_for_files_without_an_ending():
    assert named({"class": [f"{number % 10:04d}" for number in range(120)]}) is None


def test_rows_of_images_that_are_not_in_the_reference_stay_together():
    rows = ["other/a.jpg", "other/a.jpg", None]
    assert named({"file": rows}) == rows


def test_a_row_of_another_image_keeps_its_own_name():
    rows = [*IMAGES, "reference/gone.jpg"]
    assert named({"file": rows}) == rows


def test_a_log_that_names_no_image_tells_nothing():
    assert named({"class": ["cat"] * 40, "score": ["0.9"] * 40}) is None


def test_a_packed_image_is_called_by_its_member():
    packed = [f"reference/1.tar#{number:04d}.jpg" for number in range(40)]
    raw = pd.DataFrame({"file": [name.rpartition("#")[2] for name in packed]}, dtype=object)
    assert name_images(raw, LOCATOR, "id", packed).tolist() == packed
    raw = pd.DataFrame({"id": [f"{number:04d}" for number in range(40)]}, dtype=object)
    assert name_images(raw, LOCATOR, "id", packed).tolist() == packed
