"""The feature cache in the bucket: every image is read and computed once."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectError, ObjectExistsError
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES, feature_names, feature_set_id
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    Outcome,
    UnreadableImage,
    UnreadableReason,
)

_LOGGER = logging.getLogger(__name__)
_DIGEST_LETTERS = 16
_PART_READERS = 16
_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("image", pa.string()),
    ("version", pa.string()),
    ("deep", pa.bool_()),
    ("reason", pa.string()),
    ("detail", pa.string()),
    ("limit", pa.int64()),
    ("fingerprint", pa.binary(FINGERPRINT_BYTES)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """What is remembered about one image.

    Attributes
    ----------
    path
        `ImageLocation.path`.
    version
        The version of the object that was read.
    outcome
        Its features, or why it has none.
    """

    path: str
    version: str
    outcome: ImageFeatures | UnreadableImage


class CachedOutcomes:
    """What a cache remembers, unpacked image by image when asked for.

    Parameters
    ----------
    table
        All parts, one below the other.
    names
        The features.
    by_version
        Whether an image is only known in the version that was read.
    """

    def __init__(self, table: pa.Table, names: tuple[str, ...], *, by_version: bool) -> None:
        self._table = table
        self._names = names
        self._by_version = by_version
        self._reasons = table.column("reason").to_pylist()
        self._deep = table.column("deep").to_numpy()
        self._fingerprints = table.column("fingerprint").to_pylist()
        self._numbers = np.column_stack([table.column(name).to_numpy() for name in names])
        self._rows = self._index()

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, path: str, version: str = "") -> ImageFeatures | UnreadableImage | None:
        """Return what is known about an image, or None.

        Parameters
        ----------
        path
            `ImageLocation.path`.
        version
            The object's present version; only looked at where the cache was loaded by version.
        """
        row = self._rows.get((path, version if self._by_version else ""))
        if row is None:
            return None
        if self._reasons[row] is None:
            values = FeatureValues(self._names, self._numbers[row])
            return ImageFeatures(
                values=values, deep=bool(self._deep[row]), fingerprint=self._fingerprints[row]
            )
        return UnreadableImage(
            reason=UnreadableReason[self._reasons[row]],
            detail=self._table.column("detail")[row].as_py(),
            limit=self._table.column("limit")[row].as_py(),
        )

    def has_path(self, path: str) -> bool:
        """Whether some version of an image is known."""
        return path in self._paths

    def _index(self) -> dict[tuple[str, str], int]:
        paths = self._table.column("image").to_pylist()
        self._paths = set(paths) if self._by_version else set()
        versions = self._table.column("version").to_pylist()
        if not self._by_version:
            versions = [""] * len(paths)
        # Later rows win: features over a refusal, a refusal under a larger limit over another.
        limits = self._table.column("limit").fill_null(-1).to_numpy()
        readable = np.array([reason is None for reason in self._reasons], dtype=bool)
        order = np.lexsort((limits, readable)).tolist()
        return {(paths[row], versions[row]): row for row in order}


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
    """

    bucket: Bucket
    prefix: str
    features: Sequence[Feature] = FEATURES

    @property
    def folder(self) -> str:
        """Where the parts are, with a slash at its end."""
        return f"{self.prefix.strip('/')}/features/{feature_set_id(self.features)}/"

    def load(self, *, by_version: bool = False) -> CachedOutcomes:
        """Return everything that all parts remember.

        Raises
        ------
        BucketAccessError
            If the parts cannot be listed.
        """
        names = [
            found.name for found in self.bucket.list(self.folder) if found.name.endswith(".parquet")
        ]
        with ThreadPoolExecutor(max_workers=_PART_READERS) as readers:
            parts = [part for part in readers.map(self._read, names) if part is not None]
        table = pa.concat_tables([self._schema().empty_table(), *parts])
        return CachedOutcomes(table, feature_names(self.features), by_version=by_version)

    def add(self, entries: Iterable[CacheEntry]) -> None:
        """Write what may be remembered of `entries` as one part; nothing where that is none.

        Raises
        ------
        ObjectError
            If the part could not be written.
        """
        kept = sorted(filter(_is_lasting, entries), key=lambda entry: (entry.path, entry.version))
        if not kept:
            return
        data = self._pack(kept)
        try:
            self.bucket.create(f"{self.folder}{_part_name(data)}", data)
        except ObjectExistsError:
            _LOGGER.debug("another run has written the same part of the feature cache")

    def _schema(self) -> pa.Schema:
        numbers = [(name, pa.float64()) for name in feature_names(self.features)]
        return pa.schema([*_FIELDS, *numbers])

    def _pack(self, entries: Sequence[CacheEntry]) -> bytes:
        outcomes = [entry.outcome for entry in entries]
        refused = [one if isinstance(one, UnreadableImage) else None for one in outcomes]
        nothing = np.full(len(self.features), np.nan)
        numbers = np.array(
            [one.values.numbers if isinstance(one, ImageFeatures) else nothing for one in outcomes]
        )
        columns: dict[str, object] = {
            "image": [entry.path for entry in entries],
            "version": [entry.version for entry in entries],
            "deep": [isinstance(one, ImageFeatures) and one.deep for one in outcomes],
            "reason": [None if one is None else one.reason.name for one in refused],
            "detail": ["" if one is None else one.detail for one in refused],
            "limit": [None if one is None else one.limit for one in refused],
            "fingerprint": [
                one.fingerprint if isinstance(one, ImageFeatures) else None for one in outcomes
            ],
        }
        columns |= dict(zip(feature_names(self.features), numbers.T, strict=True))
        target = io.BytesIO()
        pq.write_table(pa.table(columns, schema=self._schema()), target, compression="zstd")
        return target.getvalue()

    def _read(self, name: str) -> pa.Table | None:
        try:
            data = self.bucket.read(name).data
            if not name.endswith("/" + _part_name(data)):
                raise ValueError("the content does not fit the name")  # noqa: TRY301 - one warning
            table = pq.read_table(io.BytesIO(data))
            if table.schema.names != self._schema().names:
                raise ValueError("it has other columns")  # noqa: TRY301 - one warning for all
            return table.cast(self._schema())
        except (ObjectError, pa.ArrowException, OSError, ValueError) as error:
            url = self.bucket.url_of(name)
            _LOGGER.warning("%s: ignored this part of the feature cache: %s", url, error)
            return None


def _part_name(data: bytes) -> str:
    return f"part-{hashlib.sha256(data).hexdigest()[:_DIGEST_LETTERS]}.parquet"


def _is_lasting(entry: CacheEntry) -> bool:
    outcome: Outcome = entry.outcome
    return not (
        isinstance(outcome, UnreadableImage) and outcome.reason is UnreadableReason.OUT_OF_MEMORY
    )
