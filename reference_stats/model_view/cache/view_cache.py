"""The cache of a model's views: every image is looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.buckets.bucket import Bucket
from jobs.job_file.value_kinds import VIEWS_FOLDER
from reference_stats.feature_cache.compaction import compact
from reference_stats.feature_cache.part_store import PartStore, WantedPaths
from reference_stats.feature_cache.parts import pack
from reference_stats.model_view.cache.view_rows import (
    SeenImages,
    one_row_each,
    rows_of_views,
    seen_in,
    table_of,
)
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.views import ImageViews


class CachedViews:
    """What a cache remembers of some images, by their paths and outcomes.

    Parameters
    ----------
    seen
        What it remembers.
    """

    def __init__(self, seen: SeenImages) -> None:
        self._views = seen.views
        keys = zip(seen.paths, seen.digests, strict=True)
        self._places = dict(zip(keys, range(len(seen)), strict=True))

    def __len__(self) -> int:
        return len(self._places)

    def with_others(self, others: CachedViews) -> CachedViews:
        """Return these and others; of an image that both know, those of the others."""
        if not len(self):
            return others
        joined = CachedViews(SeenImages(paths=(), digests=(), views=self._views))
        joined._views = ImageViews.joined([self._views, others._views])
        behind = {key: len(self._views) + place for key, place in others._places.items()}
        joined._places = self._places | behind
        return joined

    def has(self, path: str, digest: bytes) -> bool:
        """Whether the view of an image is known."""
        return (path, digest) in self._places

    def place(self, path: str, digest: bytes) -> int | None:
        """Return the place of an image's view for `take`; None where it is not known."""
        return self._places.get((path, digest))

    def take(self, places: Sequence[int]) -> ImageViews:
        """Return the views at some places."""
        return self._views.take(np.array(places, dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCache:
    """The views of one definition: Parquet parts below ``<prefix>/views/<view id>/``.

    Attributes
    ----------
    bucket
        The job's own bucket.
    prefix
        ``reports.path`` of the job.
    definition
        Which model, and how it looks.
    adds_only
        As of `FeatureCache`.
    """

    bucket: Bucket
    prefix: str
    definition: ViewDefinition
    adds_only: bool = False

    @property
    def folder(self) -> str:
        """Where the parts are, with a slash at its end."""
        return f"{self.prefix.strip('/')}/{VIEWS_FOLDER}/{self.definition.id}/"

    def load(self, paths: Iterable[str], seen: set[str] | None = None) -> CachedViews:
        """Return what all parts together remember about some images.

        Parameters
        ----------
        seen
            As of `PartStore.find`.

        Raises
        ------
        BucketAccessError
            If the parts cannot be listed.
        """
        if self.adds_only:
            nothing = ImageViews.unknown(0, self.definition.width)
            return CachedViews(SeenImages(paths=(), digests=(), views=nothing))
        rows: pa.Table = one_row_each(self._store.find(WantedPaths.of(paths), seen))
        return CachedViews(seen_in(rows))

    def add(self, seen: SeenImages) -> None:
        """Write what a model saw as one part; nothing where that is no image.

        Raises
        ------
        ObjectError
            If the part could not be written.
        """
        if len(seen):
            self._store.write(pack(one_row_each(table_of(seen))))

    def compact(self) -> None:
        """Make few parts of many where that is due: see `feature_cache.compaction`.

        It may be called at any time, by any number of runs; whatever fails is a warning.
        """
        if not self.adds_only:
            compact(self._store)

    @property
    def _store(self) -> PartStore:
        kind = rows_of_views(self.definition.width)
        return PartStore(bucket=self.bucket, folder=self.folder, kind=kind)
