"""From images of which something is not known to shards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jobs.images.locations import ImageLocation
from reference_stats.extraction.sharded.shard import Shard


def cut(
    images: Sequence[ImageLocation],
    used: Mapping[ImageLocation, int],
    versions: Mapping[str, str],
    *,
    shard_images: int,
    for_views: bool = False,
) -> list[Shard]:
    """Return images in shards of about equal size, in their order.

    Images of one packed object that follow each other stay so, but a shard may begin within one.

    Parameters
    ----------
    used
        The last uses of the images; empty where they are in no log.
    versions
        As of `WantedImages`.
    """
    if not images:
        return []
    number = -(-len(images) // shard_images)
    parts = np.array_split(np.arange(len(images)), number)
    shards = []
    for part in parts:
        some = tuple(images[place] for place in part.tolist())
        times = [used[one] for one in some] if used else None
        shards.append(
            Shard(
                locations=some,
                used=None if times is None else np.array(times, dtype=np.int64),
                versions={one.path: versions[one.path] for one in some if one.path in versions},
                for_views=for_views,
            )
        )
    return shards
