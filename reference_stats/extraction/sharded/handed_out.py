"""Images that one extraction hands to others, and what they tell of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from jobs.errors import BucketAccessError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.sharded.shard import Shard, ShardDone

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class HandedOut:
    """Shards at work elsewhere.

    Attributes
    ----------
    engine
        What measures them.
    shards
        The shards.
    can_read
        Tells whether the run's own machine may read an image.
    told
        What was told of each shard, by its name.
    by_name
        The shards by their names.
    """

    engine: Elsewhere
    shards: Sequence[Shard]
    can_read: Callable[[ImageLocation], bool]
    told: dict[str, ShardDone] = field(default_factory=dict)
    by_name: dict[str, Shard] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {shard.name: shard for shard in self.shards}

    def compute(self, progress: Callable[[int], None]) -> None:
        """Have all shards measured.

        Parameters
        ----------
        progress
            Called, in this thread, with the number of images that are done.

        Raises
        ------
        InputError
            As `Elsewhere.compute`; and where others may not read what this machine may.
        """
        images = 0

        def done(one: ShardDone) -> None:
            nonlocal images
            self.told[one.shard] = one
            if one.refusal and self.can_read(self.by_name[one.shard].locations[0]):
                _refused_elsewhere(self.by_name[one.shard], one.refusal)
            images += one.images
            progress(images)

        self.engine.compute(self.shards, done)
        _LOGGER.info(
            "%d images were handed out in %d shards, %d were computed there",
            sum(map(len, self.shards)),
            len(self.shards),
            self.computed,
        )

    @property
    def computed(self) -> int:
        """As of `ExtractionResult`."""
        return sum(one.computed for one in self.told.values())

    @property
    def has_reached(self) -> bool:
        """Whether a bucket gave an answer that is no refusal."""
        return any(one.computed or one.missing for one in self.told.values())

    def missing(self) -> set[ImageLocation]:
        """Return the images that were asked for and are not in their bucket."""
        return {
            shard.locations[place]
            for name, shard in self.by_name.items()
            if not shard.for_views and (one := self.told.get(name)) is not None
            for place in one.missing
        }

    def view_failure(self) -> str:
        """Return why the model is to be given up; empty where this machine can look at the rest.

        A worker or two that lost their model cost as many images as a run looks at by itself. More
        than that would take this machine hours, unsaid.
        """
        failed = [one for one in self.told.values() if one.view_problem]
        if not failed:
            return ""
        images, problem = sum(one.images for one in failed), failed[0].view_problem
        most = max(self.engine.fewest_images, 2 * self.engine.shard_images)
        if images > most:
            return (
                f"where the images were measured it failed in {len(failed)} of {len(self.told)} "
                f"shards: {problem}"
            )
        _LOGGER.warning(
            "the model failed in %d of %d shards, whose images this machine looks at: %s",
            len(failed),
            len(self.told),
            problem,
        )
        return ""


def _refused_elsewhere(shard: Shard, refusal: str) -> NoReturn:
    raise BucketAccessError(
        shard.locations[0].bucket_url,
        f"the machines that measure images were refused ({refusal}), and the machine of the run "
        "may read them. Give the workers or tasks the same rights on this bucket.",
    )
