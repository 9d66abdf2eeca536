"""Which of the images that are wanted are not known yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jobs.images.locations import ImageLocation
from jobs.images.packed.names import shard_by_shard
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.cache_lookup import Recollection
from reference_stats.extraction.image_reading import ImageReading, image_limits
from reference_stats.extraction.sharded.handing_over import shards_of
from reference_stats.extraction.sharded.known_together import take_together
from reference_stats.extraction.sharded.shard import Shard
from reference_stats.extraction.viewing.opened_eyes import OpenedEyes
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.features.feature import Feature
from reference_stats.image_uses import WantedImages
from reference_stats.outcome_columns import OutcomeDraft


def unknown_of(
    reading: ImageReading,
    wanted: WantedImages,
    places: Mapping[ImageLocation, int],
    draft: OutcomeDraft | None = None,
) -> list[ImageLocation]:
    """Take over what is known at once; return the images of which something is not.

    It is noted in `reading` when these were used, and which names are used again later.

    Parameters
    ----------
    places
        The place of each image among those that are wanted, ascending from 0.
    draft
        Where what is known is kept; None to keep nothing.
    """
    unknown, images = list[ImageLocation](), list(places)
    for place in take_together(
        images,
        lambda some: reading.known.together_at_once([one.path for one in some]),
        reading.looking,
        None if draft is None else draft.put_columns,
    ):
        location = images[place]
        known = reading.known.at_once(location.path)
        if known is None:
            unknown.append(location)
        elif reading.lacks_view(location, known):
            reading.lacking[location] = known
            unknown.append(location)
        elif draft is not None:
            draft.put(place, known)
    fresh = shard_by_shard(unknown, lambda one: one.name)
    reading.used = wanted.last_uses(fresh)
    if len(fresh) > len(reading.lacking) and wanted.followed is not None:
        reading.known = replace(reading.known, followed=wanted.followed())
    return fresh


def unknown_shards(
    wanted: WantedImages,
    settings: ImageSettings,
    *,
    cache: FeatureCache,
    features: Sequence[Feature],
    seeing: Seeing | None,
    shard_images: int,
) -> list[Shard]:
    """Return the shards that `extract` would hand out of some images; no image is read.

    The parameters are those of `extract` and `Elsewhere`.

    Raises
    ------
    BucketAccessError
        If the caches cannot be listed.
    """
    with OpenedEyes.of(seeing, wanted.locations) as views:
        reading = ImageReading(
            settings=settings,
            features=tuple(features),
            buckets={},
            known=Recollection.load(
                cache, wanted, immutable=settings.immutable, limits=image_limits(settings)
            ),
            looking=views.looking,
        )
        places = {one: place for place, one in enumerate(dict.fromkeys(wanted.locations))}
        fresh = unknown_of(reading, wanted, places)
        return shards_of(reading, wanted, fresh, shard_images)
