"""How many images go into a shard, where the job file leaves it open."""

from __future__ import annotations

import math
from dataclasses import replace

from drift.workplace import Workplace
from reference_stats.extraction.sharded.elsewhere import InShardsOf, fitting_shard_images
from reference_stats.profiles.profile import ReferenceProfile


def in_fitting_shards(place: Workplace, profile: ReferenceProfile) -> Workplace:
    """Return a workplace whose shards fit images as large as those of its reference.

    Without an engine, with `execution.shard_images`, and where the reference knows no sizes, it
    stays as it is. Engines and workers are told nothing: they take shards as they come.
    """
    engine = place.elsewhere
    if engine is None or place.job.execution.shard_images is not None:
        return place
    fitting = fitting_shard_images(median_pixels(profile))
    if fitting >= engine.shard_images:
        return place
    return replace(place, elsewhere=InShardsOf(engine=engine, shard_images=fitting))


def median_pixels(profile: ReferenceProfile) -> float | None:
    """Return the median of width times height of a reference's images; None without sizes."""
    if not {"width", "height"} <= set(profile.features) or not len(profile.features):
        return None
    median = float((profile.features["width"] * profile.features["height"]).median())
    return None if math.isnan(median) else median
