"""How far each image lies out in the direction in which the window moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.columns import AlignedRows
from drift.comparison import Comparison
from reports.findings import Finding, State

# A single number that is far out must not outweigh several that moved together.
FARTHEST = 6.0
# The distance between the quartiles of a normal distribution, in standard deviations.
_QUARTILE_DISTANCE = 1.349
_DOWNWARD = frozenset({"down", "lower_tail"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Every unit's distances along the drift.

    Attributes
    ----------
    reference, current
        One row per unit, indexed as the rows that were compared; one column per number that
        drifted. In robust standard deviations from the reference's median, positive in the
        direction of the drift, between -6 and 6; 0 where the number is missing.
    """

    reference: pd.DataFrame
    current: pd.DataFrame

    def scores(self) -> NDArray[np.float64]:
        """Return each current unit's mean distance, standardised to the reference's own.

        Shape (units,); the reference has mean 0 and standard deviation 1. NaN where nothing
        drifted.
        """
        if not len(self.current.columns):
            return np.full(len(self.current), np.nan)
        reference = self.reference.mean(axis=1).to_numpy()
        current = self.current.mean(axis=1).to_numpy()
        scores: NDArray[np.float64] = (current - reference.mean()) / (reference.std() or 1.0)
        return scores


def drift_positions(comparison: Comparison, rows: AlignedRows) -> Positions:
    """Return where the units lie along the image features that drifted.

    Where only the joint view drifted, its own direction is taken.

    Parameters
    ----------
    comparison
        What was found.
    rows
        The image features of both sides as they were compared.
    """
    drifted = [one for one in comparison.features if one.state is State.DRIFT]
    sides = dict(_of_columns(drifted, rows))
    joint = comparison.joint
    if not sides and joint is not None:
        sides = {
            str(name): _along(joint.reference[name], joint.current[name], joint.direction)
            for name in joint.current
        }
        rows = AlignedRows(reference=joint.reference, current=joint.current)
    return Positions(
        reference=pd.DataFrame(
            {name: one for name, (one, _) in sides.items()}, index=rows.reference.index
        ),
        current=pd.DataFrame(
            {name: other for name, (_, other) in sides.items()}, index=rows.current.index
        ),
    )


def _of_columns(
    drifted: list[Finding], rows: AlignedRows
) -> Iterator[tuple[str, tuple[pd.Series, pd.Series]]]:
    for finding in drifted:
        if _is_narrower(finding) or finding.direction is None:
            # No image lies out where all lie closer together.
            continue
        yield (
            finding.name,
            _along(rows.reference[finding.name], rows.current[finding.name], finding.direction),
        )


def _is_narrower(finding: Finding) -> bool:
    then, now = finding.reference, finding.current
    if finding.direction != "spread" or then is None or now is None:
        return False
    return (now.std or 0.0) < (then.std or 0.0)


def _along(reference: pd.Series, current: pd.Series, direction: str) -> tuple[pd.Series, pd.Series]:
    known = reference.dropna()
    low, middle, high = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
    scale = (high - low) / _QUARTILE_DISTANCE or float(known.std()) or 1.0
    sides = []
    for values in (reference, current):
        distances = ((values - middle) / scale).fillna(0.0)
        if direction in _DOWNWARD:
            distances = -distances
        elif direction == "spread":
            distances = distances.abs()
        sides.append(distances.clip(-FARTHEST, FARTHEST))
    return sides[0], sides[1]
