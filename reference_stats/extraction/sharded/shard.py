"""A portion of images that is measured elsewhere, and what is told of it afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from jobs.images.locations import ImageLocation
from reference_stats.image_uses import Moments, WantedImages


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shard:
    """Some images of which something is not known yet.

    Attributes
    ----------
    locations
        Where they are, each once.
    used
        The last use of each, as of `WantedImages`; None for images that are in no log.
    versions
        By path, the versions that were just listed.
    for_views
        Whether their features are known, so that only a model has to look at them.
    """

    locations: tuple[ImageLocation, ...]
    used: Moments | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    for_views: bool = False

    def __len__(self) -> int:
        return len(self.locations)

    @property
    def wanted(self) -> WantedImages:
        """The images as `extract` takes them."""
        return WantedImages(locations=self.locations, used=self.used, versions=self.versions)

    @property
    def name(self) -> str:
        """16 hexadecimal digits that the content alone decides."""
        return hashlib.sha256(self.as_bytes()).hexdigest()[:16]

    def as_bytes(self) -> bytes:
        """Return the shard as JSON; equal shards give equal bytes."""
        places = [[one.bucket_url, one.name, one.path] for one in self.locations]
        content = {
            "images": places,
            "used": None if self.used is None else self.used.tolist(),
            "versions": dict(self.versions),
            "for_views": self.for_views,
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Shard:
        """Return the shard that `as_bytes` made.

        Raises
        ------
        ValueError
            If the bytes are nothing that it makes.
        """
        try:
            content = json.loads(data)
            used = content["used"]
            return cls(
                locations=tuple(
                    ImageLocation(bucket_url=url, name=name, path=path)
                    for url, name, path in content["images"]
                ),
                used=None if used is None else np.array(used, dtype=np.int64),
                versions=content["versions"],
                for_views=content["for_views"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no shard: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardDone:
    """What became of a shard: its numbers are in the caches.

    Attributes
    ----------
    shard
        `Shard.name`.
    images
        How many images it has.
    computed
        How many of them were decoded or refused; the others never arrived.
    view_problem
        As of `ExtractionResult`.
    """

    shard: str
    images: int
    computed: int
    view_problem: str = ""
