"""A box lies over the same part of the picture, whatever the image's size and orientation."""

import io

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from drift.where.pictures.boxes_in_pictures import (
    LONGEST_CLASS,
    BoxesOfImage,
    Size,
    boxes_in_picture,
    is_turned,
)
from reference_stats.decoding.decode import decode_image
from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.features.families.geometry import height, width
from reference_stats.sums.decoded_image import DecodedImage
from reports.findings.images import MOST_BOXES_DRAWN, BoxKind, PictureBoxes
from reports.pages.boxes.jpeg_size import jpeg_size

SIDES = st.integers(32, 8_000)
SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True).map(sorted)
# How a picture has to be stored so that its EXIF orientation turns it upright.
STORED = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: np.rot90,
    7: lambda pixels: np.rot90(pixels, 2).swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels, -1),
}


def boxes_of(
    corners: object, *, in_shares: bool = False, size: Size | None = None, count: int | None = None
) -> BoxesOfImage:
    array: NDArray[np.float64] = np.asarray(corners, dtype=np.float64).reshape(-1, 4)
    return BoxesOfImage(
        corners=array,
        in_shares=in_shares,
        size=size,
        classes=["dog"] * len(array),
        scores=np.linspace(0.2, 0.8, len(array)),
        count=len(array) if count is None else count,
    )


def sides_of(found: PictureBoxes) -> list[tuple[float, float, float, float]]:
    return [(one.left, one.top, one.right, one.bottom) for one in found.drawn]


@given(across=SHARES, down=SHARES, width=SIDES, height=SIDES, resized=st.floats(0.1, 4))
def test_shares_and_pixels_of_any_size_are_drawn_alike(across, down, width, height, resized):
    assume(across[1] - across[0] > 1e-3 and down[1] - down[0] > 1e-3)
    shares = np.array([across[0], down[0], across[1], down[1]])
    size = (float(width), float(height))
    displayed = (max(1.0, round(width * resized)), max(1.0, round(height * resized)))
    pixels = shares * [*size, *size]

    as_shares = boxes_in_picture(boxes_of(shares, in_shares=True), None, displayed)
    by_log = boxes_in_picture(boxes_of(pixels, size=size), None, displayed)
    by_image = boxes_in_picture(boxes_of(pixels), None, size)

    for found in (as_shares, by_log, by_image):
        assert np.allclose(sides_of(found), [shares], atol=1e-4)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("size", [(600, 400), (300, 900), (120, 90)], ids=str)
def test_a_box_covers_its_thing_in_the_thumbnail_of_a_turned_file(
    orientation: int, size: tuple[int, int]
) -> None:
    """Red things in a grey picture: the box is said in pixels of the picture as displayed."""
    box = np.array([0.1 * size[0], 0.2 * size[1], 0.4 * size[0], 0.7 * size[1]]).round()
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    pixels[int(box[1]) : int(box[3]), int(box[0]) : int(box[2])] = (255, 0, 0)
    data = stored(pixels, orientation)
    decoded, picture = decode_image(data, max_pixels=1_000_000), thumbnail(data)
    assert picture is not None
    assert isinstance(decoded, DecodedImage)

    found = boxes_in_picture(boxes_of(box), None, (width(decoded), height(decoded)))

    small = np.asarray(Image.open(io.BytesIO(picture))).astype(int)
    assert jpeg_size(picture) == (small.shape[1], small.shape[0])
    red = np.argwhere(small[..., 0] - small[..., 1] > 80)
    (top, left), (bottom, right) = red.min(axis=0), red.max(axis=0) + 1
    drawn = np.array(sides_of(found)[0]) * [*small.shape[1::-1], *small.shape[1::-1]]
    assert np.abs(drawn - [left, top, right, bottom]).max() <= 1.5


def stored(pixels: NDArray[np.uint8], orientation: int) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    out = io.BytesIO()
    turned = np.ascontiguousarray(STORED[orientation](pixels))
    Image.fromarray(turned).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


