"""Looking at the newest images of the window: are they there, and can they be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from drift import window_images
from drift.setup.check_result import Check, CheckState, failed, fails, is_ok, look
from drift.stages import Workplace
from drift.window_images import WindowImages
from jobs.errors import DriftError
from jobs.image_locations import ImageLocation
from jobs.predictions.rows import PredictionRows
from reference_stats.extraction import extract

SAMPLED = 100
_ENOUGH_FOUND = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedImages:
    """What looking at some images gave.

    Attributes
    ----------
    share
        The share of the sampled rows whose image could be analysed.
    """

    checks: tuple[Check, ...]
    share: float = 0.0


def check_images(place: Workplace, rows: PredictionRows) -> CheckedImages:
    """Fetch and analyse the newest images of a window that has rows."""
    newest = _newest(rows, SAMPLED)
    located = place.locator.locate(newest.raw, place.log_url)
    try:
        extracted = extract(
            [one for one in located if isinstance(one, ImageLocation)],
            place.job.images,
            open_bucket=place.open_bucket,
            progress=place.progress,
        )
    except DriftError as error:
        return CheckedImages(checks=(failed("images", error),))
    window = window_images.join(newest, located, extracted)
    refused = Counter(one.reason for one in located if not isinstance(one, ImageLocation))
    share = window.counts.analysed / len(newest)
    checks = [_images(place, window, refused, len(newest)), *_cross_check(window)]
    return CheckedImages(checks=tuple(checks), share=share)


def _newest(rows: PredictionRows, count: int) -> PredictionRows:
    return replace(
        rows,
        fields=rows.fields.tail(count).reset_index(drop=True),
        raw=rows.raw.tail(count).reset_index(drop=True),
    )


def _images(place: Workplace, window: WindowImages, refused: Counter[str], sampled: int) -> Check:
    analysed = window.counts.analysed
    found = f"{analysed} of the {sampled} newest rows have an image that can be read"
    reasons = {**window.quality.reasons, **refused}
    if reasons:
        said = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        found += f"; the others: {said}"
    examples = [*window.quality.troubles, *window.log.examples]
    example = f" For instance {examples[0].name}." if examples and reasons else ""
    if analysed == 0:
        return fails(
            "images",
            found,
            f"images.path is {place.job.images.path!r}: make it name the objects that are there; "
            f"drift init tries what fits.{example}",
        )
    if analysed < _ENOUGH_FOUND * sampled:
        return look("images", found, f"Check images.path and what stores the images.{example}")
    return is_ok("images", found)


def _cross_check(window: WindowImages) -> list[Check]:
    """Compare numbers that the log carries with our own."""
    checked = window.quality.cross_check
    if not checked:
        return []
    differing = {name: count for name, count in checked.items() if count}
    if not differing:
        names = ", ".join(checked)
        return [is_ok("own numbers", f"the log's {names} agree with what is computed here")]
    said = ", ".join(f"{name} in {count} rows" for name, count in differing.items())
    return [
        Check(
            thing="own numbers",
            state=CheckState.LOOK,
            found=f"the log's own numbers differ from the images': {said}",
            mend="Is the stored image the one that the model saw? Runs use their own numbers.",
        )
    ]
