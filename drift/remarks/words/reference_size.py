"""What a small reference can show, and how many images it takes to show more."""

from __future__ import annotations

from drift.comparison.power import images_needed, images_on_both_sides, least_effect
from reports.words.numbers import counted


def too_small_words(
    reference: int,
    window: int,
    *,
    critical: float,
    effect: float,
    noun: str = "reference image",
) -> str:
    """Return what a reference of so many images shows at most, and how many are needed for what.

    Parameters
    ----------
    reference, window
        The images of either side that count, at least one of the reference.
    critical
        What a statistic must exceed to alarm.
    effect
        `detection.effect_to_see`.
    noun
        What one of the reference's images is called.
    """
    shift = least_effect(reference, critical)
    beside = images_needed(window, critical, effect)
    both = images_on_both_sides(critical, effect)
    takes = (
        f"takes about {beside:,} reference images beside such a window"
        if beside is not None
        else f"takes about {both:,} images on either side"
    )
    return (
        f"{counted(reference, noun)} {'shows' if reference == 1 else 'show'} only shifts of "
        f"{_more_than(shift, effect)} sigma or more, however many images the window has; to see "
        f"{effect:g} sigma (detection.effect_to_see) {takes}."
    )


def _more_than(shift: float, effect: float) -> str:
    """Return a shift with a second digit where one would make it equal to the effect below it."""
    shorter = f"{shift:.1f}"
    return shorter if float(shorter) > effect or shift <= effect else f"{shift:.2f}"
