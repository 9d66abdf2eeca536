"""Checks the reference, and which shifts a window can show against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drift.comparison.power import critical_value, images_needed, smallest_effect
from drift.observations.reference.copies import count_copies, without_copies
from drift.observations.reference.overlap import overlaps_reference
from drift.remarks.thumbnails import copies_in_profile
from drift.setup.check.job_folder import check_lacking, check_new_job
from drift.setup.check.reference_contents import check_copies
from drift.setup.check.reference_sources import (
    CheckedReference,
    check_feature_table,
    check_image_prefix,
    check_stretch,
    check_tensors,
)
from drift.setup.check.result import Check, failed, is_ok, look, not_tried
from drift.setup.check.rows_alone import check_reference_rows
from drift.setup.check.thumbnails import check_thumbnails
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.times.windows import TimeWindow
from reference_stats.logged_features import logged_features
from reference_stats.profiles.build import predictions_of_log, settings_digest
from reference_stats.profiles.profile import check_definitions


def check_reference(place: Workplace) -> CheckedReference:
    """Check the pinned profile, or the source from which the first profile would be built."""
    try:
        pinned = place.profiles.pinned_id()
        return _source(place) if pinned is None else _pinned(place, pinned)
    except DriftError as error:
        return CheckedReference(checks=(failed("reference", error),))


def _pinned(place: Workplace, pinned: str) -> CheckedReference:
    profile = place.profiles.load(pinned)
    check_definitions(profile)
    found = f"profile {pinned} of {profile.images:,} images is pinned ({profile.source})"
    check = is_ok("reference", found)
    if profile.settings_digest != settings_digest(place.job):
        check = look(
            "reference",
            f"{found}, made from other settings than [reference] now has",
            "Runs go on with the pinned one; drift profile build makes a new one.",
        )
    copies = copies_in_profile(place.job.reference, profile)
    return CheckedReference(
        checks=(
            check,
            *check_lacking(place, profile),
            *check_copies(count_copies(profile), profile),
            *check_thumbnails(copies),
        ),
        images=without_copies(profile).images,
        has_predictions=bool(len(profile.predictions.rows)),
        predictions=profile.predictions.rows,
        files=tuple(profile.files or ()),
        profile=profile,
    )


def _source(place: Workplace) -> CheckedReference:
    kind = place.job.reference.kinds[0]
    looks = {
        "images": check_image_prefix,
        "features": check_feature_table,
        "tensors": check_tensors,
        "window": check_stretch,
    }
    of_rows = not place.job.has_images and kind not in {"images", "tensors"}
    checked = check_reference_rows(place) if of_rows else looks[kind](place)
    checked = replace(checked, checks=(*check_new_job(place), *checked.checks))
    if place.job.reference.log is None or of_rows:
        return checked
    try:
        said = predictions_of_log(place.source_context, place.job.reference.log).rows
    except DriftError as error:
        return replace(checked, checks=(*checked.checks, failed("reference.log", error)))
    found = f"{place.job.reference.log}: {len(said):,} rows of predictions"
    return replace(
        checked,
        checks=(*checked.checks, is_ok("reference.log", found)),
        has_predictions=len(said) > 0,
        predictions=said,
    )


def check_overlap(place: Workplace, window: TimeWindow) -> Iterator[Check]:
    """Say if the window holds rows of the reference."""
    if overlaps_reference(place.job, window):
        yield look(
            "window",
            f"{window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC overlaps "
            "reference.window",
            "Images on both sides hide a drift: let reference.window end before the window.",
        )


def check_power(place: Workplace, images: int, reference: CheckedReference) -> Check:
    """Say which shifts such windows can show.

    Parameters
    ----------
    images
        About how many images the window holds.
    """
    detection, least = place.job.detection, place.job.window.min_images
    if images < least:
        return look(
            "window's size",
            f"about {images:,} images, fewer than window.min_images ({least:,})",
            "Such a run is always inconclusive: take a longer window.",
        )
    if reference.images is None:
        return not_tried("window's size", f"about {images:,} images; the reference is not known")
    families = _families(place, has_predictions=reference.has_predictions)
    critical = critical_value(detection.false_alarm_rate, families)
    seen = smallest_effect(reference.images, images, critical)
    needed = images_needed(reference.images, critical, detection.effect_to_see)
    shift = "nothing" if seen is None else f"shifts from about {seen:.2f} standard deviations on"
    found = f"about {images:,} images beside {reference.images:,} of the reference can show {shift}"
    if seen is not None and seen <= detection.effect_to_see:
        return is_ok("window's size", found)
    if needed is None:
        return look(
            "window's size",
            found,
            "The reference is too small for any window to show "
            f"{detection.effect_to_see:g} (detection.effect_to_see): quiet runs say nothing of it.",
        )
    return look(
        "window's size",
        found,
        f"About {needed:,} images would show {detection.effect_to_see:g} "
        "(detection.effect_to_see); with fewer, quiet runs say nothing of it.",
    )


def _families(place: Workplace, *, has_predictions: bool) -> int:
    """Return how many families of columns share the false alarm rate."""
    columns = place.job.predictions.columns
    if place.job.has_images:
        return 1 + has_predictions + bool(columns.numbers) + (place.job.model is not None)
    said = columns.prediction or columns.confidence or columns.probabilities
    own = logged_features(place.job)
    others = set(columns.numbers) - set(own)
    return max(1, bool(said) + bool(own) + bool(others))
