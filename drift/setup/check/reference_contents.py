"""Checks the images of the reference: their number, copies, and images of the window itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drift.comparison.power import critical_value, images_needed
from drift.observations.reference.copies import CopyCount, has_times
from drift.observations.reference.shared_images import find_shared
from drift.observations.window_images import WindowImages
from drift.remarks.words.reference_size import too_small_words
from drift.setup.check.result import Check, look
from drift.setup.images.equal_objects import count_in_reference
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo
from reference_stats.profiles.profile import ReferenceProfile
from reports.words.numbers import counted


def check_size(
    place: Workplace, reference: int, window: int, *, has_predictions: bool
) -> Iterator[Check]:
    """Say if the reference has too few images to show a shift, and how many it needs.

    Parameters
    ----------
    reference, window
        The number of different images of the reference, and about how many a window holds.
    """
    detection = place.job.detection
    critical = critical_value(detection.false_alarm_rate, 1 + has_predictions)
    if reference and images_needed(reference, critical, detection.effect_to_see) is None:
        few = too_small_words(reference, window, critical=critical, effect=detection.effect_to_see)
        yield look("reference size", few, "Add images to it.")


def check_copies(found: CopyCount, profile: ReferenceProfile | None = None) -> Iterator[Check]:
    """Say which of the reference's images are copies of others.

    Parameters
    ----------
    profile
        The pinned profile, if there is one.
    """
    if not found.copies:
        return
    if profile is not None and has_times(profile):
        means = "They count by bursts, like those of the window."
    else:
        means = "Each picture counts once: " + counted(found.different, "different picture") + "."
    yield look("copies", found.words(), means)


def check_shared(
    place: Workplace,
    window: WindowImages,
    profile: ReferenceProfile | None,
    objects: Sequence[ObjectInfo],
) -> Iterator[Check]:
    """Say which of the window's images that were tried are in the reference too.

    Parameters
    ----------
    window
        The images of the window that were tried.
    profile, objects
        The pinned profile, or the objects below ``reference.images``.
    """
    if profile is not None:
        shared = find_shared(profile, window).images
    else:
        shared = count_in_reference(place.bucket, _own_objects(window), objects)
    if shared.count:
        verb = "is" if shared.count == 1 else "are"
        yield look(
            "on both sides",
            f"{shared.count:,} of the {shared.total:,} images tried of the window {verb} in the "
            "reference too",
            "A window that is compared with its own images hides a drift: take them out of the "
            "reference.",
        )


def _own_objects(window: WindowImages) -> list[ObjectInfo]:
    """Return the analysed images in the job's own bucket, without repetition."""
    names = window.rows["image"].loc[window.features.index].astype("str")
    sizes = window.features["size_bytes"]
    own = {
        name: int(size)
        for name, size in zip(names, sizes, strict=True)
        if "://" not in name and size == size  # noqa: PLR0124 - NaN where it is not known
    }
    return [ObjectInfo(name=name, size_bytes=size, version="") for name, size in own.items()]
