"""Which objects the images of a window lie in, and how often a store is asked for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.images.packed.names import PackedName
from jobs.job_file.names.logged_images import LOG_IMAGES_URL

# It is asked about, fetched, and asked about once more in case it changed in between.
_REQUESTS_A_PACKED_OBJECT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSources:
    """How the different images of a window lie.

    Attributes
    ----------
    rows
        How many rows name an image that may be read.
    alone
        How many are objects of their own.
    packed, packs
        How many are members of packed objects, and of how many such objects.
    logged
        How many stand in the log itself.
    """

    rows: int = 0
    alone: int = 0
    packed: int = 0
    packs: int = 0
    logged: int = 0

    @classmethod
    def of(cls, located: Iterable[ImageLocation | RefusedLocation]) -> ImageSources:
        """Return how the images of rows lie; each counts once, however many rows name it."""
        named = [one for one in located if isinstance(one, ImageLocation)]
        alone = packed = logged = 0
        packs: set[tuple[str, str]] = set()
        for one in set(named):
            parts = PackedName.parse(one.name)
            if one.bucket_url == LOG_IMAGES_URL:
                logged += 1
            elif parts is None:
                alone += 1
            else:
                packed += 1
                packs.add((one.bucket_url, parts.shard))
        return cls(rows=len(named), alone=alone, packed=packed, packs=len(packs), logged=logged)

    @property
    def images(self) -> int:
        """How many different images there are."""
        return self.alone + self.packed + self.logged

    @property
    def share_of_rows(self) -> float:
        """How many different images a row stands for."""
        return self.images / max(1, self.rows)

    @property
    def requests_an_image(self) -> float:
        """How many requests an image takes on average.

        Images in the log take none beside those for the log. A packed object that is read by
        ranges, as few of its members are wanted, takes more than is counted here.
        """
        return (self.alone + _REQUESTS_A_PACKED_OBJECT * self.packs) / max(1, self.images)
