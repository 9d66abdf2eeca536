"""A profile from images: all below a prefix, or those of a past window of the log."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator, RefusedLocation
from jobs.images.packed.listing import is_named_as_image, with_members
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.selection import object_names
from reference_stats.extraction.extract import extract
from reference_stats.extraction.names_used_again import names_used_again
from reference_stats.extraction.result import ExtractionResult
from reference_stats.image_uses import WantedImages, images_of_rows, moments_of
from reference_stats.outcomes import ImageFeatures, OverwrittenImage
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.prediction_images import rows_are_images
from reference_stats.profiles.profile import PredictionTable, image_records, segment_record
from reference_stats.profiles.stretch import read_stretch

logger = logging.getLogger(__name__)

_Place = ImageLocation | RefusedLocation
_OLDER = "earlier use of an image name that was used again"


def images_below_prefix(context: SourceContext) -> WantedImages:
    """Return the images below ``reference.images``, without measuring any.

    Raises
    ------
    ObjectError
        If they cannot be listed.
    """
    return _below_prefix(context)[0]


def _below_prefix(context: SourceContext) -> tuple[WantedImages, Counter[str]]:
    """Return the images, and the number of objects that are none, by reason."""
    prefix = str(context.job.reference.images)
    found = {found.name: found.version for found in context.bucket.list(prefix)}
    exclude = context.job.reference.exclude
    kept = not_excluded(found, prefix, exclude)
    inside = with_members(
        context.open_bucket(context.bucket.url), {name: found[name] for name in kept}
    )
    versions = inside.versions
    names = not_excluded(versions, prefix, exclude)
    images = [name for name in names if is_named_as_image(name)]
    locations = [
        ImageLocation(bucket_url=context.bucket.url, name=name, path=name) for name in images
    ]
    left_out: Counter[str] = Counter()
    if len(images) < len(names):
        left_out["not named as an image"] = len(names) - len(images)
    excluded = len(found) - len(kept) + len(versions) - len(names)
    if excluded:
        left_out["excluded by reference.exclude"] = excluded
    for name, problem in inside.unread.items():
        logger.warning("no reference image is read from %s: %s", name, problem)
        left_out["packed object that could not be read"] += 1
    # Listed anyway: an image that was replaced under its name is read again.
    return WantedImages.of(locations, versions=versions), left_out


def collect_prefix(context: SourceContext) -> ReferenceNumbers:
    """Return the features of all images below ``reference.images``.

    Where no image lies there but packed objects do, their members are the images.

    Raises
    ------
    ObjectError
        If nothing below the prefix is an image.
    """
    prefix = str(context.job.reference.images)
    wanted, no_images = _below_prefix(context)
    result = _extract(wanted, context)
    numbers, records, left_out = _table(result)
    left_out.update(no_images)
    _require_images(numbers, context.bucket.url_of(prefix), left_out)
    return ReferenceNumbers(
        features=numbers,
        predictions=PredictionTable.empty(),
        source=f"the images below {prefix}",
        left_out=left_out,
        records=records,
    )


def not_excluded(names: Iterable[str], prefix: str, globs: Sequence[str]) -> list[str]:
    """Return the names that no glob of ``reference.exclude`` matches.

    Parameters
    ----------
    prefix
        ``reference.images``; a glob with a slash in it is compared with what follows it.
    globs
        As in `reference.exclude`.
    """
    folder = prefix if prefix.endswith("/") or not prefix else prefix + "/"
    below = {name.removeprefix(folder): name for name in names}
    return [below[name] for name in object_names.not_excluded(below, globs)]


def images_of_stretch(context: SourceContext) -> WantedImages:
    """Return the images of the rows of ``reference.window``, without measuring any.

    Raises
    ------
    ObjectError
        If the log cannot be read.
    """
    rows, located = _logged(context)
    return images_of_rows(rows, located)


def _logged(context: SourceContext) -> tuple[PredictionRows, Sequence[_Place]]:
    """Return the rows of ``reference.window``, and where the image of each is."""
    locator = _locator(context)
    rows = read_stretch(context, extra_columns=locator.columns_used())
    return rows, locator.locate(rows.raw, context.bucket.url_of(context.job.predictions.path))


def collect_window(context: SourceContext) -> ReferenceNumbers:
    """Return what the stretch of the log that ``reference.window`` names holds.

    Raises
    ------
    ObjectError
        If no row of that stretch has a readable image.
    """
    rows, located = _logged(context)
    log_url = context.bucket.url_of(context.job.predictions.path)
    result = _extract(images_of_rows(rows, located), context)
    again = _used_again(rows, located, result)
    numbers, records, left_out = _table(result, again.past)
    left_out.update(again.left_out)
    left_out.update(place.reason for place in located if not isinstance(place, ImageLocation))
    left_out.update(rows.tally.losses)
    _require_images(numbers, log_url, left_out)
    span = rows.window
    # As in a window, a row whose image must not be read says nothing.
    kept = np.array([isinstance(place, ImageLocation) for place in located], dtype=np.bool_)
    named = [
        # What an overwritten picture showed is gone: its row is of no image of the reference.
        None if lost else place.path
        for place, lost in zip(located, again.gone, strict=True)
        if isinstance(place, ImageLocation)
    ]
    paths = pd.Series(named, dtype="str", name="image")
    return ReferenceNumbers(
        features=numbers,
        predictions=PredictionTable.of(rows.fields[kept], rows.probabilities, rows.numbers),
        prediction_images=None if rows_are_images(paths, list(records["image"])) else paths,
        source=f"the log from {span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC",
        left_out=left_out,
        records=records.join(
            _senders(rows, located, again.gone, context.job.segments.columns), on="image"
        ),
    )


def _locator(context: SourceContext) -> ImageLocator:
    return ImageLocator(
        bucket_url=context.bucket.url,
        settings=context.job.image_rules,
        day_first=context.job.predictions.day_first,
    )


def _senders(
    rows: PredictionRows,
    located: Sequence[_Place],
    gone: NDArray[np.bool_],
    segments: Sequence[str],
) -> pd.DataFrame:
    """Return client, time and segments of the first row that names each image, by its path.

    Rows whose picture was overwritten name none. A segment column that this stretch of the log
    does not have is left out.
    """
    paths = [place.path if isinstance(place, ImageLocation) else None for place in located]
    for row in np.flatnonzero(gone):
        paths[row] = None
    known = {
        segment_record(name): pd.array(rows.raw[name].to_numpy(dtype=object), dtype="str")
        for name in segments
        if name in rows.raw
    }
    senders = rows.fields[["client", "timestamp"]].assign(**known)
    senders = senders.set_axis(pd.Index(paths, dtype="str"), axis=0)
    return senders[senders.index.notna() & ~senders.index.duplicated()]


def _extract(images: WantedImages, context: SourceContext) -> ExtractionResult:
    return extract(
        images,
        context.job.image_rules,
        open_bucket=context.open_bucket,
        cache=context.cache,
        progress=context.progress,
        features=context.features,
        seeing=context.see(),
        elsewhere=context.elsewhere,
    )


def _table(
    result: ExtractionResult, past: frozenset[str] = frozenset()
) -> tuple[pd.DataFrame, pd.DataFrame, Counter[str]]:
    """Return numbers and records of the images that could be read, and what was left out.

    There is one row per image, in the order in which they are first named.

    Parameters
    ----------
    past
        Names that stand for other pictures now: they are left out, and not counted here.
    """
    # An image that several rows name is one observation.
    outcomes = {
        location.path: outcome
        for location, outcome in result.outcomes.items()
        if location.path not in past
    }
    images = {path: one for path, one in outcomes.items() if isinstance(one, ImageFeatures)}
    left_out = Counter(
        one.summary for one in outcomes.values() if not isinstance(one, ImageFeatures)
    )
    values = [dict(one.values) for one in images.values()]
    records = image_records(
        list(images),
        [one.fingerprint for one in images.values()],
        files=[one.file for one in images.values()],
    )
    return pd.DataFrame(values, columns=list(result.names), dtype="float64"), records, left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class _UsedAgain:
    """What names that are used again mean for a stretch of the log.

    Attributes
    ----------
    gone
        Which of all rows named a picture that was overwritten since.
    past
        The names of which no picture of the stretch is left.
    left_out
        The numbers of rows whose picture is not that of the stretch, or may not be.
    """

    gone: NDArray[np.bool_]
    past: frozenset[str]
    left_out: Counter[str]


def _used_again(
    rows: PredictionRows,
    located: Sequence[_Place],
    result: ExtractionResult,
) -> _UsedAgain:
    named = np.array([isinstance(place, ImageLocation) for place in located], dtype=bool)
    places = [place for place in located if isinstance(place, ImageLocation)]
    paths = np.array([place.path for place in places], dtype=object)
    moments = moments_of(rows.fields["timestamp"])[named]
    again = names_used_again(paths, moments, result.sightings)
    gone = np.zeros(len(located), dtype=bool)
    gone[named] = again.gone
    left_out = Counter({OverwrittenImage().summary: int(again.gone.sum()), _OLDER: again.unsure})
    past = frozenset(paths[again.gone].tolist()) - frozenset(paths[~again.gone].tolist())
    return _UsedAgain(gone=gone, past=past, left_out=+left_out)


def _require_images(numbers: pd.DataFrame, url: str, left_out: Counter[str]) -> None:
    if len(numbers):
        return
    found = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
    raise ObjectError(
        url,
        f"the reference has no readable image (found: {found or 'nothing at all'}). Expected at "
        "least one; correct [reference] in the job file.",
    )
