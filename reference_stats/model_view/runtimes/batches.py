"""How many images enter a model together."""

from __future__ import annotations

from reference_stats.model_view.definition import Preprocessing

_NUMBERS_AT_ONCE = {"cpu": 8 * 224 * 224 * 3, "cuda": 256 * 224 * 224 * 3}
"""Of what enters a model in one batch: larger ones are no faster."""
_MOST_IMAGES = {"cpu": 256, "cuda": 2048}


def images_at_once(shape: Preprocessing, device: str) -> int:
    """Return how many images of a shape a device looks at together."""
    one = shape.height * shape.width * shape.channels
    return max(1, min(_MOST_IMAGES[device], _NUMBERS_AT_ONCE[device] // one))
