"""From two sets of images to what is found: the job's own measuring and comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from drift.judgement import judge_window
from drift.observations.logged_images import LoggedImages
from drift.observations.segments.segment_values import segments_of
from drift.observations.window_counts import count_window
from drift.observations.window_images import join
from drift.two_sets.image_sets import HIDDEN, images_below
from drift.two_sets.options import (
    CURRENT,
    FEWEST,
    MOMENT,
    REFERENCE,
    REQUEST,
    CompareOptions,
    rows_of_one_moment,
)
from drift.two_sets.place import place_of
from drift.window.judged import Judged, RunInputs
from drift.workplace import Progress, Workplace
from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError, InputError, ObjectError
from reference_stats.extraction.extract import extract
from reference_stats.image_uses import WantedImages
from reference_stats.profiles.build import build_profile
from reference_stats.profiles.profile import ReferenceProfile

_FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedImages:
    """What is found in two sets of images, and where their pictures are.

    Attributes
    ----------
    judged, profile
        What is found, and the reference.
    place
        The workplace that reads both sides.
    """

    judged: Judged
    profile: ReferenceProfile
    place: Workplace


def judge_images(
    reference: Bucket,
    current: Bucket,
    options: CompareOptions,
    progress: Progress | None = None,
) -> JudgedImages:
    """Return what is found in two sets of images; every image is read once, nothing is written.

    Raises
    ------
    InputError
        If a side has too few images that can be read.
    """
    place = _place(reference, current, options, progress)
    opened = place.open_bucket(place.bucket.url)
    images_below(place.bucket, opened, REFERENCE, FEWEST)
    wanted = images_below(place.bucket, opened, CURRENT, FEWEST)
    try:
        profile = build_profile(place.source_context, now=MOMENT)
    except BucketAccessError:
        raise
    except ObjectError as error:
        # Its advice is about a job file.
        what = error.message.partition(" Expected ")[0]
        raise InputError(
            f"{REFERENCE}: {what} Expected at least {FEWEST} images that can be read."
        ) from error
    if profile.images < FEWEST:
        raise InputError(_unreadable(place, profile))
    judged = judge_window(place, _inputs(place, wanted, profile))
    return JudgedImages(judged=judged, profile=profile, place=place)


def _place(
    reference: Bucket, current: Bucket, options: CompareOptions, progress: Progress | None
) -> Workplace:
    job = options.job(
        predictions={"path": f"{CURRENT}/**"},
        images={"path": "{path}"},
        reference={"images": f"{REFERENCE}/", "exclude": list(HIDDEN)},
        segments={"columns": [_FOLDER], "hours": False},
    )
    return place_of(job, {REFERENCE: reference, CURRENT: current}, progress=progress)


def _inputs(place: Workplace, wanted: WantedImages, profile: ReferenceProfile) -> RunInputs:
    extracted = extract(
        wanted,
        place.job.image_rules,
        open_bucket=place.open_bucket,
        cache=None,
        progress=place.progress,
        features=place.features,
    )
    paths = [one.path for one in wanted.locations]
    raw = pd.DataFrame({_FOLDER: pd.array(_folders(paths), dtype="str").astype(object)})
    rows = rows_of_one_moment(len(paths), raw)
    logged = LoggedImages.of(rows, wanted.locations, extracted)
    segments = segments_of(logged, place.job)
    window = join(logged, segments)
    return RunInputs(
        request=REQUEST,
        predictions=rows,
        profile=profile,
        window=window,
        counts=count_window(logged, window),
        segments=segments,
        history=(),
    )


def _folders(paths: list[str]) -> list[str | None]:
    """Return the folder right below the side's own that each image is in; None in none."""
    parts = [PurePosixPath(one).parts for one in paths]
    return [one[1] if len(one) > 2 else None for one in parts]


def _unreadable(place: Workplace, profile: ReferenceProfile) -> str:
    reasons = ", ".join(f"{count:,} {why}" for why, count in Counter(profile.left_out).items())
    return (
        f"{REFERENCE}: only {profile.images:,} images of {place.bucket.url_of(f'{REFERENCE}/')} "
        f"can be read ({reasons}). Expected at least {FEWEST}: repair these files, or leave them "
        "out."
    )
