"""What every kind of image file becomes, with PIL and scikit-image as the judges."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.features.registry import compute_features
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import (
    MANY_PIXELS,
    SEVEN,
    encode,
    noise,
    photograph,
    reopen,
    seven_of,
)


def _palette_with_transparency() -> bytes:
    image = photograph("coffee").quantize(64)
    return encode(image, "PNG", transparency=bytes(range(64)))


def _sixteen_bits(order: str) -> Image.Image:
    samples = np.random.default_rng(3).integers(0, 65536, (31, 43))
    mode = "I;16B" if order == ">" else "I;16"
    return Image.frombytes(mode, (43, 31), samples.astype(f"{order}u2").tobytes())


def _rgb() -> Image.Image:
    return photograph()


def _grey() -> Image.Image:
    return photograph("camera").convert("L")


def _with_alpha(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.putalpha(Image.fromarray(noise((image.height, image.width), seed=4)))
    return image


FILES = {
    "JPEG": lambda: encode(_rgb(), "JPEG", quality=80),
    "JPEG, progressive, 4:4:4": lambda: encode(_rgb(), "JPEG", progressive=True, subsampling=0),
    "JPEG, grey": lambda: encode(_grey(), "JPEG"),
    "JPEG, CMYK": lambda: encode(_rgb().convert("CMYK"), "JPEG"),
    "PNG, RGB": lambda: encode(_rgb()),
    "PNG, RGBA": lambda: encode(_with_alpha(_rgb())),
    "PNG, grey": lambda: encode(_grey()),
    "PNG, grey with alpha": lambda: encode(_with_alpha(_grey())),
    "PNG, bilevel": lambda: encode(_grey().convert("1")),
    "PNG, palette": lambda: encode(_rgb().quantize(50)),
    "PNG, palette with transparency": _palette_with_transparency,
    "PNG, one transparent colour": lambda: encode(_rgb(), "PNG", transparency=(1, 2, 3)),
    "PNG, 16 bits": lambda: encode(_sixteen_bits("<")),
    "WebP": lambda: encode(_rgb(), "WEBP", quality=70),
    "WebP, lossless with alpha": lambda: encode(_with_alpha(_rgb()), "WEBP", lossless=True),
    "BMP": lambda: encode(_rgb(), "BMP"),
    "BMP, palette": lambda: encode(_rgb().quantize(16), "BMP"),
    "GIF": lambda: encode(_rgb().quantize(80), "GIF"),
    "GIF, many frames": lambda: encode(
        _rgb().quantize(80), "GIF", save_all=True, append_images=[_grey().resize((125, 94))]
    ),
    "TIFF": lambda: encode(_rgb(), "TIFF"),
    "TIFF, LZW": lambda: encode(_rgb(), "TIFF", compression="tiff_lzw"),
    "TIFF, CMYK": lambda: encode(_rgb().convert("CMYK"), "TIFF"),
    "TIFF, YCbCr": lambda: encode(_rgb().convert("YCbCr"), "TIFF"),
    "TIFF, palette with alpha": lambda: encode(_with_alpha(_rgb().quantize(40)), "TIFF"),
    "TIFF, 16 bits, little end first": lambda: encode(_sixteen_bits("<"), "TIFF"),
    "TIFF, 16 bits, big end first": lambda: encode(_sixteen_bits(">"), "TIFF"),
    "TIFF, 32 bits": lambda: encode(Image.fromarray(noise((9, 8)).astype(np.int32) * 9), "TIFF"),
    "TIFF, floating point": lambda: encode(
        Image.fromarray(noise((9, 8)).astype(np.float32) * 1.1), "TIFF"
    ),
}


def _decode(data: bytes) -> DecodedImage:
    image = decode_image(data, max_pixels=MANY_PIXELS)
    assert isinstance(image, DecodedImage), image
    return image


@pytest.mark.parametrize("kind", FILES)
def test_the_luma_is_what_pil_makes_of_the_files_own_mode(kind: str) -> None:
    data = FILES[kind]()
    image = _decode(data)
    np.testing.assert_array_equal(image.luma, np.asarray(reopen(data).convert("L")))
    assert image.luma.dtype == np.uint8
    assert image.size_bytes == len(data)


@pytest.mark.parametrize("kind", FILES)
def test_the_seven_are_those_of_scikit_image(kind: str) -> None:
    data = FILES[kind]()
    values = compute_features(_decode(data))
    expected = seven_of(np.asarray(reopen(data).convert("L")))
    for name in SEVEN:
        assert values[name] == pytest.approx(expected[name], abs=1e-9, rel=1e-12), name


@pytest.mark.parametrize(
    "kind", [kind for kind in FILES if "bits" not in kind and "fl" not in kind]
)
def test_the_colours_are_what_pil_makes_of_them(kind: str) -> None:
    data = FILES[kind]()
    np.testing.assert_array_equal(_decode(data).rgb, np.asarray(reopen(data).convert("RGB")))


@pytest.mark.parametrize(("file_format", "order"), [("PNG", "<"), ("TIFF", "<"), ("TIFF", ">")])
def test_sixteen_bits_are_clipped_in_the_luma_and_scaled_elsewhere(
    file_format: str, order: str
) -> None:
    samples = np.array([[0, 1, 128, 129, 255, 256, 257, 32768, 65406, 65407, 65535]])
    mode = "I;16B" if order == ">" else "I;16"
    image = Image.frombytes(mode, (11, 1), samples.astype(f"{order}u2").tobytes())
    decoded = _decode(encode(image, file_format))
    assert decoded.is_deep
    np.testing.assert_array_equal(decoded.luma[0], np.minimum(samples[0], 255))
    np.testing.assert_array_equal(decoded.grey[0], np.rint(samples[0] / 257))
    np.testing.assert_array_equal(decoded.rgb[0, :, 2], np.rint(samples[0] / 257))


def test_eight_bit_images_have_one_and_the_same_luma_and_grey() -> None:
    image = _decode(FILES["JPEG"]())
    assert image.grey is image.luma
    assert not image.is_deep


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([0.0, 0.5, 1.0, np.nan, -1.0], [0, 128, 255, 0, 0]),
        ([0.0, 0.5, 1.1], [0, 128, 255]),
        ([0.0, 100.4, 255.0, 400.0, np.inf], [0, 100, 255, 255, 255]),
    ],
)
def test_floating_point_counts_to_one_or_to_255(samples: list[float], expected: list[int]) -> None:
    image = _decode(encode(Image.fromarray(np.array([samples], np.float32)), "TIFF"))
    assert image.grey[0].tolist() == expected


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_turns_the_picture_but_not_the_seven(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if file_format == "WEBP" else {}
    plain = _decode(encode(_rgb(), file_format, **options))
    turned = _decode(encode(_rgb(), file_format, exif=exif, **options))
    swapped = orientation >= 5
    assert (turned.width, turned.height) == ((94, 125) if swapped else (125, 94))
    corners = [plain.rgb[0, 0], plain.rgb[0, -1], plain.rgb[-1, -1], plain.rgb[-1, 0]]
    # The corner of the file that is displayed at the top left, by the EXIF standard.
    shown = {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 3, 7: 2, 8: 1}[orientation]
    np.testing.assert_array_equal(turned.rgb[0, 0], corners[shown])
    before, after = compute_features(plain), compute_features(turned)
    for name in (*SEVEN, "sharpness", "noise_level", "colourfulness"):
        assert after[name] == pytest.approx(before[name], abs=1e-9), name
    if file_format == "JPEG":
        assert after["blockiness"] == pytest.approx(before["blockiness"], abs=1e-12)


def test_a_picture_of_several_bands_is_the_same_as_pils() -> None:
    whole = Image.fromarray(noise((1500, 1600, 3), seed=5))
    image = _decode(encode(whole, "BMP"))
    np.testing.assert_array_equal(image.rgb, np.asarray(whole))
    np.testing.assert_array_equal(image.luma, np.asarray(whole.convert("L")))


def test_the_first_frame_is_taken() -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    for file_format in ("GIF", "WEBP", "TIFF", "PNG", "MPO"):
        options = {"lossless": True} if file_format == "WEBP" else {}
        data = encode(first, file_format, save_all=True, append_images=[second], **options)
        red, _, blue = _decode(data).rgb[3, 3].astype(int)
        assert red > 250, file_format
        assert blue < 5, file_format


def test_broken_exif_does_not_cost_the_image() -> None:
    data = encode(_rgb(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert _decode(data).orientation == 1


def test_pixels_that_never_were_a_file_have_pils_luma_and_no_size() -> None:
    pixels = noise((20, 30, 3), seed=6)
    image = image_from_pixels(pixels)
    np.testing.assert_array_equal(image.luma, np.asarray(Image.fromarray(pixels).convert("L")))
    np.testing.assert_array_equal(image.rgb, pixels)
    assert (image.size_bytes, image.file, image.mode) == (0, None, "RGB")
    grey = image_from_pixels(pixels[..., 0])
    np.testing.assert_array_equal(grey.luma, pixels[..., 0])
    np.testing.assert_array_equal(grey.rgb[..., 2], pixels[..., 0])


def test_pixels_of_the_file_and_without_it_give_the_same_numbers() -> None:
    from_file = compute_features(_decode(FILES["PNG, RGB"]()))
    from_pixels = compute_features(image_from_pixels(np.asarray(_rgb())))
    for name in from_file:
        if name not in {"size_bytes", "bits_per_pixel", "transparency"}:
            assert from_pixels[name] == from_file[name], name


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_pixels_of_another_form_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected"):
        image_from_pixels(pixels)
