"""From one image file to its outcome."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from reference_stats.decoding.decode import decode_image
from reference_stats.features.feature import Feature
from reference_stats.features.registry import compute_features
from reference_stats.fingerprint import fingerprint_of
from reference_stats.outcomes import ImageFeatures, UnreadableImage, accident_of, too_large
from reference_stats.size_limits import SizeLimits
from reference_stats.sums.decoded_image import DecodedImage


def measure(
    data: bytes,
    limits: SizeLimits,
    features: Sequence[Feature],
    *,
    show: Callable[[DecodedImage], object] | None = None,
) -> ImageFeatures | UnreadableImage:
    """Return the features of one image file, or why it has none.

    Parameters
    ----------
    show
        Called with the image, whose pixels may be overwritten afterwards; only of an image that has
        features.
    """
    if limits.max_bytes is not None and len(data) > limits.max_bytes:
        return too_large(len(data), limits.max_bytes)
    max_pixels = sys.maxsize if limits.max_pixels is None else limits.max_pixels
    image = decode_image(data, max_pixels=max_pixels, reuse_memory=True)
    if isinstance(image, UnreadableImage):
        return image
    try:
        values, fingerprint = compute_features(image, features), fingerprint_of(image)
    except (OSError, ImportError) as error:
        # The machine code is loaded when it is first needed.
        accident = accident_of(error)
        if accident is None:
            raise
        return accident
    if show is not None:
        show(image)
    return ImageFeatures(
        values=values, deep=image.is_deep, fingerprint=fingerprint, file=image.file
    )
