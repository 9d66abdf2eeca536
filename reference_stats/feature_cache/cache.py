"""The feature cache as extraction knows it: load what is remembered, add, compact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from jobs.buckets.bucket import Bucket
from jobs.job_file.value_kinds import FEATURES_FOLDER
from reference_stats.feature_cache.cached_outcomes import CachedOutcomes
from reference_stats.feature_cache.compaction import compact
from reference_stats.feature_cache.part_store import PartStore, WantedPaths
from reference_stats.feature_cache.parts import pack
from reference_stats.feature_cache.rows import (
    CacheEntry,
    believed,
    feature_rows,
    in_order,
    rows_of,
)
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES, feature_names, feature_set_id
from reference_stats.outcomes import ACCIDENTS, UnreadableImage
from reference_stats.size_limits import SizeLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCache:
    """The cache of one feature set: Parquet parts below ``<prefix>/features/<feature set>/``.

    A part is written once under a name made from its content and never changed, so that any
    number of runs may write at once. A part whose content does not fit its name is ignored.

    Attributes
    ----------
    bucket
        The job's own bucket.
    prefix
        ``reports.path`` of the job.
    features
        The features of the set.
    adds_only
        Whether nothing is looked up and nothing compacted: for one of many writers, who were told
        what is not there yet.
    """

    bucket: Bucket
    prefix: str
    features: Sequence[Feature] = FEATURES
    adds_only: bool = False

    @property
    def folder(self) -> str:
        """Where the parts are, with a slash at its end."""
        return f"{self.prefix.strip('/')}/{FEATURES_FOLDER}/{feature_set_id(self.features)}/"

    def is_of(self, features: Sequence[Feature]) -> bool:
        """Return whether the rows hold these features, of these versions and in this order."""
        # Features that are made on demand, as at a canonical size, equal no other object.
        return _definitions(self.features) == _definitions(features)

    def load(
        self,
        paths: Iterable[str],
        *,
        by_version: bool = False,
        limits: SizeLimits | None = None,
    ) -> CachedOutcomes:
        """Return what all parts together remember about some images.

        Parameters
        ----------
        paths
            `ImageLocation.path` of each; nothing is known about any other.
        by_version
            Whether an image is only known in the version that was read.
        limits
            What this run would refuse; by default nothing.

        Raises
        ------
        BucketAccessError
            If the parts cannot be listed.
        """
        return self.recall(self.rows(paths), by_version=by_version, limits=limits)

    def rows(self, paths: Iterable[str], seen: set[str] | None = None) -> pa.Table:
        """Return the rows of some images in all parts, as `rows.row_schema` has them.

        What an earlier version found that did not look at the files is not among them.

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
            return self._store.kind.schema.empty_table()
        return believed(self._store.find(WantedPaths.of(paths), seen))

    def recall(
        self, rows: pa.Table, *, by_version: bool, limits: SizeLimits | None
    ) -> CachedOutcomes:
        """Return what some of these rows tell; the parameters are those of `load`."""
        names = feature_names(self.features)
        return CachedOutcomes(rows, names, by_version=by_version, limits=limits)

    def add(self, entries: Iterable[CacheEntry]) -> None:
        """Write what may be remembered of `entries` as one part; nothing where that is none.

        Raises
        ------
        ObjectError
            If the part could not be written.
        """
        kept = [entry for entry in entries if _is_lasting(entry)]
        if kept:
            self._store.write(pack(in_order(rows_of(kept, feature_names(self.features)))))

    def compact(self) -> None:
        """Make few parts of many where that is due: see `compaction`.

        It may be called at any time, by any number of runs; whatever fails is a warning.
        """
        if not self.adds_only:
            compact(self._store)

    @property
    def _store(self) -> PartStore:
        kind = feature_rows(feature_names(self.features))
        return PartStore(bucket=self.bucket, folder=self.folder, kind=kind)


def _definitions(features: Sequence[Feature]) -> list[tuple[str, int]]:
    return [(feature.name, feature.version) for feature in features]


def _is_lasting(entry: CacheEntry) -> bool:
    outcome = entry.outcome
    return not (isinstance(outcome, UnreadableImage) and outcome.reason in ACCIDENTS)
