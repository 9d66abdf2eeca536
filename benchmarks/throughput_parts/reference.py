"""The function of the system that this project replaces; it needs nothing of this project."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from skimage.filters import sobel
from skimage.measure import shannon_entropy


def reference_features(data: bytes) -> tuple[float, ...]:
    """Return the seven features as the reference system computes them."""
    grey = np.array(Image.open(io.BytesIO(data)).convert("RGB").convert("L"))
    return (
        float(np.mean(grey)),
        float(np.std(grey)),
        float(np.median(grey)),
        float(np.min(grey)),
        float(np.max(grey)),
        float(shannon_entropy(grey)),
        float(np.mean(sobel(grey))),
    )
