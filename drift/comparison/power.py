"""What a run of a given size could have seen.

A shift of ``d`` standard deviations moves van der Waerden's statistic by ``d / s`` with
``s = sqrt(1/n + 1/m)``. It alarms above the critical value ``c`` that the permutations give for the
largest of all statistics, so that ``d = (c + 0.84) s`` is seen with at least 80 % power: at least,
because other statistics may alarm too. A test holds this.
"""

from __future__ import annotations

import math

from scipy.special import ndtri

POWER = 0.8
# About how many statistics a run tests at once: three for each of some 25 columns, correlated.
_STATISTICS = 40


def smallest_effect(reference_units: int, current_units: int, critical: float) -> float | None:
    """Return the smallest shift of a mean, in standard deviations, that is seen with 80 % power.

    Parameters
    ----------
    reference_units, current_units
        The sizes of the two samples.
    critical
        What a standard normal statistic must exceed to alarm.

    Returns
    -------
    The shift, or None where a side is empty.
    """
    if not reference_units or not current_units:
        return None
    return _reach(critical) * math.sqrt(1 / reference_units + 1 / current_units)


def images_needed(reference_units: int, critical: float, effect: float) -> int | None:
    """Return the window size at which a shift of `effect` is seen with 80 % power.

    Returns
    -------
    The number of images, or None where the reference is too small for any window to show it.
    """
    variance = (effect / _reach(critical)) ** 2
    if not reference_units or variance <= 1 / reference_units:
        return None
    return math.ceil(1 / (variance - 1 / reference_units))


def images_needed_beside_days(
    seen: float, images: float, day_spread: float, effect: float
) -> int | None:
    """Return the window size at which a shift of `effect` is seen beside normal days.

    What is seen grows with ``sqrt(1 / images + day_spread^2)``.

    Parameters
    ----------
    seen
        The smallest shift that so many images show, in reference standard deviations.
    day_spread
        The standard deviation between days, in the same unit.

    Returns
    -------
    The number of images; None where days differ by so much that no number of images shows it.
    """
    needed = (effect / seen) ** 2 * (1 / images + day_spread**2) - day_spread**2
    return math.ceil(1 / needed) if needed > 0 else None


def images_on_both_sides(critical: float, effect: float) -> int:
    """Return how large two sides of one size must be to show a shift of `effect`."""
    return math.ceil(2 * (_reach(critical) / effect) ** 2)


def critical_of(seen: float, reference_units: int, current_units: int) -> float:
    """Return the critical value with which `smallest_effect` is `seen`; neither side empty."""
    return seen / math.sqrt(1 / reference_units + 1 / current_units) - float(ndtri(POWER))


def least_effect(reference_units: int, critical: float) -> float:
    """Return the shift that a reference shows beside a window without end; not an empty one."""
    return _reach(critical) / math.sqrt(reference_units)


def critical_value(false_alarm_rate: float, families: int = 2) -> float:
    """Return about what a statistic of a run must exceed to alarm; the run itself measures it."""
    return float(-ndtri(false_alarm_rate / families / (2 * _STATISTICS)))


def _reach(critical: float) -> float:
    return critical + float(ndtri(POWER))
