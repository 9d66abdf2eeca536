"""Checks whether some images of the window exist and can be read."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from drift.observations.logged_images import LoggedImages
from drift.observations.window_counts import WindowCounts, count_window
from drift.observations.window_images import WindowImages, join
from drift.setup.check.image_sources import ImageSources
from drift.setup.check.result import Check, CheckState, failed, fails, is_ok, look
from drift.setup.check.reused_names import check_reused_names
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.outcomes import ImageFeatures
from reports.words.losses import heic_advice

SAMPLED = 100
_ENOUGH_FOUND = 0.97
_NEARLY_ALL_DISTINCT = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedImages:
    """The result of looking at some images.

    Attributes
    ----------
    images
        About how many different images of the window can be analysed.
    window
        The images that were tried; None if none could be tried.
    seconds_an_image
        How long one of them took, all cores at work; 0 if none could be tried.
    readable
        Those that could be read, the newest last.
    sources
        Which objects hold the images of the whole window.
    """

    checks: tuple[Check, ...]
    images: int = 0
    window: WindowImages | None = None
    seconds_an_image: float = 0.0
    readable: tuple[ImageLocation, ...] = ()
    sources: ImageSources = field(default_factory=ImageSources)

    @property
    def median_pixels(self) -> float | None:
        """How many pixels an image has; None where that is not known."""
        if self.window is None or not len(self.window.features.get("width", ())):
            return None
        return float((self.window.features["width"] * self.window.features["height"]).median())

    @property
    def bytes_an_image(self) -> float:
        """How large a file is on average; 0 where that is not known."""
        if self.window is None or "size_bytes" not in self.window.features:
            return 0.0
        sizes = self.window.features["size_bytes"].dropna()
        return float(sizes.mean()) if len(sizes) else 0.0


def check_images(place: Workplace, rows: PredictionRows) -> CheckedImages:
    """Fetch and analyse images of a window that has rows: half the newest, half spread over it."""
    rows = _rows_of_log(rows)
    everywhere = place.locator.locate(rows.raw, place.log_url)
    picked = _picked(len(rows))
    located = [everywhere[row] for row in picked]
    started = time.perf_counter()
    try:
        extracted = extract(
            [one for one in located if isinstance(one, ImageLocation)],
            place.job.image_rules,
            open_bucket=place.open_bucket,
            progress=place.progress,
            seeing=place.seeing,
        )
    except DriftError as error:
        return CheckedImages(checks=(failed("images", error),))
    seconds = time.perf_counter() - started
    logged = LoggedImages.of(_rows_at(rows, picked), located, extracted)
    window = join(logged)
    counts = count_window(logged, window)
    sources = ImageSources.of(everywhere)
    good = {one for one, what in extracted.outcomes.items() if isinstance(what, ImageFeatures)}
    is_good = [one in good for one in located]
    lost = Counter(_why_lost(one, extracted) for one in located if one not in good)
    checks = [
        _images(
            place, len(window.features), lost, len(picked), _first_lost(counts) if lost else ""
        ),
        *_repeats(sources),
        *check_reused_names(rows, everywhere),
        *_cross_check(counts),
    ]
    return CheckedImages(
        checks=tuple(checks),
        images=round(_good_rows(picked, is_good, len(rows)) * sources.share_of_rows),
        window=window,
        seconds_an_image=seconds / max(1, len(extracted)),
        readable=tuple(one for one in extracted if one in good),
        sources=sources,
    )


def _rows_of_log(rows: PredictionRows) -> PredictionRows:
    """Return the rows, of those that are of one row of the log the first."""
    if rows.boxes is None:
        return rows
    return _rows_at(rows, np.flatnonzero(rows.boxes.first_of_log).tolist())


def _why_lost(one: ImageLocation | RefusedLocation, extracted: ExtractionResult) -> str:
    if isinstance(one, RefusedLocation):
        return one.reason
    outcome = extracted[one]
    return "" if isinstance(outcome, ImageFeatures) else outcome.summary


def _picked(rows: int) -> list[int]:
    """Return the positions of the newest rows, and of as many rows spread over the older ones."""
    newest = range(max(0, rows - SAMPLED // 2), rows)
    older = max(0, rows - len(newest))
    count = min(older, SAMPLED - len(newest))
    spread = [number * older // count for number in range(count)]
    return [*spread, *newest]


def _good_rows(picked: Sequence[int], is_good: Sequence[bool], rows: int) -> float:
    """Return about how many of all rows have a good image."""
    newest = min(rows, SAMPLED // 2)
    older = is_good[: len(picked) - newest]
    share = sum(older) / max(1, len(older))
    return sum(is_good[len(older) :]) + share * (rows - newest)


def _rows_at(rows: PredictionRows, positions: Sequence[int]) -> PredictionRows:
    return replace(
        rows,
        fields=rows.fields.iloc[list(positions)].reset_index(drop=True),
        raw=rows.raw.iloc[list(positions)].reset_index(drop=True),
        boxes=None if rows.boxes is None else rows.boxes.take(np.array(positions, np.int64)),
    )


def _repeats(sources: ImageSources) -> list[Check]:
    if sources.images > _NEARLY_ALL_DISTINCT * sources.rows:
        return []
    rows, images = sources.rows, sources.images
    said = f"{rows:,} rows name {images:,} different images; each image counts once"
    return [is_ok("repeats", said)]


def _first_lost(counts: WindowCounts) -> str:
    """Return a sentence that names a row or image that was lost; empty where there is none."""
    lost = [*counts.quality.troubles, *counts.log.examples]
    return f" For instance {lost[0].name}." if lost else ""


def _images(
    place: Workplace, analysed: int, reasons: Counter[str], sampled: int, example: str
) -> Check:
    found = f"{analysed} of the {sampled} rows tried have an image that can be read"
    if reasons:
        lost = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        found += f"; the others: {lost}"
    if analysed == 0:
        heic = heic_advice(reasons)
        if heic:
            return fails("images", found, f"{heic}{example}")
        column = place.locator.settings.column
        if column is not None:
            said = "make it the column with the images; drift init finds it."
            return fails("images", found, f"images.column is {column!r}: {said}{example}")
        return fails(
            "images",
            found,
            f"images.path is {place.job.image_rules.path!r}: make it name the objects that are "
            f"there; drift init tries what fits.{example}",
        )
    if analysed < _ENOUGH_FOUND * sampled:
        advice = heic_advice(reasons) or "Check [images] and what stores the images."
        return look("images", found, f"{advice}{example}")
    return is_ok("images", found)


def _cross_check(counts: WindowCounts) -> list[Check]:
    """Compare numbers that the log carries with our own."""
    checked = counts.quality.cross_check
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
