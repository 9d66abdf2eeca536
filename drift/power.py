"""What a run of a given size could have seen.

The Kolmogorov-Smirnov distance of two normal populations whose means differ by ``d`` standard
deviations is ``D = 2 Phi(d / 2) - 1``. The test alarms above ``c sqrt(1/n + 1/m)`` with
``c = sqrt(-ln(level / 2) / 2)``, Smirnov's limit, Annals of Mathematical Statistics 19 (1948). A
shift whose D equals this critical value is seen with 80 % power: not 50 %, because the test takes
the largest of many distances near the widest one. That figure is measured (80 to 88 % for
references of 200 to 5,000 and windows of 20 to 1,000 rows) and held by a test.
"""

from __future__ import annotations

import math

from scipy.special import ndtr, ndtri


def smallest_effect(reference_rows: int, current_rows: int, level: float) -> float | None:
    """Return the smallest shift of a mean, in standard deviations, that is seen with 80 % power.

    Parameters
    ----------
    reference_rows, current_rows
        The sizes of the two samples.
    level
        The false alarm rate of the single test.

    Returns
    -------
    The shift, or None where no shift would be seen with that power.
    """
    if not reference_rows or not current_rows:
        return None
    distance = _critical_per_root(level) * math.sqrt(1 / reference_rows + 1 / current_rows)
    if distance >= 1:
        return None
    return 2 * float(ndtri((1 + distance) / 2))


def images_needed(reference_rows: int, level: float, effect: float) -> int | None:
    """Return the window size at which a shift of `effect` is seen with 80 % power.

    Returns
    -------
    The number of images, or None where the reference is too small for any window to show it.
    """
    distance = 2 * float(ndtr(effect / 2)) - 1
    variance = (distance / _critical_per_root(level)) ** 2
    if not reference_rows or variance <= 1 / reference_rows:
        return None
    return math.ceil(1 / (variance - 1 / reference_rows))


def _critical_per_root(level: float) -> float:
    return math.sqrt(-math.log(level / 2) / 2)
