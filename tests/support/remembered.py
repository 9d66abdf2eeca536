"""Things to remember in a feature cache, and real buckets to remember them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.rows import CacheEntry
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES, feature_names
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    UnreadableImage,
    UnreadableReason,
)

BROKEN = UnreadableImage(reason=UnreadableReason.BROKEN, detail="JPEG: bad Huffman code")
# Few features make small parts, and many parts quick to write.
FEW = FEATURES[:3]


def features(
    seed: int = 0, *, deep: bool = False, chosen: Sequence[Feature] = FEATURES, **known: float
) -> ImageFeatures:
    """Return random features; the last one is NaN, those in `known` are as given."""
    names = feature_names(chosen)
    numbers = np.random.default_rng(seed).standard_normal(len(names))
    numbers[-1] = np.nan
    for name, value in known.items():
        numbers[names.index(name)] = value
    return ImageFeatures(
        values=FeatureValues(names, numbers),
        deep=deep,
        fingerprint=bytes([seed % 256]) * FINGERPRINT_BYTES,
        file=FileFacts(kind="PNG", mode="RGB", frames=1 + seed % 3),
    )


def few(seed: int = 0) -> ImageFeatures:
    """Return random features of the three in `FEW`."""
    return features(seed, chosen=FEW)


def entry(
    path: str,
    outcome: ImageFeatures | UnreadableImage,
    version: str = "1",
    used: int | None = None,
    written: int | None = None,
) -> CacheEntry:
    """Return what a cache is told about an image."""
    return CacheEntry(path=path, version=version, outcome=outcome, used=used, written=written)


def add_parts(
    cache: FeatureCache, number: int, first: int = 0
) -> Mapping[str, ImageFeatures | UnreadableImage]:
    """Add parts of two images each; return what they hold."""
    held: dict[str, ImageFeatures | UnreadableImage] = {}
    for part in range(first, first + number):
        new = {
            f"images/{part}_0.jpg": features(part, chosen=cache.features),
            f"images/{part}_1.jpg": BROKEN,
        }
        cache.add([entry(path, outcome) for path, outcome in new.items()])
        held |= new
    return held


def all_found(cache: FeatureCache, held: Mapping[str, ImageFeatures | UnreadableImage]) -> bool:
    """Whether a cache knows all of this, bit by bit."""
    known = cache.load(held)
    return all(known.find(path) == outcome for path, outcome in held.items())


def parts_of(bucket: Bucket, cache: FeatureCache) -> list[str]:
    """Return the names of all objects in the cache's folder."""
    return [info.name for info in bucket.list(cache.folder)]


def real_bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    """Return an empty folder, or an empty bucket of a server, as `request.param` says."""
    if request.param in {"gcs", "s3"}:
        scheme = {"gcs": "gs", "s3": "s3"}[request.param]
        server = request.getfixturevalue(f"{request.param}_server")
        return open_bucket(f"{scheme}://{server.make_bucket()}")
    folder = tmp_path / "bucket"
    folder.mkdir()
    return open_bucket(str(folder))
