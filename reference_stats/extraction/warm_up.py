"""Getting the machine code ready before the first image is there.

Run as ``python -m reference_stats.extraction.warm_up`` to compile it for all later runs, for
instance while a container image is built.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from reference_stats.decoding.decode import decode_image
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.features.registry import FEATURES, compute_features
from reference_stats.fingerprint import fingerprint_of
from reference_stats.size_limits import SizeLimits
from reference_stats.sums.decoded_image import DecodedImage

_MANY_PIXELS = 1_000


def warm_up() -> None:
    """Load the machine code that images need, or compile it where nothing is stored yet.

    Takes a second in the first case and half a minute in the second, mostly without the
    interpreter's lock; any number of threads may call it.
    """
    pixels = np.arange(20 * 20 * 3, dtype=np.uint8).reshape(20, 20, 3)
    files: list[bytes] = []
    turned = Image.Exif()
    turned[0x0112] = 6
    for picture in (Image.fromarray(pixels), Image.fromarray(pixels[:, :, 0])):
        for file_format in ("JPEG", "PNG"):
            file = io.BytesIO()
            options = {"exif": turned} if file_format == "JPEG" else {}
            picture.save(file, file_format, **options)
            image = decode_image(file.getvalue(), max_pixels=_MANY_PIXELS)
            if not isinstance(image, DecodedImage):
                raise TypeError(f"a picture of this program's own cannot be read: {image}")
            compute_features(image)
            fingerprint_of(image)
            files.append(file.getvalue())
    # Of those that are not turned: each kernel is for pictures of every kind.
    measure_many(files, SizeLimits(), FEATURES)


if __name__ == "__main__":
    warm_up()
