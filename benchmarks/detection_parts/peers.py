"""The rules of other tools, computed from what they publish: (reference, window) -> alarm.

None of them runs from its package. Evidently is a dependency of the project and a test holds its
rules to the package, but a report of it takes a second and more. NannyML 0.13.1 would add some 35
packages, and deepchecks 0.19.1 fails to import beside scikit-learn 1.9. Both were installed once,
apart from the project, and agreed with the rules here: NannyML's alarms in 40 of 40 pairs of
tables, deepchecks' scores to the last digits in 60 of 60.

Every function takes two tables with the same columns, float64 for numbers and strings for classes,
without missing values. It returns True for an alarm of the whole run, False for none, and None
where the rule says that it cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, chisquare, ks_2samp, norm, wasserstein_distance

Numbers = NDArray[np.float64]
Rule = Callable[[pd.DataFrame, pd.DataFrame], bool | None]

_FALSE_ALARM_RATE = 0.01


def evidently_defaults(reference: pd.DataFrame, window: pd.DataFrame) -> bool:
    """Evidently 0.7, ``DataDriftPreset()``: at least half of the columns drift.

    With at most 1,000 reference rows a column drifts by a test at 0.05: K-S, or chi-squared up to
    5 different values, or a z-test of proportions up to 2. Above 1,000 it drifts where a distance
    is at least 0.1: Wasserstein divided by the reference's standard deviation, or Jensen-Shannon
    for classes and up to 5 different values. Source: docs.evidentlyai.com, "Data drift", and
    ``evidently/legacy/calculations/stattests/registry.py``.
    """
    return _share_drifted(reference, window) >= 0.5


def evidently_any_column(reference: pd.DataFrame, window: pd.DataFrame) -> bool:
    """Evidently 0.7 with its defaults, read column by column: any column drifts."""
    return _share_drifted(reference, window) > 0


def evidently_bonferroni(reference: pd.DataFrame, window: pd.DataFrame) -> bool:
    """Evidently 0.7 with K-S and Bonferroni: any p-value of at most 0.01 / columns.

    ``DataDriftPreset(num_method="ks", cat_method="chisquare", threshold=0.01 / columns)``.
    """
    threshold = _FALSE_ALARM_RATE / reference.shape[1]
    return any(
        _chi_squared(then, now) < threshold if _is_classes(then) else _ks(then, now) <= threshold
        for then, now in _columns(reference, window)
    )


def nannyml(reference: pd.DataFrame, window: pd.DataFrame) -> bool | None:
    """NannyML 0.13, ``UnivariateDriftCalculator``: its defaults, chunks of the window's size.

    A column alarms where the Jensen-Shannon distance (base 2; numbers in Doane's bins of the
    reference) of the window from the whole reference exceeds the mean plus three standard
    deviations (population) of the distances of the reference's own chunks, the incomplete last
    one among them. None with fewer than two chunks, which have no deviation. Source:
    nannyml.readthedocs.io, "Thresholds" and "Chunking", and ``nannyml/drift/univariate``.
    """
    size = len(window)
    if len(reference) < 2 * size:
        return None
    return any(_nannyml_column(then, now, size) for then, now in _columns(reference, window))


def deepchecks(reference: pd.DataFrame, window: pd.DataFrame) -> bool | None:
    """Deepchecks 0.19, ``FeatureDrift().add_condition_drift_score_less_than()``.

    It fails where any column's score is 0.2 or more: the K-S statistic for numbers, the
    bias-corrected Cramer's V for classes, rare ones (under 1 % of the reference) taken as one. None
    with fewer than 10 rows on a side. `ImagePropertyDrift` has the same rule for numbers, from 30
    rows on. Source: docs.deepchecks.com, "Feature drift" and "Drift user guide", and
    ``deepchecks/utils/distribution/drift.py``.
    """
    if min(len(reference), len(window)) < 10:
        return None
    return any(
        (_cramers_v(then, now) if _is_classes(then) else _ks_distance(then, now)) >= 0.2
        for then, now in _columns(reference, window)
    )


PEERS: Mapping[str, Rule] = {
    "evidently": evidently_defaults,
    "evidently any": evidently_any_column,
    "evidently ks": evidently_bonferroni,
    "nannyml": nannyml,
    "deepchecks": deepchecks,
}


def _columns(
    reference: pd.DataFrame, window: pd.DataFrame
) -> list[tuple[NDArray[np.generic], NDArray[np.generic]]]:
    return [(reference[name].to_numpy(), window[name].to_numpy()) for name in reference.columns]


def _is_classes(values: NDArray[np.generic]) -> bool:
    return values.dtype.kind not in "fiu"


def _share_drifted(reference: pd.DataFrame, window: pd.DataFrame) -> float:
    drifted = [evidently_column(then, now) for then, now in _columns(reference, window)]
    return float(np.mean(drifted))


def evidently_column(then: NDArray[np.generic], now: NDArray[np.generic]) -> bool:
    """Tell whether Evidently's defaults call one column drifted."""
    different = len(np.unique(np.concatenate([then, now])))
    if len(then) > 1000:
        return _is_far(then, now, different)
    if different <= 2:
        return _proportions(then, now) < 0.05
    if different <= 5 or _is_classes(then):
        return _chi_squared(then, now) < 0.05
    return _ks(then, now) <= 0.05


