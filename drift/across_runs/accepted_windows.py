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

The scores of a model's view are of fewer images of the reference, and say nothing of another model:
those windows count in which the same one took part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from drift.comparison.methods.registry import ONE_SIDED
from drift.comparison.permutation.statistic_key import StatisticKey
from reference_stats.model_view.view_scores import view_score_named
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
    view_id: str = "",
) -> dict[StatisticKey, float]:
    """Return the factor, at least 1, by which each of today's statistics is to be divided.

    Parameters
    ----------
    accepted
        Accepted windows of the same profile: see `accepted_windows`.
    keys
        Today's statistics. One that no accepted window has is not widened.
    reference_units, current_units
        Independent images of today's run that the statistics are of, at least 1 each.
    view_id
        Which model's view today's scores are of; empty where no model takes part.
    """
    spread_today = 1 / reference_units + 1 / current_units
    return {
        key: math.sqrt(1 + _block_variance(accepted, key, view_id) / spread_today) for key in keys
    }


def _block_variance(accepted: Sequence[AcceptedWindow], key: StatisticKey, view_id: str) -> float:
    excesses = list(_excesses(accepted, key, view_id))
    return max(0.0, math.fsum(excesses)) / (len(excesses) + ORDINARY_WINDOWS)


def _excesses(
    accepted: Sequence[AcceptedWindow], key: StatisticKey, view_id: str
) -> Iterator[float]:
    for window in accepted:
        z = window.statistics.get(key.text)
        if z is None or not math.isfinite(z) or not _counts(window, key, z):
            continue
        reference, current = _units(window, key, view_id)
        if reference > 0 and current > 0:
            yield (z**2 - 1) * (1 / reference + 1 / current)


def _units(window: AcceptedWindow, key: StatisticKey, view_id: str) -> tuple[int, int]:
    """Return how many units of both sides a statistic rests on; 0 where it is of another view."""
    if view_score_named(key.group) is None:
        return window.reference_units, window.current_units
    if window.view is None or window.view.view_id != view_id:
        return 0, 0
    return window.view.reference_units, window.view.current_units


def _counts(window: AcceptedWindow, key: StatisticKey, z: float) -> bool:
    """Tell whether a window says how much more of a statistic normal days may have.

    A day without bright images says nothing of days with many. Where nothing moved the positive
    half of the z has the same mean square as all of them. What older versions wrote of tails has
    lost its sign, so that no such day can be told from one of many: it is passed over.
    """
    if key.method not in ONE_SIDED:
        return True
    return window.signed_tails and z > 0
