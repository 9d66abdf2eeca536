"""The images that drive a drift: those that lie farthest out where the columns moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from drift.columns import NEAR_COPIES
from drift.direction import Positions
from drift.joint_findings import COMBINATION
from drift.likeness import spread_out
from drift.options import as_text
from drift.window_images import WindowImages
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings import Offender

MOST_OFFENDERS = 24
_REASONS_NAMED = 2
_USUAL = (0.05, 0.95)
# What the eye sees comes before another number that is less than so many times as far out.
_HEADLINE_WEIGHT = 2.0
# Another thing is shown in place of one seen already only where it lies at least half as far out.
_FAR_ENOUGH = 0.5
_BY_NAME = {feature.name: feature for feature in FEATURES}
_WITHOUT_NUMBERS = {
    COMBINATION: "its numbers rarely go together",
    NEAR_COPIES: "one of several near-copies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    """Why an image stands out in one number.

    Attributes
    ----------
    look
        How it looks, in a word or two.
    numbers
        The number with its name and what is usual; empty where there is nothing to say.
    outside
        Whether the number lies outside of the reference's central 90 %.
    weight
        Its distance along the drift, counted more for what the eye sees.
    """

    look: str
    numbers: str
    outside: bool
    weight: float

    def words(self) -> str:
        if not self.numbers:
            return self.look
        look = self.look if self.outside else f"rather {self.look}"
        return f"{look} ({self.numbers})"


def find_offenders(
    positions: Positions, window: WindowImages, profile: ReferenceProfile
) -> tuple[Offender, ...]:
    """Return the images that lie farthest out along the drift, those of different things first.

    The score of an image is the root mean square, over the numbers that drifted, of its distance
    from the reference's median in the direction of the drift, in robust standard deviations, none
    counting more than six. Of those at least half as far out as the worst, images that show what
    one before them shows come after the others. No drift, no offenders.
    """
    if positions.current.empty:
        return ()
    distances = positions.current.clip(lower=0.0)
    scores = np.sqrt((distances**2).mean(axis=1))
    shown = _to_show(scores[scores > 0], window)
    return tuple(
        Offender(
            image=str(window.rows["image"].loc[position]),
            id=str(window.rows["id"].loc[position]),
            timestamp=as_text(window.rows["timestamp"].loc[position]),
            score=float(scores.loc[position]),
            because=_because(_reasons(position, distances, window, profile)),
        )
        for position in shown
    )


def _to_show(scores: pd.Series[float], window: WindowImages) -> list[int]:
    """Return the labels of the images to show, in their order."""
    images = window.rows["image"].loc[scores.index]
    order = np.lexsort((images.to_numpy(dtype="U"), -scores.to_numpy()))
    ranked = scores.iloc[order]
    labels: list[int] = ranked.index.tolist()
    if window.fingerprints is None or not labels:
        return labels[:MOST_OFFENDERS]
    far = int((ranked >= _FAR_ENOUGH * ranked.iloc[0]).sum())
    fingerprints = window.fingerprints[window.features.index.get_indexer(ranked.index[:far])]
    shown = [labels[place] for place in spread_out(fingerprints, MOST_OFFENDERS)]
    return [*shown, *labels[far:]][:MOST_OFFENDERS]


def _because(reasons: Sequence[_Reason]) -> str:
    ordered = sorted(reasons, key=lambda one: -one.weight)
    # Two numbers may look the same, such as the mean and the median brightness.
    looks: dict[str, _Reason] = {}
    for reason in ordered:
        if reason.outside:
            looks.setdefault(reason.look, reason)
    named = list(looks.values()) or ordered[:1]
    return ", ".join(one.words() for one in named[:_REASONS_NAMED])


def _reasons(
    position: int, distances: pd.DataFrame, window: WindowImages, profile: ReferenceProfile
) -> list[_Reason]:
    far = zip(distances.columns, distances.loc[position].to_numpy().tolist(), strict=True)
    return [
        _reason(str(name), distance, position, window, profile)
        for name, distance in far
        if distance > 0
    ]


def _reason(
    name: str, distance: float, position: int, window: WindowImages, profile: ReferenceProfile
) -> _Reason:
    feature = _BY_NAME.get(name)
    if feature is None:
        look = _WITHOUT_NUMBERS.get(name, name.replace("_", " "))
        return _Reason(look=look, numbers="", outside=distance >= 1, weight=distance)
    value = float(window.features[name].loc[position])
    return _of_feature(feature, value, profile.features[name], distance)


def _of_feature(
    feature: Feature, value: float, reference: pd.Series[float], distance: float
) -> _Reason:
    low, middle, high = (float(q) for q in np.nanquantile(reference, (_USUAL[0], 0.5, _USUAL[1])))
    return _Reason(
        look=feature.rises if value > middle else feature.falls,
        numbers=f"{feature.title} {value:.3g}, reference {low:.3g} to {high:.3g}",
        outside=not low <= value <= high,
        weight=distance * (_HEADLINE_WEIGHT if feature.headline else 1.0),
    )