@given(width=SIDES, height=SIDES, resized=st.floats(0.25, 4))
@example(width=4032, height=3024, resized=0.1)
def test_a_size_is_told_from_that_of_the_turned_image(width, height, resized):
    assume(max(width, height) / min(width, height) > 1.2)
    size = (float(width), float(height))
    own = (float(max(32, round(width * resized))), float(max(32, round(height * resized))))
    assume(min(width, height) * resized >= 32)

    assert not is_turned(size, own)
    assert is_turned(size, own[::-1])


@pytest.mark.parametrize("found_in", [(640.0, 640.0), (640.0, 300.0)])
def test_a_model_input_of_another_shape_is_the_image_squeezed_and_not_turned(
    found_in: Size,
) -> None:
    assert not is_turned(found_in, (600.0, 400.0))
    assert not is_turned((500.0, 500.0), (500.0, 500.0))


def test_boxes_of_an_image_that_was_turned_since_are_not_drawn_at_a_wrong_place() -> None:
    boxes = boxes_of([10, 10, 50, 60], size=(480.0, 640.0))

    found = boxes_in_picture(boxes, None, (640.0, 480.0))

    assert (found.predicted, found.drawn) == (1, ())
    assert found.not_drawn_because.startswith("they were found in an image of 480 by 640 pixels")


def test_boxes_in_pixels_of_an_image_of_unknown_size_are_not_drawn() -> None:
    in_pixels = boxes_in_picture(boxes_of([10, 10, 50, 60]), None, None)
    in_shares = boxes_in_picture(boxes_of([0.1, 0.1, 0.5, 0.6], in_shares=True), None, None)

    assert in_pixels.drawn == ()
    assert in_pixels.not_drawn_because == (
        "they are in pixels, and the size of the image is not known"
    )
    assert len(in_shares.drawn) == 1
    assert in_shares.not_drawn_because == ""


def test_boxes_are_cut_at_the_edges_and_those_beside_the_picture_are_not_drawn() -> None:
    beside, across = [110, 10, 130, 20], [-20, 50, 40, 130]

    found = boxes_in_picture(boxes_of([beside, across]), None, (100.0, 100.0))

    assert sides_of(found) == [(0.0, 0.5, 0.4, 1.0)]
    assert found.predicted == 2


def test_of_very_many_boxes_the_most_certain_are_drawn_and_all_are_counted() -> None:
    corners = np.tile([0.1, 0.1, 0.5, 0.5], (1_000, 1))
    boxes = boxes_of(corners, in_shares=True, count=10_000)

    found = boxes_in_picture(boxes, None, (100.0, 100.0))

    assert found.predicted == 10_000
    scores = [one.score for one in found.drawn]
    assert scores == [float(f"{one:.4g}") for one in boxes.scores[::-1][:MOST_BOXES_DRAWN]]


def test_true_boxes_are_beside_the_predicted_ones_each_in_their_own_unit() -> None:
    predicted = boxes_of([0.1, 0.2, 0.3, 0.4], in_shares=True)
    true = BoxesOfImage(
        corners=np.array([[20.0, 20.0, 60.0, 40.0]]),
        in_shares=False,
        size=None,
        classes=["x" * 500],
        scores=np.array([np.nan]),
        count=1,
    )

    found = boxes_in_picture(predicted, true, (200.0, 100.0))

    assert [one.kind for one in found.drawn] == [BoxKind.PREDICTED, BoxKind.TRUE]
    assert sides_of(found) == [(0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4)]
    assert (found.drawn[1].score, len(found.drawn[1].class_name)) == (None, LONGEST_CLASS)
    assert (found.predicted, found.true) == (1, 1)


def test_an_image_without_boxes_has_none() -> None:
    found = boxes_in_picture(boxes_of([]), None, None)

    assert found == PictureBoxes(predicted=0, true=None, drawn=())
