"""What is done with files: the reference system's function, bare decoding, and this project's."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import simplejpeg
from PIL import Image

from benchmarks.throughput_parts.reference import reference_features
from jobs.job_file.image_settings import ImageSettings
from reference_stats.decoding.decode import decode_image
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.features.registry import FEATURES, compute_features
from reference_stats.size_limits import SizeLimits
from reference_stats.sums.decoded_image import DecodedImage

SETTINGS = ImageSettings(path="{id}")
LIMITS = SizeLimits(max_pixels=SETTINGS.max_pixels, max_bytes=SETTINGS.max_bytes)
SEVEN = FEATURES[:7]
# As many as are measured together: of more, the columns would leave the caches.
_BATCH_FILES, _BATCH_BYTES = 128, 8_000_000
_kept = threading.local()

Way = Callable[[Sequence[bytes]], object]


def decode_with_pil(data: bytes) -> object:
    """Decode to red, green and blue, as most programs do."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def decode_into_new_memory(data: bytes) -> object:
    """Decode a JPEG with libjpeg-turbo; one that it does not turn to RGB, with PIL."""
    try:
        return simplejpeg.decode_jpeg(data, "RGB")
    except ValueError:
        return decode_with_pil(data)


def decode_into_used_memory(data: bytes) -> object:
    """Do the same into memory that this thread used before, the fastest there is."""
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
        size = math.prod((height, width, 3))
        memory = getattr(_kept, "memory", None)
        if memory is None or memory.size < size:
            memory = _kept.memory = np.empty(size, np.uint8)
        return simplejpeg.decode_jpeg(data, "RGB", buffer=memory[:size])
    except ValueError:
        return decode_with_pil(data)


def seven_features(data: bytes) -> object:
    """Return the seven features alone, by this project's code."""
    image = decode_image(data, max_pixels=SETTINGS.max_pixels, reuse_memory=True)
    return compute_features(image, SEVEN) if isinstance(image, DecodedImage) else image


def all_features(files: Sequence[bytes]) -> None:
    """Compute all families of features and the fingerprints, by this project's code."""
    for batch in batches(files):
        measure_many(batch, LIMITS, FEATURES)


def batches(files: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield files in batches as `extract()` measures them: so many, or so many bytes."""
    batch: list[bytes] = []
    size = 0
    for data in files:
        if batch and (len(batch) == _BATCH_FILES or size + len(data) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(data)
        size += len(data)
    if batch:
        yield batch


def _of_each(function: Callable[[bytes], object]) -> Way:
    def way(files: Sequence[bytes]) -> None:
        for data in files:
            function(data)

    return way


REFERENCE: Way = _of_each(reference_features)
ALL = "all"
USED, NEW, PILLOW = "turbo, used memory", "turbo, new memory", "PIL"
WAYS: dict[str, Way] = {
    PILLOW: _of_each(decode_with_pil),
    NEW: _of_each(decode_into_new_memory),
    USED: _of_each(decode_into_used_memory),
    "seven": _of_each(seven_features),
    ALL: all_features,
}
_OF_JPEG = {NEW, USED}


def ways_for(file_format: str) -> dict[str, Way]:
    """Return the ways that make sense for a format: libjpeg-turbo reads JPEG alone."""
    return {
        name: way for name, way in WAYS.items() if file_format == "JPEG" or name not in _OF_JPEG
    }
