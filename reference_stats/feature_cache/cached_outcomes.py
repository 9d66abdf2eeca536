"""What the feature cache remembers about the images of one run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reference_stats.decoding.heif_api import can_read_heif
from reference_stats.feature_cache.rows import in_order
from reference_stats.file_facts.column import FileColumn
from reference_stats.file_facts.facts import facts_from_text
from reference_stats.fingerprint import FINGERPRINT_BYTES, WORDS
from reference_stats.outcome_columns import OutcomeColumns, Places, rows_of
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    UnreadableImage,
    UnreadableReason,
)
from reference_stats.size_limits import SizeLimits

Key = str | tuple[str, str]


class CachedOutcomes:
    """What a cache remembers, as columns; one image is unpacked when asked for.

    An outcome is given under the limits of this run: what another job found under larger or
    smaller ones is not known, unless it would be the same here.

    Parameters
    ----------
    rows
        The rows of the images that are `believed`, in any order.
    names
        The features.
    by_version
        Whether an image is only known in the version that was read.
    limits
        The limits of this run.
    """

    def __init__(
        self,
        rows: pa.Table,
        names: tuple[str, ...],
        *,
        by_version: bool = False,
        limits: SizeLimits | None = None,
    ) -> None:
        self._names = names
        self._by_version = by_version
        self._limits = limits or SizeLimits()
        self._paths = set(_texts(rows, "image")) if by_version else set[str]()
        self._refusals: dict[Key, UnreadableImage] = {}
        if pc.count_distinct(rows.column("image")).as_py() < rows.num_rows:
            rows = in_order(rows)
        refused = pc.is_valid(rows.column("reason"))
        if pc.any(refused).as_py():
            self._index_refusals(rows.filter(refused))
            rows = rows.filter(pc.invert(refused))
        self._index_features(rows)

    def __len__(self) -> int:
        return len(self._rows.keys() | self._refusals.keys())

    def find(self, path: str, version: str = "") -> ImageFeatures | UnreadableImage | None:
        """Return what is known about an image, or None.

        Parameters
        ----------
        path
            `ImageLocation.path`.
        version
            The object's present version; only looked at where the cache was loaded by version.
        """
        key = (path, version) if self._by_version else path
        row = self._rows.get(key)
        if row is None:
            return self._refusals.get(key)
        return ImageFeatures(
            values=FeatureValues(self._names, np.ascontiguousarray(self._numbers[row])),
            deep=bool(self._deep[row]),
            fingerprint=self._fingerprints[row].tobytes(),
            file=self._files[row],
        )

    def rows_of(self, keys: Sequence[Key]) -> Places:
        """Return the row of each image's features for `columns`; -1 where none are known.

        Parameters
        ----------
        keys
            The path of each image; its path and version where the cache was loaded by version.
        """
        get = self._rows.get
        return np.fromiter((get(key, -1) for key in keys), np.int64, len(keys))

    def columns(self, rows: Places) -> OutcomeColumns:
        """Return the features in some rows, in their order."""
        words = self._fingerprints[rows].view("<u8").astype(np.uint64, copy=False)
        return OutcomeColumns(
            names=self._names,
            numbers=rows_of(self._numbers, rows),
            fingerprints=words.reshape(len(rows), WORDS),
            deep=self._deep[rows],
            files=self._files.take(rows),
            lost={},
        )

    @property
    def has_paths(self) -> bool:
        """Whether some version of any image is known; only where it was loaded by version."""
        return bool(self._paths)

    def has_path(self, path: str) -> bool:
        """Whether some version of an image is known; only where it was loaded by version."""
        return path in self._paths

    def _index_features(self, rows: pa.Table) -> None:
        # One feature after the other in memory, as in the part and in the result.
        numbers = np.empty((len(self._names), rows.num_rows)).T
        for name, own in zip(self._names, numbers.T, strict=True):
            own[:] = rows.column(name).to_numpy()
        fits = self._fit(numbers)
        if not fits.all():
            rows, numbers = rows.filter(pa.array(fits)), numbers[fits]
        self._numbers = numbers
        self._deep: NDArray[np.bool_] = rows.column("deep").to_numpy()
        # A few different ones, whatever the number of images.
        files = rows.column("file").combine_chunks().dictionary_encode()
        kinds = tuple(facts_from_text(one) for one in files.dictionary.to_pylist())
        self._files = FileColumn(kinds, files.indices.to_numpy().astype(np.int32, copy=False))
        contents = b"".join(map(_contents, rows.column("fingerprint").chunks))
        self._fingerprints = np.frombuffer(contents, np.uint8).reshape(-1, FINGERPRINT_BYTES)
        # Of several versions the last one wins.
        self._rows = dict(zip(self._keys(rows), range(rows.num_rows), strict=True))

    def _fit(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell for each image whether this run would analyse it; where that is unknown, yes."""
        fits = np.ones(len(numbers), dtype=bool)
        columns = dict(zip(self._names, numbers.T, strict=True))
        if self._limits.max_pixels is not None and {"width", "height"} <= columns.keys():
            fits &= ~(columns["width"] * columns["height"] > self._limits.max_pixels)
        if self._limits.max_bytes is not None and "size_bytes" in columns:
            fits &= ~(columns["size_bytes"] > self._limits.max_bytes)
        return fits

    def _index_refusals(self, rows: pa.Table) -> None:
        fields = ("reason", "detail", "limit")
        values = zip(*(rows.column(name).to_pylist() for name in fields), strict=True)
        readable_now = {UnreadableReason.HEIC} if can_read_heif() else set[UnreadableReason]()
        for key, (reason, detail, limit) in zip(self._keys(rows), values, strict=True):
            if UnreadableReason[reason] in readable_now:
                continue
            refusal = UnreadableImage(reason=UnreadableReason[reason], detail=detail, limit=limit)
            now = self._limits.of(refusal.reason)
            # Under a larger limit it is worth another look.
            if limit is None or now is None or now <= limit:
                self._refusals[key] = refusal

    def _keys(self, rows: pa.Table) -> list[Key]:
        paths = _texts(rows, "image")
        if not self._by_version:
            return list(paths)
        return list(zip(paths, _texts(rows, "version"), strict=True))


def _texts(rows: pa.Table, name: str) -> list[str]:
    texts: list[str] = rows.column(name).to_numpy().tolist()
    return texts


def _contents(fingerprints: pa.FixedSizeBinaryArray) -> bytes:
    if not len(fingerprints):
        return b""
    content: bytes = fingerprints.buffers()[1].to_pybytes()
    start = fingerprints.offset * FINGERPRINT_BYTES
    return content[start : start + len(fingerprints) * FINGERPRINT_BYTES]
