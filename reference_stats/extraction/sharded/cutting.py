"""From images of which something is not known to shards."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from jobs.images.locations import ImageLocation
from jobs.images.packed.names import PackedName
from jobs.job_file.names.logged_images import LOG_IMAGES_URL, LoggedImageName
from reference_stats.extraction.sharded.shard import Shard

# Whoever measures one of the images of an object that holds many reads all of it.
_MOST_PARTS_OF_AN_OBJECT = 8


def cut(
    images: Sequence[ImageLocation],
    used: Mapping[ImageLocation, int],
    versions: Mapping[str, str],
    *,
    shard_images: int,
    for_views: bool = False,
) -> list[Shard]:
    """Return images in shards of about equal size, in their order.

    Images that are in one object, packed or in the log, are in one shard up to twice
    `shard_images`. Where they are more, the object is cut by itself, into eight shards at most.

    Parameters
    ----------
    used
        The last uses of the images; empty where they are in no log.
    versions
        As of `WantedImages`.
    """
    shards = []
    for some in _portions(images, shard_images):
        times = [used[one] for one in some] if used else None
        shards.append(
            Shard(
                locations=tuple(some),
                used=None if times is None else np.array(times, dtype=np.int64),
                versions=_of_them(versions, some),
                for_views=for_views,
            )
        )
    return shards


def _of_them(versions: Mapping[str, str], images: Sequence[ImageLocation]) -> dict[str, str]:
    if not versions:
        return {}
    return {one.path: versions[one.path] for one in images if one.path in versions}


def _portions(images: Sequence[ImageLocation], most: int) -> Iterator[Sequence[ImageLocation]]:
    """Yield images such that few portions have images of the same object."""
    alone: list[ImageLocation] = []
    together: dict[tuple[str, str], list[ImageLocation]] = {}
    for image in images:
        holder = _holder(image)
        if holder is None:
            alone.append(image)
        else:
            together.setdefault((image.bucket_url, holder), []).append(image)
    if alone:
        yield from _evenly(alone, most)
    waiting: list[ImageLocation] = []
    for some in together.values():
        if len(some) > 2 * most:
            yield from _evenly(some, max(most, -(-len(some) // _MOST_PARTS_OF_AN_OBJECT)))
            continue
        if waiting and len(waiting) + len(some) > most:
            yield waiting
            waiting = []
        waiting += some
    yield from [waiting] if waiting else []


def _holder(image: ImageLocation) -> str | None:
    """Return the object that an image is in beside others; None for an object of its own."""
    if image.bucket_url == LOG_IMAGES_URL:
        logged = LoggedImageName.parse(image.name)
        return None if logged is None else logged.source
    packed = PackedName.parse(image.name)
    return None if packed is None else packed.shard


def _evenly(images: Sequence[ImageLocation], most: int) -> Iterator[Sequence[ImageLocation]]:
    number = -(-len(images) // most)
    edges = [len(images) * part // number for part in range(number + 1)]
    return (images[start:stop] for start, stop in itertools.pairwise(edges))
