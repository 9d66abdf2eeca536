"""The words for a run in which nothing drifted: what it would have seen, and what is still open."""

from __future__ import annotations

import math

from drift.comparison.compare import Comparison
from drift.verdict.sentence import Extent, Sentence
from drift.verdict.yardstick import Yardstick
from reports.words.normal_days import (
    block_noun,
    blocks_words,
    normal_days_words,
    progress_words,
)
from reports.words.numbers import counted, verbed


def nothing_in_common() -> Sentence:
    """Return what is said where no column could be compared."""
    return Sentence(
        headline="The reference and the window have nothing in common to compare",
        summary="The reference and the window have no column in common that can be compared.",
    )


def learning(yardstick: Yardstick) -> Sentence:
    """Return what is said while it is open whether another level than the reference's is normal.

    The yardstick has a level and a baseline then.
    """
    baseline, level = yardstick.baseline, yardstick.level
    if baseline is None or level is None:
        raise ValueError("nothing is learned without a baseline and a level")
    headline = f"Learning what is normal: {progress_words(baseline)}"
    missing = max(baseline.needed - baseline.known_days, 1)
    return Sentence(
        headline=headline,
        summary=(
            f"{headline}. No sudden change was seen, but production differs from the reference. "
            f"{level.summary.rstrip('.')}. Whether that is normal here, "
            f"{normal_days_words(missing, baseline.unit, more=True)} will tell."
        ),
    )


def nothing_drifted(comparison: Comparison, extent: Extent, effect_to_see: float) -> Sentence:
    """Return what is said of a quiet run: the smallest shift that it would have seen.

    Parameters
    ----------
    effect_to_see
        `detection.effect_to_see`. Where the run could not have seen it, the summary says which
        window would.
    """
    tested = sum(finding.p_value is not None for finding in comparison.findings)
    seen = smallest_shift(comparison, extent.yardstick)
    quiet = f"none of {counted(tested, 'column')} {_drifted(extent.yardstick)}{_in_parts(extent)}"
    if seen is not None and seen <= effect_to_see:
        like = _like(extent.yardstick)
        return Sentence(
            headline=f"The images look like {like[0]}",
            summary=(
                f"The {verbed(extent.images.analysed, 'image', 'looks', 'look')} like {like[1]}: "
                f"{quiet}, and a shift "
                f"of {_rounded_up(seen)} sigma or more would have been seen."
            ),
        )
    if seen is None:
        return Sentence(headline="No drift was seen", summary=f"No drift was seen: {quiet}.")
    return Sentence(
        headline="No drift was seen, but this run would have seen only a large shift",
        summary=(
            f"No drift was seen: {quiet}. In {_independent(comparison, extent)} a shift of "
            f"{_rounded_up(seen)} sigma or more would have been seen; "
            f"{_advice(comparison, extent, effect_to_see)}."
        ),
    )


def smallest_shift(comparison: Comparison, yardstick: Yardstick) -> float | None:
    """Return the smallest shift that the run would have seen; None where that is not known."""
    if yardstick.smallest_shift is not None or yardstick.is_days:
        return yardstick.smallest_shift
    return comparison.smallest_effect


def images_needed(comparison: Comparison, yardstick: Yardstick) -> int | None:
    """Return how many images would show `detection.effect_to_see`; None where none would."""
    return yardstick.images_needed if yardstick.is_days else comparison.images_needed


def _in_parts(extent: Extent) -> str:
    parts = extent.tested_segments
    if not parts:
        return ""
    return f", neither in all images nor in any of {counted(parts, 'part')} of the traffic"


def _drifted(yardstick: Yardstick) -> str:
    if not yardstick.is_days:
        return "drifted"
    return f"moved by more than normal {block_noun(yardstick.unit)}s differ"


def _like(yardstick: Yardstick) -> tuple[str, str]:
    """Return what the images look like, without and with numbers."""
    if not yardstick.is_days:
        return "the reference", "the reference"
    noun = block_noun(yardstick.unit)
    blocks = 0 if yardstick.baseline is None else yardstick.baseline.blocks
    of_blocks = blocks_words(blocks, yardstick.unit) if blocks else f"normal {noun}s"
    return f"those of normal {noun}s", f"those of {of_blocks}"


def _rounded_up(shift: float) -> str:
    """Return a shift with two decimals: what is called too little must not look like enough."""
    return f"{math.ceil(round(100 * shift, 6)) / 100:.2f}"


def _independent(comparison: Comparison, extent: Extent) -> str:
    number = extent.images.analysed if extent.compared is None else extent.compared
    images, evidence = counted(number, "image"), comparison.evidence
    if evidence is not None and evidence.current_units < number:
        return f"{images}, {evidence.current_units:,} of them independent,"
    return images


def _advice(comparison: Comparison, extent: Extent, effect_to_see: float) -> str:
    """Say what would show more."""
    baseline = extent.yardstick.baseline
    if extent.yardstick.is_days and baseline is not None and baseline.is_learning:
        needed = normal_days_words(baseline.needed, baseline.unit)
        return f"smaller ones are seen from {needed} on ({progress_words(baseline)})"
    return (
        f"{_window_to_take(comparison, extent)} {effect_to_see:g} sigma (detection.effect_to_see)"
    )


def _window_to_take(comparison: Comparison, extent: Extent) -> str:
    """Say which window would show more, to be followed by the shift that is to be seen."""
    needed = images_needed(comparison, extent.yardstick)
    if needed is not None:
        few = "of them independent" in _independent(comparison, extent)
        return f"about {needed:,} {'independent ' if few else ''}images would show"
    if extent.yardstick.is_days:
        noun = block_noun(extent.yardstick.unit)
        averaging = "" if noun == "window" else f", in which {noun}s average out,"
        return f"a longer window{averaging} may show"
    return "the reference is too small for any window to show"
