"""Where colour lies in a picture of what a model looked at."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.model_view.definition import Preprocessing
from reports.pages.run.model_view.overlay import (
    HEAT_COLOUR,
    WHOLE,
    heat_of,
    overlaid,
    overlay_jpeg,
    seen_part,
)


def entering(height: int, width: int, resize: int | None = None) -> Preprocessing:
    return Preprocessing(
        height=height, width=width, channels=3, mean=(0.0,) * 3, std=(1.0,) * 3, resize=resize
    )


def spot(height: int, width: int, row: int, column: int) -> NDArray[np.float32]:
    """An attribution that is a block around one place."""
    found = np.zeros((height, width), dtype=np.float32)
    found[row - 4 : row + 4, column - 4 : column + 4] = 3.0
    return found


def hottest(picture: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the middle of the coloured place, row and column as shares of the picture."""
    colour = picture[:, :, 0].astype(float) - picture[:, :, 2]
    rows, columns = np.nonzero(colour > 0.5 * colour.max())
    return (rows.mean() + 0.5) / picture.shape[0], (columns.mean() + 0.5) / picture.shape[1]


def photograph_of(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (120, 120, 120)).save(out, "PNG")
    found = thumbnail(out.getvalue())
    assert found is not None
    return found


def drawn(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_picture_that_is_resized_as_a_whole_is_seen_as_a_whole() -> None:
    assert seen_part(entering(224, 224), 640, 480) == WHOLE


def test_the_middle_that_is_cut_out_lies_in_the_middle() -> None:
    part = seen_part(entering(224, 224, resize=256), 512, 256)

    assert (part.left, part.right) == pytest.approx((0.5 - 224 / 1024, 0.5 + 224 / 1024))
    assert (part.top, part.bottom) == pytest.approx((0.5 - 224 / 512, 0.5 + 224 / 512))


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1000, 300), (28, 28)])
@pytest.mark.parametrize("resize", [None, 64, 80, 48])
def test_colour_lies_where_the_model_looked(size: tuple[int, int], resize: int | None) -> None:
    preprocessing = entering(64, 64, resize=resize)
    # What enters the model is made as the model's own preprocessing does: a dot is looked for.
    width, height = size
    scale = None if resize is None else resize / min(size)
    row, column = 40, 24
    if scale is None:
        expected = ((row + 0.0) / 64, (column + 0.0) / 64)
    else:
        expected = (
            0.5 + (row - 32) / (scale * height),
            0.5 + (column - 32) / (scale * width),
        )

    picture = drawn(overlay_jpeg(photograph_of(size), spot(64, 64, row, column), preprocessing))

    assert hottest(picture) == pytest.approx(expected, abs=0.02)


def test_what_did_not_enter_the_model_is_darker_and_without_colour() -> None:
    grey = np.full((50, 100), 200, dtype=np.uint8)
    part = seen_part(entering(64, 64, resize=64), 100, 50)

    picture = overlaid(grey, np.ones((64, 64), dtype=np.float32), part)

    assert (picture[:, 50] == HEAT_COLOUR).all()
    assert np.ptp(picture[:, 5], axis=1).max() == 0
    assert picture[:, 5].max() < 0.6 * 200


def test_the_brightest_pixel_of_the_picture_is_darker_than_what_counted() -> None:
    grey = np.full((20, 20), 255, dtype=np.uint8)
    cold = overlaid(grey, np.zeros((20, 20), dtype=np.float32), WHOLE)
    weights = np.array([0.2126, 0.7152, 0.0722])

    assert cold.max() + 20 < weights @ HEAT_COLOUR


def test_the_hottest_half_per_cent_does_not_hide_the_rest() -> None:
    attribution = np.ones((100, 100), dtype=np.float32)
    attribution[0, :20] = 1000.0

    assert heat_of(attribution, (100, 100))[50, 50] == pytest.approx(1.0)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_an_attribution_that_says_nothing_leaves_the_picture_grey(value: float) -> None:
    attribution = np.full((10, 10), value, dtype=np.float32)

    assert heat_of(attribution, (7, 5)).tolist() == np.zeros((5, 7)).tolist()


def test_an_overlay_is_a_small_jpeg_without_metadata() -> None:
    data = overlay_jpeg(photograph_of((640, 480)), spot(64, 64, 20, 20), entering(64, 64))
    picture = Image.open(io.BytesIO(data))

    assert (picture.format, picture.size) == ("JPEG", (160, 120))
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(data) < 10_000
