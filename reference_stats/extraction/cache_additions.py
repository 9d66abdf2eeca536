"""What one run learns about images, on its way into the feature cache."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from jobs.errors import ObjectError
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.rows import CacheEntry

_LOGGER = logging.getLogger(__name__)
# An interrupted run loses at most so many images.
_IMAGES_PER_PART = 5_000


@dataclass(slots=True, kw_only=True)
class Remembering:
    """Adds to a cache in parts; without a cache nothing is kept."""

    cache: FeatureCache | None
    unsaved: list[CacheEntry] = field(default_factory=list)
    has_added: bool = False

    def add(self, entry: CacheEntry) -> None:
        """Keep an entry, and write those that have come together where they fill a part.

        Raises
        ------
        ObjectError
            As `finish`.
        """
        if self.cache is None:
            return
        self.has_added = True
        self.unsaved.append(entry)
        if len(self.unsaved) >= _IMAGES_PER_PART:
            self._save()

    def finish(self) -> None:
        """Write what is not written yet, and compact the cache where something was added.

        Raises
        ------
        ObjectError
            If a part could not be written to a cache that is only added to; otherwise that is a
            warning.
        """
        self._save()
        if self.cache is not None and self.has_added:
            self.cache.compact()

    def _save(self) -> None:
        if self.cache is None or not self.unsaved:
            return
        try:
            self.cache.add(self.unsaved)
        except ObjectError as error:
            if self.cache.adds_only:
                # What is measured here reaches the run by way of the cache alone.
                raise
            _LOGGER.warning("the computed features could not be remembered: %s", error)
        self.unsaved.clear()