def _is_far(then: NDArray[np.generic], now: NDArray[np.generic], different: int) -> bool:
    if not _is_classes(then) and different > 5:
        norm_by = max(float(np.std(then.astype(np.float64))), 0.001)
        return bool(wasserstein_distance(then, now) / norm_by >= 0.1)
    shares = [counts / counts.sum() for counts in _counts(then, now)]
    return bool(jensenshannon(*shares) >= 0.1)


def _ks(then: NDArray[np.generic], now: NDArray[np.generic]) -> float:
    return float(ks_2samp(then, now).pvalue)


def _ks_distance(then: NDArray[np.generic], now: NDArray[np.generic]) -> float:
    then, now = np.sort(then), np.sort(now)
    values = np.concatenate([then, now])
    shares = [np.searchsorted(side, values, side="right") / len(side) for side in (then, now)]
    return float(np.abs(shares[0] - shares[1]).max())


def _counts(then: NDArray[np.generic], now: NDArray[np.generic]) -> list[Numbers]:
    """Return how often each value of either side occurs on each side."""
    values, places = np.unique(np.concatenate([then, now]), return_inverse=True)
    sides = places[: len(then)], places[len(then) :]
    return [np.bincount(side, minlength=len(values)).astype(np.float64) for side in sides]


def _chi_squared(then: NDArray[np.generic], now: NDArray[np.generic]) -> float:
    """Return the p-value of the window's counts, the reference taken as exactly true."""
    expected, observed = _counts(then, now)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(chisquare(observed, expected * (len(now) / len(then))).pvalue)


def _proportions(then: NDArray[np.generic], now: NDArray[np.generic]) -> float:
    counts = _counts(then, now)
    if len(counts[0]) == 1:
        return 1.0
    shares = [1 - side[0] / side.sum() for side in counts]
    together = 1 - (counts[0][0] + counts[1][0]) / (len(then) + len(now))
    variance = together * (1 - together) * (1 / len(then) + 1 / len(now))
    return float(2 * norm.sf(abs(shares[0] - shares[1]) / np.sqrt(variance)))


def _nannyml_column(then: NDArray[np.generic], now: NDArray[np.generic], size: int) -> bool:
    edges = np.unique(then) if _is_classes(then) else np.histogram_bin_edges(then, bins="doane")
    count = _count_classes if _is_classes(then) else _count_numbers
    whole = count(then, edges) / len(then)
    chunks = [then[first : first + size] for first in range(0, len(then), size)]
    own = [_distance(whole, count(chunk, edges) / len(chunk)) for chunk in chunks]
    return _distance(whole, count(now, edges) / len(now)) > float(np.mean(own) + 3 * np.std(own))


def _count_classes(values: NDArray[np.generic], classes: NDArray[np.generic]) -> Numbers:
    known = values[np.isin(values, classes)]
    return np.bincount(np.searchsorted(classes, known), minlength=len(classes)).astype(np.float64)


def _count_numbers(values: NDArray[np.generic], edges: NDArray[np.generic]) -> Numbers:
    return np.histogram(values, bins=edges)[0].astype(np.float64)


def _distance(whole: Numbers, part: Numbers) -> float:
    left_over = 1 - part.sum()
    if left_over > 0:
        whole, part = np.append(whole, 0.0), np.append(part, left_over)
    return float(np.nan_to_num(jensenshannon(whole, part, base=2)))


def _cramers_v(then: NDArray[np.generic], now: NDArray[np.generic]) -> float:
    sides = _without_rare(*_counts(then, now))
    smallest = min(side.sum() for side in sides)
    table = np.round(np.stack([side * (smallest / side.sum()) for side in sides]))
    table = table[:, table.any(axis=0)]
    if table.shape[1] < 2:
        return 0.0
    total, degrees = table.sum(), table.shape[1] - 1
    squared = max(0.0, chi2_contingency(table)[0] / total - degrees / (total - 1))
    columns = table.shape[1] - degrees**2 / (total - 1)
    rows = 2 - 1 / (total - 1)
    return float(np.sqrt(squared / min(columns - 1, rows - 1)))


def _without_rare(then: Numbers, now: Numbers) -> tuple[Numbers, Numbers]:
    rare = then < 0.01 * then.sum()
    others = [float(side[rare].sum()) for side in (then, now)]
    if others[0] > 0.01 * then.sum() or others[1] > 0.01 * now.sum():
        return np.append(then[~rare], others[0]), np.append(now[~rare], others[1])
    return then[~rare], now[~rare]
