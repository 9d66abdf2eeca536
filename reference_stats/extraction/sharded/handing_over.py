"""From one extraction's unknown images to shards for others, and back to what they measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.errors import BucketAccessError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.cache_lookup import Known, KnownTogether
from reference_stats.extraction.cached_uses import RememberedUses
from reference_stats.extraction.image_reading import ImageReading, image_limits
from reference_stats.extraction.sharded.cutting import cut
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.sharded.handed_out import HandedOut
from reference_stats.extraction.sharded.known_together import PlacedDraft, take_together
from reference_stats.extraction.sharded.shard import Shard
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.cached_outcomes import CachedOutcomes
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
    lacking = reading.lacking
    new = [one for one in fresh if one not in lacking] if lacking else fresh
    if reading.known.may_look:
        new = [one for one in new if not reading.known.must_look(one.path)]
    seen_again = [one for one in fresh if one in lacking] if lacking else []
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
    draft: PlacedDraft,
) -> list[ImageLocation]:
    """Take over what others measured; return the images of which something is still not known.

    Parameters
    ----------
    cache
        Which they have added to.
    fresh
        The images of which something was not known, whether they were handed out or not.
    draft
        Where the outcomes are kept.
    """
    if handed.has_reached:
        reading.note_answer()
    looking, failure = reading.looking, handed.view_failure()
    if looking is not None:
        looking.recall([one.path for shard in handed.shards for one in shard.locations])
        if failure:
            looking.give_up(failure)
    measured = _Measured.of(handed, reading, cache)
    looked_at = handed.looked_at()
    left, known_now = list[ImageLocation](), dict[ImageLocation, Outcome]()
    places = draft.places_of(fresh)
    for place in take_together(
        fresh,
        measured.together,
        looking,
        lambda some, outcomes: draft.put_columns(places[some], outcomes),
    ):
        location = fresh[place]
        if location in measured.missing:
            known_now[location] = MissingImage()
            continue
        known = measured.find(location) or reading.lacking.pop(location, None)
        if known is None:
            left.append(location)
        elif location not in looked_at and reading.lacks_view(location, known):
            reading.lacking[location] = known
            left.append(location)
        else:
            known_now[location] = known
    draft.put_many(known_now)
    return left


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """What is known of the images that were handed out; the cache knew none of them before.

    They were read during this run, so that it is believed without a question, also where
    `images.immutable` is off.

    Attributes
    ----------
    by_name
        Of images whose versions were not listed.
    by_version
        Of the others; None where no version was listed.
    versions
        By path, the versions that were listed.
    missing
        The images that are not in their bucket.
    """

    by_name: CachedOutcomes
    by_version: CachedOutcomes | None
    versions: Mapping[str, str]
    missing: set[ImageLocation]

    @classmethod
    def of(cls, handed: HandedOut, reading: ImageReading, cache: FeatureCache) -> _Measured:
        """Return what the cache knows now."""
        shards = [shard for shard in handed.shards if not shard.for_views]
        paths = [one.path for shard in shards for one in shard.locations]
        rows = _of_their_uses(cache.rows(paths, reading.read_parts), paths, shards)
        limits, versions = image_limits(reading.settings), reading.known.versions
        return cls(
            by_name=cache.recall(rows, by_version=False, limits=limits),
            by_version=cache.recall(rows, by_version=True, limits=limits) if versions else None,
            versions=versions,
            missing=handed.missing(),
        )

    def together(self, images: Sequence[ImageLocation]) -> KnownTogether | None:
        """Return the features of some images; None where each has to be looked up by itself."""
        paths, known = [one.path for one in images], self.by_name
        if self.by_version is None:
            rows = known.rows_of(paths)
        elif all(path in self.versions for path in paths):
            known = self.by_version
            rows = known.rows_of([(path, self.versions[path]) for path in paths])
        else:
            return None
        if self.missing:
            rows[[one in self.missing for one in images]] = -1
        return KnownTogether(known, rows)

    def find(self, location: ImageLocation) -> Known | None:
        """Return what is known of an image."""
        path = location.path
        version = self.versions.get(path)
        if version is None or self.by_version is None:
            return self.by_name.find(path)
        return self.by_version.find(path, version)


def _of_their_uses(rows: pa.Table, paths: Sequence[str], shards: Sequence[Shard]) -> pa.Table:
    """Return the rows of the uses that the images were handed out for."""
    used = [shard.used for shard in shards if shard.used is not None]
    if not used:
        return rows
    uses = RememberedUses.of(rows, paths, np.concatenate(used))
    return uses.where(uses.own)
