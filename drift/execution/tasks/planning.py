"""Making the plan of an execution: which images a run will want that nobody has measured."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from drift.days.records.unmade_images import images_of_unmade_blocks
from drift.execution.shard_sizes import median_pixels
from drift.execution.tasks.plan import ExecutionPlan, PlannedShard
from drift.execution.tasks.store import ExecutionStore
from drift.execution.tasks.this_machine import basis_of, view_id
from drift.model_view.pinned_views import images_to_view
from drift.pinned_profile import refuse_without_pin
from drift.window.reading import images_of_window, read_before_anything_is_written
from drift.workplace import Workplace
from jobs.times.windows import WindowRequest
from reference_stats.extraction.sharded.elsewhere import fitting_shard_images
from reference_stats.extraction.sharded.shard import Shard
from reference_stats.extraction.sharded.unknown import unknown_shards
from reference_stats.image_uses import WantedImages
from reference_stats.profiles.build import images_of_reference
from reference_stats.profiles.profile import ReferenceProfile

logger = logging.getLogger(__name__)


def make_plan(
    place: Workplace, store: ExecutionStore, request: WindowRequest, tasks: int
) -> ExecutionPlan:
    """Write the plan of an execution, or return that of another planner who was quicker.

    No lock is taken, and nothing is written beside the folder of the execution.

    Parameters
    ----------
    tasks
        How many tasks the array has.

    Raises
    ------
    DriftError
        If the run could not be done either: the log or the reference cannot be read.
    """
    shards: list[Shard] = []
    pinned = place.profiles.pinned_id()
    profile = None if pinned is None else place.profiles.load(pinned)
    pixels = None if profile is None else median_pixels(profile)
    shard_images = place.job.execution.shard_images or fitting_shard_images(pixels)
    for wanted in wanted_images(place, request, profile):
        # An image of another shard would be measured twice.
        planned = {one.path for shard in shards for one in shard.locations}
        shards += _unknown(place, wanted.without(planned), shard_images)
    plan = ExecutionPlan(
        tasks=tasks,
        basis=basis_of(place, request),
        request=request,
        shards=tuple(PlannedShard.of(one) for one in shards),
    )
    logger.info(
        "plan: %d images are not known, in %d shards for %d tasks",
        sum(map(len, shards)),
        len(shards),
        tasks,
    )
    return store.write(plan, shards)


def wanted_images(
    place: Workplace, request: WindowRequest, profile: ReferenceProfile | None
) -> Iterator[WantedImages]:
    """Yield the images that a run would want, stage by stage; none of them is read.

    Parameters
    ----------
    profile
        The pinned one; None where none is pinned yet.

    Raises
    ------
    DriftError
        As `make_plan`.
    """
    predictions = read_before_anything_is_written(place, request)
    if not place.job.has_images:
        return
    view, of_reference = place.viewer, None
    if profile is None:
        refuse_without_pin(place)
        of_reference = images_of_reference(place.source_context)
    elif view is not None:
        of_reference = images_to_view(place, profile, view.definition)
    if of_reference is not None:
        yield of_reference
    located, wanted = images_of_window(place, predictions)
    of_days = images_of_unmade_blocks(
        place,
        request,
        predictions,
        located,
        profile_id=None if profile is None else profile.id,
        view_id=view_id(place),
    )
    yield WantedImages.joined([wanted, *of_days])


def _unknown(place: Workplace, wanted: WantedImages, shard_images: int) -> list[Shard]:
    cache = place.feature_cache
    if cache is None or not len(wanted.locations):
        return []
    return unknown_shards(
        wanted,
        place.job.image_rules,
        cache=cache,
        features=place.features,
        seeing=place.seeing,
        shard_images=shard_images,
    )
