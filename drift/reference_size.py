"""What a small reference can show, and how many images it takes to show more."""

from __future__ import annotations

from drift.power import images_needed, images_on_both_sides, least_effect


def too_small_words(reference: int, window: int, *, critical: float, effect: float) -> str:
    """Return what a reference of so many images shows at most, and how many are needed for what.

    Parameters
    ----------
    reference, window
        The images of either side that count, at least one of the reference.
    critical
        What a statistic must exceed to alarm.
    effect
        `detection.effect_to_see`.
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
        f"they can show only shifts of {shift:.1f} sigma or more, however many images the window "
        f"has; to see {effect:g} sigma (detection.effect_to_see) {takes}."
    )
