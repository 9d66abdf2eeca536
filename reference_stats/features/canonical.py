"""Features of the same picture at a size that does not depend on the camera."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value
from reference_stats.sums.decoded_image import DecodedImage

_NAME = re.compile(r"(?P<name>.+)_at_(?P<side>[1-9][0-9]*)px")


def at_canonical_size(feature: Feature, shorter_side: int) -> Feature:
    """Return the same feature of the image made smaller, as a column of its own.

    Parameters
    ----------
    shorter_side
        As of `DecodedImage.scaled`: a smaller image is taken as it is.
    """
    return replace(
        feature,
        name=f"{feature.name}_at_{shorter_side}px",
        title=f"{feature.title} at {shorter_side} pixels",
        rises=f"{feature.rises} at {shorter_side} pixels",
        falls=f"{feature.falls} at {shorter_side} pixels",
        compute=functools.partial(_compute_scaled, feature.compute, shorter_side),
        rising=Sign.TRACE,
        falling=Sign.TRACE,
        behind=(),
        follows_resolution=False,
        reads_pixels=True,
    )


def split_name(name: str) -> tuple[str, int] | None:
    """Return of which feature and size a column's name speaks, or None."""
    found = _NAME.fullmatch(name)
    return None if found is None else (found["name"], int(found["side"]))


def _compute_scaled(
    compute: Callable[[DecodedImage], Value], shorter_side: int, image: DecodedImage
) -> Value:
    return compute(image.scaled(shorter_side))
