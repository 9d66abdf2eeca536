"""Which images that a model got wrong have a picture on a run's page, and how large these are."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from drift.read_ahead import read_ahead
from drift.where.pictures.boxes_in_pictures import Size
from drift.workplace import Workplace
from jobs.errors import ObjectError
from reference_stats.extraction.image_reading import image_limits
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.outcomes import ImageFeatures
from reports.findings.model_quality.quality import ModelQuality, QualityState

_SIDES = ("width", "height")


def wrong_images(place: Workplace, quality: ModelQuality | None) -> list[str]:
    """Return the images that a worse model got wrong, the first ones to be pictured first.

    There are none where the model is not worse, or where pictures are switched off.
    """
    if quality is None or quality.state is not QualityState.DROPPED:
        return []
    if not place.job.reports.thumbnails:
        return []
    return [one.image for one in quality.shown if one.image]


def displayed_sizes(place: Workplace, images: Iterable[str]) -> dict[str, Size]:
    """Return width and height of stored images, turned as their EXIF tag says, by path.

    An image that may not be read, is not there, or is none is left out.
    """
    order = Order(names=_SIDES, limits=image_limits(place.job.image_rules))
    allowed = place.locator.named_before(images)

    def measure(image: str) -> Size | None:
        location = allowed[image]
        try:
            bucket = place.open_bucket(location.bucket_url)
            file = bucket.read(location.name, place.job.image_rules.max_bytes).data
        except ObjectError:
            # Whoever makes its picture says that there is none.
            return None
        found = DECODERS.measure(file, order)
        if not isinstance(found, ImageFeatures):
            return None
        width, height = (float(found.values[name]) for name in _SIDES)
        return (width, height) if width > 0 and height > 0 else None

    with closing(read_ahead(measure, allowed)) as sizes:
        return {image: size for image, size in sizes if size is not None}
