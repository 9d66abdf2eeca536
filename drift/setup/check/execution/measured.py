"""Measures what one image of the window costs on this machine."""

from __future__ import annotations

import time

from drift.setup.check.execution.night import ImageCost
from drift.setup.check.images import CheckedImages
from drift.workplace import Workplace
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.image_reading import image_limits
from reference_stats.extraction.isolated.failures import (
    DecoderStartError,
    DecodingBugError,
    FailedError,
)
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import DECODERS

MOST_TRIED = 20
# So many bytes of images are held at once, unless a single one is larger.
_MOST_BYTES = 64_000_000


def cost_of_images(place: Workplace, images: CheckedImages, view_s: float) -> ImageCost | None:
    """Read some of the images that could be read once more and measure what that takes.

    They are decoded in a process of their own, as in a run. Images that cannot be read any more
    are left out.

    Parameters
    ----------
    view_s
        Processor time of the model's look at an image; 0 without a model.

    Returns
    -------
    ImageCost | None
        None if no image could be measured.
    """
    started, began = time.thread_time(), time.perf_counter()
    files = _read(place, images.readable[-MOST_TRIED:])
    fetch_s, wait_s = time.thread_time() - started, time.perf_counter() - began
    if not files:
        return None
    order = Order(
        names=tuple(feature.name for feature in place.features),
        limits=image_limits(place.job.image_rules),
    )
    try:
        measure_s = DECODERS.seconds_of(files, order)
    except (DecoderStartError, DecodingBugError, FailedError):
        # Whether images can be read, others say; these could.
        return None
    return ImageCost(
        tried=len(files),
        cpu_s=(fetch_s + measure_s) / len(files),
        wait_s=max(0.0, wait_s - fetch_s) / len(files),
        size_bytes=images.bytes_an_image or sum(map(len, files)) / len(files),
        requests=images.sources.requests_an_image,
        view_s=view_s,
    )


def _read(place: Workplace, locations: tuple[ImageLocation, ...]) -> list[bytes]:
    files: list[bytes] = []
    room = _MOST_BYTES
    for one in locations:
        try:
            bucket = place.open_bucket(one.bucket_url)
            data = bucket.read(one.name, place.job.image_rules.max_bytes).data
        except ObjectError:
            continue
        files.append(data)
        room -= len(data)
        if room <= 0:
            break
    return files
