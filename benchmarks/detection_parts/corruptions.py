"""The 19 corruptions of ImageNet-C, as the package `imagecorruptions-imaug` computes them.

Source: D. Hendrycks and T. Dietterich, "Benchmarking neural network robustness to common
corruptions and perturbations", ICLR 2019. The package is no dependency of the project: it comes
with ``pip install image-drift[bench]``. Where its requirement `opencv-python` cannot be loaded
(a machine without a display), ``pip install --no-deps imagecorruptions-imaug`` and
``pip install opencv-python-headless numba`` do the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection_parts.seeds import generator_for

CORRUPTIONS = (
    "gaussian_noise", "shot_noise", "impulse_noise", "speckle_noise",
    "defocus_blur", "glass_blur", "motion_blur", "zoom_blur", "gaussian_blur",
    "snow", "frost", "fog", "spatter",
    "brightness", "contrast", "saturate",
    "elastic_transform", "pixelate", "jpeg_compression",
)  # fmt: skip


class CorruptionsMissingError(Exception):
    """The package that computes the corruptions is not installed."""


def require_corruptions() -> None:
    """Check that the package is there.

    Raises
    ------
    CorruptionsMissingError
        It is not; the message says how to get it.
    """
    try:
        import imagecorruptions  # noqa: F401, PLC0415 - asked for by one part only
    except ImportError as error:
        raise CorruptionsMissingError(
            "The faults need the package imagecorruptions-imaug, and importing it failed: "
            f"{error}. Install it with: pip install 'image-drift[bench]', or leave the part out "
            "with --only."
        ) from error


def corrupt(picture: NDArray[np.uint8], name: str, severity: int, number: int) -> NDArray[np.uint8]:
    """Return a corrupted copy of a picture.

    Parameters
    ----------
    picture
        uint8 of shape (height, width, 3), at least 32 pixels wide and high.
    name
        One of `CORRUPTIONS`.
    severity
        1 (mild) to 5.
    number
        The picture's number: the noise of two pictures is not the same, that of two calls is.
    """
    import imagecorruptions  # noqa: PLC0415 - asked for by one part only

    # The package draws from numpy's global generator.
    np.random.seed(int(generator_for(name, severity, number).integers(2**31)))  # noqa: NPY002
    corrupted = imagecorruptions.corrupt(
        np.ascontiguousarray(picture), corruption_name=name, severity=severity
    )
    found: NDArray[np.uint8] = np.asarray(corrupted).astype(np.uint8)
    return found
