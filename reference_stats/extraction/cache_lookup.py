"""What the cache remembers of one run's images, and which of them must be looked up first.

A stored image is usually written once: what is remembered under its name is believed. But names
are also used anew, as `latest.jpg` is. Then the rows of the log that name it differ in their times,
in one window or between two. So each row of the cache tells the time of its last use, and is
believed without a question only for that use. For another use the store is asked for the present
version of the object, and what is remembered of another version is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobs.buckets.bucket import ObjectInfo
from reference_stats.extraction.cached_uses import RememberedUses
from reference_stats.extraction.names_used_again import is_of_use
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.cached_outcomes import CachedOutcomes
from reference_stats.image_uses import Sighting, WantedImages
from reference_stats.outcomes import ImageFeatures, UnreadableImage
from reference_stats.size_limits import SizeLimits

Known = ImageFeatures | UnreadableImage
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """An image after the store was asked for its present version.

    Attributes
    ----------
    sighting
        What was told of the picture that stands for the image.
    known
        What is remembered of that picture; None where it has to be read.
    is_news
        Whether `known` should be remembered for the run's use too.
    """

    sighting: Sighting
    known: Known | None = None
    is_news: bool = False


class KnownTogether(NamedTuple):
    """Which images' features are known, of several that were asked for.

    Attributes
    ----------
    cached
        What is remembered.
    rows
        Of each image, for `CachedOutcomes.columns`; -1 where something else has to be asked.
    """

    cached: CachedOutcomes
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """What is known of a run's images before any of them is read.

    Attributes
    ----------
    own
        What is remembered for the very uses of this run.
    present
        What is remembered by version, to be taken once the present version is known.
    immutable
        `images.immutable`: whether `own` is believed without a question.
    versions
        By path, versions that were just listed.
    reused
        Paths that the run itself uses more than once.
    untold
        Those of them for which `own` does not tell when the picture was written.
    sources
        By path, what `own` was read from; only of images that are reused or looked up.
    later
        By path and version, a use that is remembered and later than the run's own.
    followed
        By path, the first use behind the run's own rows that the log tells.
    """

    own: CachedOutcomes | None = None
    present: CachedOutcomes | None = None
    immutable: bool = True
    versions: Mapping[str, str] = field(default_factory=dict)
    reused: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    sources: Mapping[str, Sighting] = field(default_factory=dict)
    later: Mapping[tuple[str, str], int] = field(default_factory=dict)
    followed: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        cache: FeatureCache | None,
        wanted: WantedImages,
        *,
        immutable: bool,
        limits: SizeLimits,
        read_parts: set[str] | None = None,
    ) -> Recollection:
        """Return what a cache remembers of some images; nothing where there is no cache.

        Parameters
        ----------
        read_parts
            The names of the cache's parts are added to it.

        Raises
        ------
        BucketAccessError
            If the cache's parts cannot be listed.
        """
        nothing = cls(immutable=immutable, versions=wanted.versions, reused=wanted.reused_paths)
        if cache is None:
            return nothing
        paths = [location.path for location in wanted.locations]
        rows = cache.rows(paths, read_parts)
        if wanted.used is None:
            # Images that are in no log: there is nothing but the name to know them by.
            by_name = immutable and not wanted.versions
            found = cache.recall(rows, by_version=not by_name, limits=limits)
            return replace(nothing, own=found) if by_name else replace(nothing, present=found)
        uses = RememberedUses.of(rows, paths, wanted.used)
        is_own = uses.own
        reused = is_own & uses.among(wanted.reused)
        # Of such an image it has to be known when its picture was written.
        untold = reused & ~uses.of_images(reused & uses.told)
        asked = ~uses.of_images(is_own) | untold if immutable else np.ones(len(rows), dtype=bool)
        return replace(
            nothing,
            own=cache.recall(uses.where(is_own), by_version=False, limits=limits),
            present=cache.recall(uses.where(asked), by_version=True, limits=limits),
            untold=uses.paths(untold),
            sources=uses.versions(reused if immutable else is_own),
            later=uses.later(),
        )

    def at_once(self, path: str) -> Known | None:
        """Return what is known of an image without asking the store."""
        if path in self.versions:
            return self._in_version(path, self.versions[path])
        if not self.immutable or path in self.untold:
            return None
        return self._own(path)

    def together_at_once(self, paths: Sequence[str]) -> KnownTogether | None:
        """Return features that `at_once` knows of some images; None where it has to be asked."""
        if self.versions:
            if self.present is None or not all(path in self.versions for path in paths):
                return None
            keys = [(path, self.versions[path]) for path in paths]
            return KnownTogether(self.present, self.present.rows_of(keys))
        if self.own is None or not self.immutable:
            return None
        rows = self.own.rows_of(paths)
        if self.untold:
            rows[[path in self.untold for path in paths]] = -1
        return KnownTogether(self.own, rows)

    @property
    def may_look(self) -> bool:
        """Whether there are images for which the store has to be asked."""
        return bool(self.reused or self.followed) or (
            self.present is not None and self.present.has_paths
        )

    def must_look(self, path: str) -> bool:
        """Return whether the store has to be asked for the present version of an image."""
        if path in self.versions:
            return False
        if path in self.reused or path in self.followed:
            return True
        return self.present is not None and self.present.has_path(path)

    def look(self, path: str, info: ObjectInfo, used: int | None = None) -> LookedUp:
        """Return what is known of an image whose present version is known.

        Parameters
        ----------
        used
            The run's own last use of it.
        """
        written = None if info.written is None else (info.written - _EPOCH) // _MICROSECOND
        own, source = self._own(path), self.sources.get(path)
        is_source = source is not None and source.version == info.version
        later = None if is_source else self._later_use(path, info.version, written, used)
        if own is not None and not is_source and (self.immutable or later is not None):
            # It was read when its use was the last one; another picture has its name now.
            return LookedUp(sighting=Sighting(version=info.version), known=own)
        known = self._in_version(path, info.version)
        seen = Sighting(
            version=info.version,
            written=written,
            used_later=later,
            replaced=own is not None and not is_source and known != own,
        )
        is_news = not is_source or (path in self.untold and written is not None)
        return LookedUp(sighting=seen, known=known, is_news=is_news and seen.is_certain)

    def is_same(self, path: str, outcome: object) -> bool:
        """Tell whether an image that was read is what is remembered for the run's own use."""
        own = self._own(path)
        return own is not None and own == outcome

    def _later_use(
        self, path: str, version: str, written: int | None, used: int | None
    ) -> int | None:
        """Return a later use that the present picture may be of; None where it is the run's own."""
        remembered = self.later.get((path, version))
        following = self.followed.get(path)
        if remembered is not None or following is None or used is None:
            return remembered
        seen = Sighting(version=version, written=written, used_later=following)
        return None if is_of_use(used, seen) else following

    def _own(self, path: str) -> Known | None:
        return None if self.own is None else self.own.find(path)

    def _in_version(self, path: str, version: str) -> Known | None:
        return None if self.present is None else self.present.find(path, version)
