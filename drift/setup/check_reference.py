"""Looking at the reference, and at what a window can show beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice
from pathlib import PurePosixPath

import pandas as pd

from drift.image_copies import find_copies
from drift.power import critical_value, images_needed, smallest_effect
from drift.reference_copies import count_copies, without_copies
from drift.reference_overlap import overlaps_reference
from drift.remarks.thumbnails import copies_in_profile
from drift.setup.check_examined import check_copies
from drift.setup.check_job_folder import check_lacking, check_new_job
from drift.setup.check_result import Check, failed, fails, is_ok, look, not_tried
from drift.setup.check_thumbnails import check_thumbnails
from drift.setup.equal_objects import find_equal
from drift.stages import Workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.errors import DriftError, ExitCode
from jobs.image_locations import ImageLocation
from jobs.predictions.reading import read_predictions
from jobs.timestamps import parse_timestamp
from jobs.windows import TimeWindow, WindowRequest
from reference_stats.extraction import (
    ImageFeatures,
    Outcome,
    extract,
)
from reference_stats.file_facts.facts import FileFacts
from reference_stats.profiles import from_table
from reference_stats.profiles.build import predictions_of_log, settings_digest
from reference_stats.profiles.from_images import IMAGE_ENDINGS, not_excluded
from reference_stats.profiles.profile import ReferenceProfile, check_definitions
from reports.wording import heic_advice

_LISTED = 100_000
_SAMPLED = 20
_ENOUGH_READABLE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReference:
    """What looking at the reference gave.

    Attributes
    ----------
    images
        How many different images it holds; None where that is not known.
    has_predictions
        Whether predictions are compared too.
    predictions
        The reference's predictions, as of `PredictionTable.rows`; None where there are none.
    files
        What those files are that were looked at.
    profile, objects
        The pinned profile, or what lies below ``reference.images``.
    """

    checks: tuple[Check, ...]
    images: int | None = None
    has_predictions: bool = False
    predictions: pd.DataFrame | None = None
    files: tuple[FileFacts, ...] = ()
    profile: ReferenceProfile | None = None
    objects: tuple[ObjectInfo, ...] = ()


def check_reference(place: Workplace) -> CheckedReference:
    """Look at the pinned profile, or at what a first one would be built from."""
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
        "images": _image_prefix,
        "features": _feature_table,
        "tensors": _tensors,
        "window": _stretch,
    }
    checked = looks[kind](place)
    checked = replace(checked, checks=(*check_new_job(place), *checked.checks))
    if place.job.reference.log is None:
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


def _image_prefix(place: Workplace) -> CheckedReference:
    prefix = str(place.job.reference.images)
    listed = islice(place.bucket.list(prefix), _LISTED)
    images = [one for one in listed if _is_named_as_image(PurePosixPath(one.name))]
    names = not_excluded([one.name for one in images], prefix, place.job.reference.exclude)
    kept = set(names)
    objects = [one for one in images if one.name in kept]
    url = place.bucket.url_of(prefix)
    if not names:
        return CheckedReference(
            checks=(fails("reference", f"{url} holds no image", "Correct reference.images."),)
        )
    step = max(1, len(names) // _SAMPLED)
    sample = [
        ImageLocation(bucket_url=place.bucket.url, name=name, path=name)
        for name in names[::step][:_SAMPLED]
    ]
    outcomes = extract(sample, place.job.images, open_bucket=place.open_bucket).outcomes
    good = sum(isinstance(one, ImageFeatures) for one in outcomes.values())
    lost = (one for one in outcomes.values() if not isinstance(one, ImageFeatures))
    heic = heic_advice(Counter(one.summary for one in lost))
    found = f"{len(names):,} images below {url}; {good} of {len(sample)} tried can be read"
    if not good:
        check = fails("reference", found, heic or "Correct reference.images or what lies there.")
    elif good < len(sample):
        left_out = "Unreadable images are left out of the profile."
        check = look("reference", found, f"{left_out} {heic}".strip())
    else:
        check = is_ok("reference", f"{found}; the first run builds the profile")
    equal = find_equal(place.bucket, objects)
    return CheckedReference(
        checks=(check, *check_copies(equal), *check_thumbnails(find_copies(prefix, names))),
        images=round(equal.different * good / len(sample)),
        files=_files(outcomes.values()),
        objects=tuple(objects),
    )


def _files(outcomes: Iterable[Outcome]) -> tuple[FileFacts, ...]:
    files = (one.file for one in outcomes if isinstance(one, ImageFeatures))
    return tuple(one for one in files if one is not None)


def _is_named_as_image(path: PurePosixPath) -> bool:
    """Leave out what file systems put beside an image under its name, such as ``._a.jpg``."""
    return path.suffix.lower() in IMAGE_ENDINGS and not path.name.startswith(".")


def _feature_table(place: Workplace) -> CheckedReference:
    numbers = from_table.collect(place.source_context)
    known = ", ".join(numbers.features.columns)
    found = f"{place.job.reference.features}: {len(numbers.features):,} rows of {known}"
    if numbers.features.empty:
        check = fails("reference", found, "No row has a readable feature; correct the table.")
    else:
        check = is_ok("reference", found)
    return CheckedReference(
        checks=(check,),
        images=len(numbers.features),
        has_predictions=bool(len(numbers.predictions.rows.columns)),
        predictions=numbers.predictions.rows,
    )


def _tensors(place: Workplace) -> CheckedReference:
    name = str(place.job.reference.tensors)
    size = place.bucket.info(name).size_bytes
    if find_spec("torch") is None:
        return CheckedReference(
            checks=(
                fails(
                    "reference",
                    f"{name} is there, but torch is not installed",
                    'Install it: pip install "image-drift[torch]"',
                    ExitCode.USAGE,
                ),
            )
        )
    said = f"{name} is there ({size:,} bytes); what is in it shows in drift profile build"
    return CheckedReference(checks=(not_tried("reference", said),))


def _stretch(place: Workplace) -> CheckedReference:
    window = place.job.reference.window
    zone = place.job.predictions.timezone
    try:
        start, end = (parse_timestamp(text, zone) for text in (window.start, window.end))  # type: ignore[union-attr]
    except ValueError as error:
        check = fails(
            "reference", f"reference.window: expected {error}", "Correct it.", ExitCode.USAGE
        )
        return CheckedReference(checks=(check,))
    if start >= end:
        check = fails(
            "reference",
            "reference.window starts after its end",
            "Exchange start and end.",
            ExitCode.USAGE,
        )
        return CheckedReference(checks=(check,))
    rows = read_predictions(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=end, last=end - start, most_rows=place.job.window.most_rows),
        extra_columns=place.locator.columns_used(),
    )
    located = place.locator.locate(rows.raw, place.log_url)
    distinct = list(dict.fromkeys(one for one in located if isinstance(one, ImageLocation)))
    step = max(1, len(distinct) // _SAMPLED)
    sample = distinct[::step][:_SAMPLED]
    outcomes = extract(sample, place.job.images, open_bucket=place.open_bucket).outcomes
    good = sum(isinstance(one, ImageFeatures) for one in outcomes.values())
    share = good / max(1, len(outcomes))
    found = (
        f"{len(rows):,} rows of the log from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC; "
        f"{good} of {len(outcomes)} images tried can be read"
    )
    check = is_ok("reference", found)
    if not good:
        check = fails("reference", found, "Let reference.window hold rows with images.")
    elif share < _ENOUGH_READABLE:
        check = look("reference", found, "Let reference.window hold rows whose images still exist.")
    named = place.job.predictions.columns
    return CheckedReference(
        checks=(check,),
        images=round(len(distinct) * share),
        files=_files(outcomes.values()),
        has_predictions=named.prediction is not None or named.confidence is not None,
        predictions=rows.fields,
    )


def check_overlap(place: Workplace, window: TimeWindow) -> Iterator[Check]:
    """Say where the window holds rows of the reference."""
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
    critical = critical_value(detection.false_alarm_rate, 1 + reference.has_predictions)
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
            f"{detection.effect_to_see:g} (detection.effect_to_see): quiet runs are inconclusive.",
        )
    return look(
        "window's size",
        found,
        f"About {needed:,} images would show {detection.effect_to_see:g} "
        "(detection.effect_to_see); with fewer, quiet runs are inconclusive.",
    )
