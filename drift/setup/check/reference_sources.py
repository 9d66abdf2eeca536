"""Checks the sources from which a reference can be built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import PurePosixPath

import pandas as pd

from drift.observations.reference.smaller_copies import find_copies
from drift.setup.check.reference_contents import check_copies
from drift.setup.check.result import Check, failed, fails, is_ok, look, not_tried
from drift.setup.check.thumbnails import check_thumbnails
from drift.setup.images.equal_objects import find_equal
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.errors import ExitCode, ObjectError
from jobs.images.locations import ImageLocation
from jobs.images.packed.listing import is_named_as_image, with_members
from jobs.predictions.reading import read_predictions
from jobs.times.timestamps import parse_timestamp
from jobs.times.windows import WindowRequest
from reference_stats.extraction.extract import extract
from reference_stats.file_facts.facts import FileFacts
from reference_stats.outcomes import ImageFeatures, Outcome
from reference_stats.profiles import from_table
from reference_stats.profiles.from_images import not_excluded
from reference_stats.profiles.profile import ReferenceProfile
from reports.words.losses import heic_advice

_LISTED = 100_000
_SAMPLED = 20
_ENOUGH_READABLE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReference:
    """The result of looking at the reference.

    Attributes
    ----------
    images
        The number of different images; None if it is not known.
    has_predictions
        Whether predictions are compared too.
    predictions
        The reference's predictions, as in `PredictionTable.rows`; None if there are none.
    files
        Facts about the files that were looked at.
    profile, objects
        The pinned profile, or the objects below ``reference.images``.
    """

    checks: tuple[Check, ...]
    images: int | None = None
    has_predictions: bool = False
    predictions: pd.DataFrame | None = None
    files: tuple[FileFacts, ...] = ()
    profile: ReferenceProfile | None = None
    objects: tuple[ObjectInfo, ...] = ()


def _reference_images(place: Workplace, prefix: str) -> list[ObjectInfo]:
    """Return the images below a prefix, as a profile takes them."""
    bucket, exclude = place.open_bucket(place.bucket.url), place.job.reference.exclude
    listed = {one.name: one for one in islice(place.bucket.list(prefix), _LISTED)}
    kept = not_excluded(listed, prefix, exclude)
    inside = with_members(bucket, {name: listed[name].version for name in kept})
    for name, problem in inside.unread.items():
        raise ObjectError(bucket.url_of(name), problem)
    names = [
        name
        for name in not_excluded(inside.versions, prefix, exclude)
        if is_named_as_image(name) and not _is_hidden(name)
    ][:_LISTED]
    bucket.expect([name for name in names if name not in listed])
    return [listed[name] if name in listed else bucket.info(name) for name in names]


def _is_hidden(name: str) -> bool:
    """Return whether it is what file systems put beside an image, such as ``._a.jpg``."""
    return PurePosixPath(name).name.startswith(".")


def check_image_prefix(place: Workplace) -> CheckedReference:
    """Return the content of the folder of reference images, from a sample of its files."""
    prefix = str(place.job.reference.images)
    try:
        objects = _reference_images(place, prefix)
    except ObjectError as error:
        return CheckedReference(checks=(failed("reference", error),))
    names = [one.name for one in objects]
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
    outcomes = extract(sample, place.job.image_rules, open_bucket=place.open_bucket).outcomes
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
    equal = find_equal(place.open_bucket(place.bucket.url), objects)
    return CheckedReference(
        checks=(check, *check_copies(equal), *check_thumbnails(find_copies(prefix, names))),
        images=round(equal.different * good / len(sample)),
        files=_files(outcomes.values()),
        objects=tuple(objects),
    )


def _files(outcomes: Iterable[Outcome]) -> tuple[FileFacts, ...]:
    files = (one.file for one in outcomes if isinstance(one, ImageFeatures))
    return tuple(one for one in files if one is not None)


def check_feature_table(place: Workplace) -> CheckedReference:
    """Return whether the feature table can be read, and its content."""
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


def check_tensors(place: Workplace) -> CheckedReference:
    """Return whether the file of tensors can be read, and its content."""
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


def check_stretch(place: Workplace) -> CheckedReference:
    """Return the content of the part of the log that is the reference."""
    stretch = _stretch(place)
    if isinstance(stretch, Check):
        return CheckedReference(checks=(stretch,))
    rows = read_predictions(
        place.bucket,
        place.job.predictions,
        stretch,
        extra_columns=place.locator.columns_used(),
    )
    located = place.locator.locate(rows.raw, place.log_url)
    distinct = list(dict.fromkeys(one for one in located if isinstance(one, ImageLocation)))
    step = max(1, len(distinct) // _SAMPLED)
    sample = distinct[::step][:_SAMPLED]
    outcomes = extract(sample, place.job.image_rules, open_bucket=place.open_bucket).outcomes
    good = sum(isinstance(one, ImageFeatures) for one in outcomes.values())
    share = good / max(1, len(outcomes))
    named = place.job.predictions.columns
    return CheckedReference(
        checks=(_check_of_stretch(stretch, rows.log_rows, good, len(outcomes)),),
        images=round(len(distinct) * share),
        files=_files(outcomes.values()),
        has_predictions=named.prediction is not None or named.confidence is not None,
        predictions=rows.fields,
    )


def _stretch(place: Workplace) -> WindowRequest | Check:
    """Return the stretch that ``reference.window`` names, or what is wrong with it."""
    window = place.job.reference.window
    zone = place.job.predictions.timezone
    try:
        start, end = (parse_timestamp(text, zone) for text in (window.start, window.end))  # type: ignore[union-attr]
    except ValueError as error:
        return fails(
            "reference", f"reference.window: expected {error}", "Correct it.", ExitCode.USAGE
        )
    if start >= end:
        return fails(
            "reference",
            "reference.window starts after its end",
            "Exchange start and end.",
            ExitCode.USAGE,
        )
    return WindowRequest(end=end, last=end - start, most_rows=place.job.window.most_rows)


def _check_of_stretch(stretch: WindowRequest, rows: int, good: int, tried: int) -> Check:
    """Return what is said of a stretch by how many of its images can be read."""
    start, end = stretch.start, stretch.end
    found = (
        f"{rows:,} rows of the log from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC; "
        f"{good} of {tried} images tried can be read"
    )
    if not good:
        return fails("reference", found, "Let reference.window hold rows with images.")
    if good / max(1, tried) < _ENOUGH_READABLE:
        return look("reference", found, "Let reference.window hold rows whose images still exist.")
    return is_ok("reference", found)
