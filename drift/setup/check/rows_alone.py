"""Checks of a job without images: its reference, and the rows of its window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from drift.observations.logged_images import LoggedImages
from drift.observations.window_images import join
from drift.setup.check.images import CheckedImages
from drift.setup.check.reference_sources import CheckedReference
from drift.setup.check.result import Check, is_ok
from drift.workplace import Workplace
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.logged_features import further_numbers, logged_features
from reference_stats.profiles.build import build_profile
from reports.words.of_rows.sentences import in_rows


def check_reference_rows(place: Workplace) -> CheckedReference:
    """Return the content of a reference that is made of rows, by building its profile.

    Raises
    ------
    DriftError
        If a run could not build it.
    """
    profile = build_profile(place.source_context, now=place.clock())
    # A number that is a feature too stands in both.
    said = list(dict.fromkeys([*profile.features.columns, *profile.predictions.rows.columns]))
    found = f"{profile.images:,} rows ({profile.source}) with {', '.join(said[:12])}"
    more = f" and {len(said) - 12} more" if len(said) > 12 else ""
    return CheckedReference(
        checks=(is_ok("reference", found + more),),
        images=profile.images,
        has_predictions=bool(len(profile.predictions.rows.columns)),
        predictions=profile.predictions.rows,
        profile=profile,
    )


def check_window_rows(place: Workplace, rows: PredictionRows) -> CheckedImages:
    """Return the rows of a window that has some: each of them counts once."""
    job = place.job
    compared = [*logged_features(job), *further_numbers(job, rows)]
    named = job.predictions.columns
    compared += [one for one in (named.prediction, named.confidence) if one]
    found = f"none: {len(rows):,} rows are compared by themselves, in {', '.join(compared[:8])}"
    more = f" and {len(compared) - 8} more" if len(compared) > 8 else ""
    return CheckedImages(
        checks=(is_ok("pictures", found + more),),
        images=len(rows),
        window=join(LoggedImages.without_images(rows, job)),
    )


def told_in_rows(checks: Iterable[Check]) -> Iterator[Check]:
    """Yield checks with every sentence about rows in place of images."""
    for one in checks:
        yield replace(one, found=in_rows(one.found), mend=in_rows(one.mend))
