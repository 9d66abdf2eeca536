"""The pictures that enter a model: as torchvision makes them, from every kind of image."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from reference_stats.decoding.decode import decode_image
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.features.registry import feature_set
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.preprocessing import picture_of
from reference_stats.size_limits import SizeLimits
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, photograph, reopen

LIMITS = SizeLimits(max_pixels=MANY_PIXELS, max_bytes=MANY_PIXELS)


def how(
    height: int = 24, width: int = 32, *, channels: int = 3, resize: int | None = None
) -> Preprocessing:
    zeros, ones = (0.0,) * channels, (1.0,) * channels
    return Preprocessing(
        height=height, width=width, channels=channels, mean=zeros, std=ones, resize=resize
    )


def picture(data: bytes, wanted: Preprocessing) -> NDArray[np.uint8]:
    image = decode_image(data, max_pixels=MANY_PIXELS)
    assert isinstance(image, DecodedImage)
    made = picture_of(image, wanted)
    assert made.shape == (wanted.height, wanted.width, wanted.channels)
    assert made.dtype == np.uint8
    return made


def as_torchvision(image: Image.Image, wanted: Preprocessing) -> NDArray[np.uint8]:
    """Return what its `Resize` and `CenterCrop` make of a PIL image, written out."""
    image = image.convert("L" if wanted.channels == 1 else "RGB")
    if wanted.resize is None:
        image = image.resize((wanted.width, wanted.height), Image.Resampling.BILINEAR)
    else:
        short, long = sorted(image.size)
        sides = (wanted.resize, int(wanted.resize * long / short))
        size = sides if image.width <= image.height else sides[::-1]
        image = image.resize(size, Image.Resampling.BILINEAR)
        left, top = (wanted.width - image.width) // 2, (wanted.height - image.height) // 2
        if left > 0 or top > 0:
            paper = Image.new(
                image.mode, (max(image.width, wanted.width), max(image.height, wanted.height))
            )
            paper.paste(image, (max(left, 0), max(top, 0)))
            image = paper
        top = round((image.height - wanted.height) / 2.0)
        left = round((image.width - wanted.width) / 2.0)
        image = image.crop((left, top, left + wanted.width, top + wanted.height))
    return np.asarray(image).reshape(wanted.height, wanted.width, wanted.channels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(125, 94), (94, 125), (32, 24), (41, 40), (20, 300), (9, 7)])
@pytest.mark.parametrize("resize", [None, 24, 33, 32, 20])
def test_a_picture_is_what_torchvision_makes_of_the_image(
    channels: int, size: tuple[int, int], resize: int | None
) -> None:
    data = encode(photograph(size=size))
    wanted = how(channels=channels, resize=resize)
    expected = as_torchvision(reopen(data), wanted)
    np.testing.assert_array_equal(picture(data, wanted), expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_as_it_is_displayed(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = encode(photograph(size=(60, 40)), "PNG", exif=exif)
    image = decode_image(turned, max_pixels=MANY_PIXELS)
    assert isinstance(image, DecodedImage)
    shown = Image.fromarray(np.ascontiguousarray(image.rgb))
    wanted = how(resize=30)
    np.testing.assert_array_equal(picture(turned, wanted), as_torchvision(shown, wanted))


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "LA", "1"])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_every_kind_have_a_picture(mode: str, channels: int) -> None:
    image = photograph().convert(mode)
    data = encode(image, "TIFF")
    wanted = how(channels=channels)
    expected = as_torchvision(reopen(data), wanted)
    np.testing.assert_allclose(picture(data, wanted), expected, atol=1)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_deep_image_is_scaled_not_clipped(channels: int) -> None:
    grey = np.linspace(0, 65535, 40 * 60).reshape(40, 60).astype(np.uint16)
    made = picture(encode(Image.fromarray(grey)), how(40, 60, channels=channels))
    np.testing.assert_array_equal(made[:, :, -1], np.rint(grey / 257))


def test_a_batch_makes_the_pictures_that_each_image_has_by_itself() -> None:
    """Small PNG and JPEG are measured together, the others one by one."""
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [
        encode(Image.fromarray(noise((28, 28)))),
        encode(Image.fromarray(noise((28, 28, 3)))),
        encode(Image.fromarray(noise((28, 28, 4)))),
        encode(photograph(), "JPEG"),
        encode(photograph(), "JPEG", exif=exif),
        encode(photograph().convert("L"), "JPEG"),
        encode(photograph().convert("CMYK"), "JPEG"),
        encode(photograph(size=(700, 500))),
        encode(Image.fromarray(noise((20, 20)).astype(np.uint16) * 200)),
        b"no image",
        encode(photograph(), "JPEG")[:300],
    ]
    for wanted in (how(28, 28, channels=1), how(28, 28), how(20, 20, resize=30)):
        measured = measure_many(files, LIMITS, feature_set(), picture=wanted)
        assert measured.pictures is not None
        assert measured.pictures.made.tolist() == [True] * 9 + [False] * 2
        for place, data in enumerate(files[:9]):
            expected = picture(data, wanted)
            np.testing.assert_array_equal(measured.pictures[place], expected, str(place))
        assert measured.pictures[9] is None
        assert measured.outcomes() == measure_many(files, LIMITS, feature_set()).outcomes()
