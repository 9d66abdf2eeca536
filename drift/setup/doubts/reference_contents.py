"""Doubts about what the reference holds, and how little."""

from __future__ import annotations

from collections.abc import Iterator

from drift.comparison.power import critical_value, images_needed
from drift.remarks.words.reference_size import too_small_words
from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal
from jobs.job_file.job import DetectionSettings, WindowSettings
from reports.words.numbers import counted

DETECTION = DetectionSettings()
MIN_IMAGES = WindowSettings.model_fields["min_images"].default


def about_examined(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is odd about the reference's images."""
    yield from _about_copies(seen)
    yield from _about_size(draft, seen)
    yield from _about_short_log(draft)


def _about_copies(seen: DoubtContext) -> Iterator[Doubt]:
    examined = seen.examined
    if examined is None:
        return
    if examined.equal.copies:
        yield Doubt(key="reference", text=f"{examined.equal.words()}; each picture counts once.")
    shared = examined.shared
    if shared.count:
        verb = "is" if shared.count == 1 else "are"
        yield Doubt(
            key="reference",
            text=f"{shared.count:,} of {shared.total:,} images of the log that were tried {verb} "
            "in it too, byte for byte: a window compared with its own images hides a drift.",
        )


def _about_size(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    guess = draft.reference
    if guess is not None and guess.size:
        size = guess.size if seen.examined is None else seen.examined.equal.different
        if images_needed(size, _critical(draft), DETECTION.effect_to_see) is None:
            yield Doubt(key="reference", text=_too_small(size, draft))
    if guess is None and seen.small_references:
        small = seen.small_references[0]
        yield Doubt(
            key="reference",
            text=f"{small.path} holds {counted(small.size, 'image')} only, fewer than the log's "
            "own past, which was taken; was its oldest stretch an ordinary time? "
            f"{_too_small(small.size, draft)}",
        )


def _too_small(size: int, draft: Proposal) -> str:
    effect = DETECTION.effect_to_see
    return too_small_words(size, draft.window.images, critical=_critical(draft), effect=effect)


def _critical(draft: Proposal) -> float:
    """Return what a statistic must exceed, as `drift check` counts: images, and predictions."""
    has_predictions = draft.reference is None or draft.reference_log is not None
    if draft.template is None:
        has_predictions = draft.columns.prediction is not None and bool(draft.numbers)
    return critical_value(DETECTION.false_alarm_rate, 1 + has_predictions)


def _about_short_log(draft: Proposal) -> Iterator[Doubt]:
    images = draft.window.images
    if images < MIN_IMAGES:
        yield Doubt(
            key="window",
            text=f"The log leads to {counted(images, 'image')} so far; with fewer than "
            f"{MIN_IMAGES} (window.min_images) a run is always inconclusive.",
        )
