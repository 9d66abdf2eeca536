"""What is said of a number whose reference is constant: in its own unit, image by image."""

from __future__ import annotations

from dataclasses import dataclass

# More digits than that say nothing of a grey level or a byte count that people know.
_ENOUGH = 6
_MOST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantReference:
    """A reference that is constant up to its column's resolution, and what the window holds.

    Attributes
    ----------
    low, high
        Between them lie all but one in a hundred values of the reference; equal where it is
        constant, up to rounding.
    resolution
        The smallest difference that means anything, in the column's unit. Only images that lie
        farther than that outside are counted in the effect, a share.
    reference_images
        How many images of the reference lie between them; copies count once.
    images
        How many images of the window do not, by however little; near-copies count once.
    lowest, highest
        The range of those; None where there is none.
    """

    low: float
    high: float
    resolution: float
    reference_images: int
    images: int
    lowest: float | None = None
    highest: float | None = None


def difference_words(constant: ConstantReference, images: int) -> str:
    """Return what the window holds elsewhere: ``254 in all images``.

    Parameters
    ----------
    images
        How many images of the window have the number, near-copies counted once.
    """
    if constant.lowest is None or constant.highest is None:
        return "the same" if constant.low == constant.high else "within the same range"
    # Values that differ are not told alike.
    then = _range(constant.low, constant.high)
    where = _range(constant.lowest, constant.highest, unlike=then)
    # A share and no count: images that are near-copies of each other count once here.
    part = (
        "all images" if constant.images >= images else f"{_share(constant, images)} of the images"
    )
    return f"{where} in {part}"


def reference_words(constant: ConstantReference, images: int) -> str:
    """Return what the reference holds: ``255 in all of the reference``.

    Parameters
    ----------
    images
        How many images of the reference have the number, copies counted once.
    """
    where = _range(constant.low, constant.high)
    if constant.reference_images >= images:
        return f"{where} in all of the reference"
    return f"{where} in nearly all of the reference"


def _share(constant: ConstantReference, images: int) -> str:
    share = 100 * constant.images / images
    return "less than 1 %" if share < 1 else f"{min(share, 99):.0f} %"


def _range(low: float, high: float, unlike: str = "") -> str:
    """Return the two ends with as many digits as tell them apart, and from other words."""
    words = ""
    for digits in range(3, _MOST):
        ends = [_number(end, digits) for end in (low, high)]
        words = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        told = ends[0] != ends[1] or float(ends[0]) == low == high or digits >= _ENOUGH
        if told and words != unlike:
            break
    return words


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text else text
