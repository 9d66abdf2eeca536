"""From one extraction's unknown images to shards for others, and back to what they measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from jobs.errors import BucketAccessError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.cache_lookup import Known
from reference_stats.extraction.cached_uses import RememberedUses
from reference_stats.extraction.image_reading import ImageReading, image_limits
from reference_stats.extraction.sharded.cutting import cut
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.sharded.handed_out import HandedOut
from reference_stats.extraction.sharded.shard import Shard
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.image_uses import WantedImages
from reference_stats.outcomes import MissingImage, Outcome


def hand_out(
    engine: Elsewhere, reading: ImageReading, wanted: WantedImages, fresh: Sequence[ImageLocation]
) -> HandedOut | None:
    """Return the images that others can measure, not handed out yet; None for too few of them.

    Nobody has to ask the store about these images first: images that are used more than once, or
    of which the cache knows another use, stay with this machine.

    Parameters
    ----------
    fresh
        The images of which something is not known.
    """
    if len(fresh) < engine.fewest_images:
        return None
    shards = shards_of(reading, wanted, fresh, engine.shard_images)
    if sum(map(len, shards)) < engine.fewest_images:
        return None

    def can_read(image: ImageLocation) -> bool:
        bucket = reading.buckets[image.bucket_url]
        (found,) = bucket.read_many([image.name], reading.settings.max_bytes)
        return not isinstance(found, BucketAccessError)

    return HandedOut(engine=engine, shards=shards, can_read=can_read)


def shards_of(
    reading: ImageReading, wanted: WantedImages, fresh: Sequence[ImageLocation], size: int
) -> list[Shard]:
    """Return those unknown images in shards that nobody has to ask the store about first."""
    new = [
        one for one in fresh if one not in reading.lacking and not reading.known.must_look(one.path)
    ]
    seen_again = [one for one in fresh if one in reading.lacking]
    used, versions = reading.used, wanted.versions
    return [
        *cut(new, used, versions, shard_images=size),
        *cut(seen_again, used, versions, shard_images=size, for_views=True),
    ]


def take_over(
    handed: HandedOut,
    reading: ImageReading,
    cache: FeatureCache,
    fresh: Sequence[ImageLocation],
    put_many: Callable[[Mapping[ImageLocation, Outcome]], None],
) -> list[ImageLocation]:
    """Take over what others measured; return the images of which something is still not known.

    Parameters
    ----------
    cache
        Which they have added to.
    fresh
        The images of which something was not known, whether they were handed out or not.
    put_many
        Takes the outcomes of images.
    """
    if handed.has_reached:
        reading.note_answer()
    looking, failure = reading.looking, handed.view_failure()
    if looking is not None:
        looking.recall([one.path for shard in handed.shards for one in shard.locations])
        if failure:
            looking.give_up(failure)
    find, missing = _measured(handed, reading, cache), handed.missing()
    left, known_now = list[ImageLocation](), dict[ImageLocation, Outcome]()
    for location in fresh:
        if location in missing:
            known_now[location] = MissingImage()
            continue
        known = find(location) or reading.lacking.pop(location, None)
        if known is None:
            left.append(location)
        elif reading.lacks_view(location, known):
            reading.lacking[location] = known
            left.append(location)
        else:
            known_now[location] = known
    put_many(known_now)
    return left


def _measured(
    handed: HandedOut, reading: ImageReading, cache: FeatureCache
) -> Callable[[ImageLocation], Known | None]:
    """Return what finds the outcome of an image that was handed out; the cache had none before.

    It was read during this run, so that it is believed without a question, also where
    `images.immutable` is off.
    """
    shards = [shard for shard in handed.shards if not shard.for_views]
    paths = [one.path for shard in shards for one in shard.locations]
    rows = _of_their_uses(cache.rows(paths, reading.read_parts), paths, shards)
    limits, versions = image_limits(reading.settings), reading.known.versions
    by_version = cache.recall(rows, by_version=True, limits=limits) if versions else None
    by_name = cache.recall(rows, by_version=False, limits=limits)
    handed_out = set(paths)

    def find(location: ImageLocation) -> Known | None:
        path = location.path
        if path not in handed_out:
            return None
        version = versions.get(path)
        if version is None or by_version is None:
            return by_name.find(path)
        return by_version.find(path, version)

    return find


def _of_their_uses(rows: pa.Table, paths: Sequence[str], shards: Sequence[Shard]) -> pa.Table:
    """Return the rows of the uses that the images were handed out for."""
    used = [shard.used for shard in shards if shard.used is not None]
    if not used:
        return rows
    uses = RememberedUses.of(rows, paths, np.concatenate(used))
    return uses.where(uses.own)
