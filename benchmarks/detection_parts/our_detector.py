"""Our own verdict on two tables: the benchmark's only file that touches the package `drift`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import (
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
    resolution_of,
)
from drift.comparison.compare import Comparison, compare, no_widening, would_alarm
from drift.comparison.family_tests import FEWEST_RESAMPLES, Widening
from drift.verdict.decide import what_drifted
from drift.verdict.sentence import Extent
from jobs.job_file.job import DetectionSettings
from reference_stats.features.registry import feature_names
from reports.findings.answers import State, Verdict
from reports.findings.images import ImageCounts

_MIN_IMAGES = 10
_FEATURES = frozenset(feature_names())
# How many permutations a verdict is made of, and how their number follows from the rate.
USUAL_RESAMPLES = FEWEST_RESAMPLES
_DRAWS_BEYOND, _FAMILIES = 10, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What the comparison says about one column."""

    column: str
    state: str
    adjusted_p_value: float | None
    effect: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Our verdict.

    Attributes
    ----------
    verdict
        ``steady``, ``drift`` or ``inconclusive``.
    smallest_effect
        The smallest shift that would have been seen, in reference standard deviations.
    images_needed
        The window that sees `detection.effect_to_see`.
    columns
        Every tested column and all features together, the least probable first.
    """

    verdict: str
    smallest_effect: float | None
    images_needed: int | None
    columns: tuple[Moved, ...]

    @property
    def alarm(self) -> bool:
        """Whether the run says drift."""
        return self.verdict == Verdict.DRIFT


def ours(
    reference: pd.DataFrame,
    window: pd.DataFrame,
    *,
    clusters: NDArray[np.intp] | None = None,
    resamples: int | None = None,
    widening: Widening = no_widening,
) -> Answer:
    """Return our verdict on a window, with the settings that a job file has by default.

    Parameters
    ----------
    reference, window
        Tables with the same columns.
    clusters
        For each row of the window the number of its cluster of near-copies; the first row of each
        stands for it.
    resamples
        How many permutations there are; None for the usual number. For the measurement of memory
        only: it is reached by another false alarm rate.
    widening
        By what each statistic is divided, because days differ.
    """
    detection = DetectionSettings()
    if resamples is not None:
        detection = DetectionSettings(false_alarm_rate=_DRAWS_BEYOND * _FAMILIES / (resamples + 1))
    too_few = len(window) < _MIN_IMAGES
    lined_up = line_up_tables(reference, window, clusters)
    return _answer(compare(lined_up, detection, no_verdict=too_few, widening=widening))


def our_alarm(
    reference: pd.DataFrame, window: pd.DataFrame, *, clusters: NDArray[np.intp] | None = None
) -> bool:
    """Tell whether `ours` says drift, in less time where it does not."""
    if len(window) < _MIN_IMAGES:
        return False
    return would_alarm(line_up_tables(reference, window, clusters), DetectionSettings())


def our_headline(reference: pd.DataFrame, window: pd.DataFrame) -> str:
    """Return what a report's headline says of a window's image features; empty without drift."""
    comparison = compare(
        line_up_tables(reference, window, None),
        DetectionSettings(),
        no_verdict=len(window) < _MIN_IMAGES,
    )
    count = len(window)
    images = ImageCounts(logged=count, analysed=count, missing=0, unreadable=0, unfetched=0)
    drifted = what_drifted(comparison, Extent(images=images))
    return "" if drifted is None else drifted.headline


def _answer(comparison: Comparison) -> Answer:
    tested = [finding for finding in comparison.findings if finding.p_value is not None]
    states = [finding.state for finding in tested]
    if comparison.multivariate is not None:
        states.append(comparison.multivariate.state)
    seen, to_see = comparison.smallest_effect, DetectionSettings().effect_to_see
    if State.DRIFT in states:
        verdict = Verdict.DRIFT
    elif not tested or seen is None or seen > to_see:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.STEADY
    moved = [
        Moved(
            column=finding.name,
            state=finding.state,
            adjusted_p_value=finding.adjusted_p_value,
            effect=finding.effect,
        )
        for finding in tested
    ]
    joint = comparison.multivariate
    if joint is not None:
        moved.append(
            Moved(
                column="all features together",
                state=joint.state,
                adjusted_p_value=joint.adjusted_p_value,
                effect=joint.effect,
            )
        )
    return Answer(
        verdict=verdict,
        smallest_effect=seen,
        images_needed=comparison.images_needed,
        columns=tuple(sorted(moved, key=_p_value)),
    )


def _p_value(moved: Moved) -> float:
    return 1.0 if moved.adjusted_p_value is None else moved.adjusted_p_value


def line_up_tables(
    reference: pd.DataFrame, window: pd.DataFrame, clusters: NDArray[np.intp] | None = None
) -> LinedUp:
    """Return two tables as the columns that are compared; see `ours`."""
    if clusters is not None:
        window = window.iloc[np.unique(clusters, return_index=True)[1]]
    columns = tuple(_column(str(name), reference[name], window[name]) for name in reference.columns)
    names = {
        role: [column.name for column in columns if column.role is role] for role in ColumnRole
    }
    return LinedUp(
        columns=columns,
        rows={
            role: AlignedRows(reference=reference[some], current=window[some])
            for role, some in names.items()
            if some
        },
    )


def _column(name: str, reference: pd.Series, window: pd.Series) -> Column:
    numeric = pd.api.types.is_numeric_dtype(reference)
    sides = [side.dropna().reset_index(drop=True) for side in (reference, window)]
    return Column(
        name=name,
        unit="",
        kind=ColumnKind.NUMERIC if numeric else ColumnKind.CLASSES,
        role=ColumnRole.FEATURE if name in _FEATURES else ColumnRole.PREDICTION,
        reference=sides[0],
        current=sides[1],
        supply="",
        resolution=resolution_of(name) if numeric else 0.0,
    )
