"""What accepted windows teach: days differ more than chance alone explains.

Random effects: with m and n independent images on the two sides, a standardised statistic z of a
normal window has the variance 1 + tau^2 / s with s = 1/m + 1/n, where tau^2 is the variance of
what normal blocks of traffic differ by. It is estimated for each statistic from the K accepted
windows that have it,

    tau^2 = max(0, sum (z^2 - 1) s) / (K + ORDINARY_WINDOWS),

and today's statistic is divided by sqrt(1 + tau^2 / s of today): its null is inflated. Nothing is
ranked, so that one accepted window is enough to count. For a tail those windows count in which it
held more images than usual: a day without bright images must not dull the bright tail.

Why `ORDINARY_WINDOWS`: people accept windows because they alarmed, so that the first accepted ones
are the most extreme of their kind and the plain mean makes tau too large, not too small. With them,
one accepted z of 5 makes an equal one 1.5, and one three times as large, 4.6, still alarms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from drift.comparison.methods.registry import ONE_SIDED
from drift.comparison.permutation.statistic_key import StatisticKey
from reports.history.history import AcceptedWindow, HistoryRow

ORDINARY_WINDOWS = 1.5
"""As if so many windows in which nothing differs had been accepted as well."""


def accepted_windows(rows: Iterable[HistoryRow], profile_id: str) -> tuple[AcceptedWindow, ...]:
    """Return the accepted windows among `rows` that were compared with this profile.

    A window that was accepted as several runs counts once, as the last of them.

    Pass the sorted rows that a run may depend on: `rows_before` its window end.
    """
    accepted = {
        (row.start, row.end): row.accepted
        for row in rows
        if row.accepted is not None and row.profile_id == profile_id
    }
    return tuple(accepted.values())


def widening(
    accepted: Sequence[AcceptedWindow],
    keys: Iterable[StatisticKey],
    *,
    reference_units: int,
    current_units: int,
) -> dict[StatisticKey, float]:
    """Return the factor, at least 1, by which each of today's statistics is to be divided.

    Parameters
    ----------
    accepted
        Accepted windows of the same profile: see `accepted_windows`.
    keys
        Today's statistics. One that no accepted window has is not widened.
    reference_units, current_units
        Independent images of today's run, at least 1 each.
    """
    spread_today = 1 / reference_units + 1 / current_units
    return {key: math.sqrt(1 + _block_variance(accepted, key) / spread_today) for key in keys}


def _block_variance(accepted: Sequence[AcceptedWindow], key: StatisticKey) -> float:
    excesses = list(_excesses(accepted, key))
    return max(0.0, math.fsum(excesses)) / (len(excesses) + ORDINARY_WINDOWS)


def _excesses(accepted: Sequence[AcceptedWindow], key: StatisticKey) -> Iterator[float]:
    for window in accepted:
        z = window.statistics.get(key.text)
        if z is None or not math.isfinite(z) or not _counts(window, key, z):
            continue
        if window.reference_units > 0 and window.current_units > 0:
            spread = 1 / window.reference_units + 1 / window.current_units
            yield (z**2 - 1) * spread


def _counts(window: AcceptedWindow, key: StatisticKey, z: float) -> bool:
    """Tell whether a window says how much more of a statistic normal days may have.

    A day without bright images says nothing of days with many. Where nothing moved the positive
    half of the z has the same mean square as all of them. What older versions wrote of tails has
    lost its sign, so that no such day can be told from one of many: it is passed over.
    """
    if key.method not in ONE_SIDED:
        return True
    return window.signed_tails and z > 0
