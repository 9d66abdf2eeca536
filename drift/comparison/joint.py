"""What all image features say together, in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import Column, ColumnKind, ColumnRole
from drift.comparison.effects import Effect, NormalSides, numeric_effects
from drift.comparison.families import Family
from drift.comparison.judge import Judge
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_TAIL
from drift.comparison.methods.whitening import JointScores
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.scoring import DIRECTION, DISTANCE, HOTELLING, JOINT, ScoredFamily
from reference_stats.features.registry import feature_named
from reports.findings.answers import State
from reports.findings.columns import Multivariate
from reports.findings.effect_sizes import LARGEST_EFFECT
from reports.words.numbers import listed

JOINT_COLUMN = "joint_distance"
COMBINATION = "combination"
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JointView:
    """The joint finding and what pictures of it need.

    Attributes
    ----------
    finding
        What is said.
    column
        Every unit's distance from the middle of all, for Evidently's page.
    reference, current
        The units along the combination of numbers that drifted, one row per unit and indexed as
        the family's rows; no column where the joint view did not drift.
    direction
        Whether they moved ``"up"``, ``"down"`` or as else an effect says.
    """

    finding: Multivariate
    column: Column
    reference: pd.DataFrame
    current: pd.DataFrame
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aspect:
    """What one joint statistic looks at: a number per unit of either side, and its effect."""

    reference: pd.Series
    current: pd.Series
    effect: Effect
    because: str


def joint_view(family: Family, scored: ScoredFamily, judge: Judge) -> JointView | None:
    """Return what the columns say together; None where they were not looked at jointly."""
    joint = scored.joint
    if joint is None:
        return None
    split = scored.table.current_units
    moved = joint.whitened[:split].mean(axis=0) - joint.whitened[split:].mean(axis=0)
    distance = min(_beyond_chance(joint, moved, split), LARGEST_EFFECT)
    aspects = _aspects(scored, joint, moved, distance)
    least = judge.bar.detection.minimum_effect
    chosen = judge.improbable.singled_out({key: one.effect for key, one in aspects.items()}, least)
    adjusted = judge.adjusted_p_value(JOINT)
    large = chosen is not None and aspects[chosen].effect.is_at_least(least)
    state = judge.bar.state(adjusted, large_enough=large)
    shown = aspects[chosen] if chosen and state is State.DRIFT else None
    return JointView(
        finding=Multivariate(
            state=state,
            statistic=judge.statistic(chosen or judge.largest(JOINT)),
            p_value=judge.result.p_values[JOINT],
            adjusted_p_value=adjusted,
            threshold=judge.bar.detection.false_alarm_rate,
            effect=distance,
            because=shown.because if shown else "",
        ),
        column=_distance_column(joint.distances, split),
        reference=_positions(None if shown is None else shown.reference, family.reference.index),
        current=_positions(None if shown is None else shown.current, family.current.index),
        direction=shown.effect.direction if shown else "up",
    )


def shown_joint(family: Family, scored: ScoredFamily) -> JointView | None:
    """Return the joint view of columns that something else judges: steady until then."""
    joint = scored.joint
    if joint is None:
        return None
    return JointView(
        finding=Multivariate(state=State.STEADY),
        column=_distance_column(joint.distances, scored.table.current_units),
        reference=_positions(None, family.reference.index),
        current=_positions(None, family.current.index),
        direction="up",
    )


def _aspects(
    scored: ScoredFamily, joint: JointScores, moved: NDArray[np.float64], distance: float
) -> dict[StatisticKey, _Aspect]:
    """Return what each joint statistic looks at."""
    split = scored.table.current_units
    scatter = joint.whitened[:split].T @ joint.whitened[:split] / split
    widest = np.linalg.eigh(scatter)[1][:, -1]
    aspects = {
        HOTELLING: _along(moved, scored, joint),
        DIRECTION: _along(widest, scored, joint),
    }
    # The distance of the means is what Hotelling's statistic is about, whatever lies far out.
    aspects[HOTELLING] = replace(aspects[HOTELLING], effect=Effect(size=distance, direction="up"))
    numbers = joint.distances
    reference, current = pd.Series(numbers[split:]), pd.Series(numbers[:split])
    normal = NormalSides.of(reference, current)
    for method, effect in numeric_effects(reference, current, normal).items():
        aspects[StatisticKey(group=JOINT, method=method, number=DISTANCE)] = _Aspect(
            reference=reference,
            current=current,
            effect=effect,
            because=aspects[DIRECTION].because,
        )
    return aspects


def _along(direction: NDArray[np.float64], scored: ScoredFamily, joint: JointScores) -> _Aspect:
    """Return where the units lie along a combination of the whitened columns."""
    split = scored.table.current_units
    projected = joint.whitened @ direction
    # The side on which the window lies farther out is up.
    if (projected[:split] ** 3).mean() < (projected[split:] ** 3).mean():
        projected, direction = -projected, -direction
    reference, current = pd.Series(projected[split:]), pd.Series(projected[:split])
    # The ways far out are shares of units: no normal scores are asked for.
    effects = numeric_effects(reference, current, None)
    farthest = max(
        (effects[method.name] for method in (UPPER_TAIL, LOWER_TAIL)), key=lambda one: one.size
    )
    return _Aspect(
        reference=reference,
        current=current,
        effect=farthest,
        because=apart_words(scored.together, joint.whitening @ direction),
    )


def apart_words(names: Sequence[str], weights: NDArray[np.float64]) -> str:
    """Return the words for features that no longer go together: those of the largest weights.

    Parameters
    ----------
    names
        All features.
    weights
        How much each counts in the combination that moved, in the same order; signs do not matter.
    """
    order = np.argsort(-np.abs(weights), kind="stable")[:_NAMED]
    named = [_title(names[one]) for one in order]
    return f"{listed(named)} no longer go together as they did"


def _beyond_chance(joint: JointScores, moved: NDArray[np.float64], split: int) -> float:
    """Return the distance of the two means without what chance alone adds to it."""
    units = len(joint.whitened)
    by_chance = joint.whitened.var(axis=0).sum() * (1 / split + 1 / (units - split))
    return float(np.sqrt(max((moved**2).sum() - by_chance, 0.0)))


def _positions(values: pd.Series | None, index: pd.Index) -> pd.DataFrame:
    if values is None:
        return pd.DataFrame(index=index)
    return pd.DataFrame({COMBINATION: values.to_numpy()}, index=index)


def _distance_column(distances: NDArray[np.float64], split: int) -> Column:
    return Column(
        name=JOINT_COLUMN,
        unit="sigma",
        kind=ColumnKind.NUMERIC,
        role=ColumnRole.FEATURE,
        reference=pd.Series(distances[split:]),
        current=pd.Series(distances[:split]),
        supply="",
    )


def _title(name: str) -> str:
    feature = feature_named(name)
    return name if feature is None else feature.title
