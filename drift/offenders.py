"""The images that drive a drift: those that lie farthest out where the columns moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drift.direction import Positions
from drift.joint_findings import COMBINATION
from drift.options import as_text
from drift.window_images import WindowImages
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings import Offender

MOST_OFFENDERS = 24
_FEATURES_NAMED = 2
_BY_NAME = {feature.name: feature for feature in FEATURES}


def find_offenders(
    positions: Positions, window: WindowImages, profile: ReferenceProfile
) -> tuple[Offender, ...]:
    """Return the images that lie farthest out along the drift, worst first.

    The score of an image is the root mean square, over the numbers that drifted, of its distance
    from the reference's median in the direction of the drift, in robust standard deviations, none
    counting more than six. Near-copies are shown once. No drift, no offenders.
    """
    if positions.current.empty:
        return ()
    distances = positions.current.clip(lower=0.0)
    scores = np.sqrt((distances**2).mean(axis=1))
    images = window.rows["image"].loc[scores.index]
    order = np.lexsort((images.to_numpy(dtype="U"), -scores.to_numpy()))
    worst = scores.iloc[order].head(MOST_OFFENDERS)
    return tuple(
        _offender(int(position), float(score), distances, window, profile)
        for position, score in worst.items()
        if score > 0
    )


def _offender(
    position: int,
    score: float,
    distances: pd.DataFrame,
    window: WindowImages,
    profile: ReferenceProfile,
) -> Offender:
    far = distances.loc[position].to_numpy()
    order = [str(distances.columns[column]) for column in np.argsort(-far, kind="stable")]
    clear = [name for name, distance in zip(order, -np.sort(-far), strict=True) if distance >= 1]
    # What the eye sees comes first: the sort keeps the order of distance within each group.
    named = sorted(clear or order[:1], key=lambda name: not _is_headline(name))
    parts = [_describe(name, position, window, profile) for name in named[:_FEATURES_NAMED]]
    return Offender(
        image=str(window.rows["image"].loc[position]),
        id=str(window.rows["id"].loc[position]),
        timestamp=as_text(window.rows["timestamp"].loc[position]),
        score=score,
        because=", ".join(parts),
    )


def _describe(name: str, position: int, window: WindowImages, profile: ReferenceProfile) -> str:
    if name == COMBINATION:
        return "its numbers rarely go together"
    feature = _BY_NAME.get(name)
    if feature is None:
        return name.replace("_", " ")
    value = float(window.features[feature.name].loc[position])
    low, high = np.nanquantile(profile.features[feature.name], (0.05, 0.95))
    word = _look(feature, value, float(low), float(high))
    return f"{word} ({feature.title} {value:.3g}, reference {low:.3g} to {high:.3g})"


def _look(feature: Feature, value: float, low: float, high: float) -> str:
    if value > high:
        return feature.rises
    return feature.falls if value < low else feature.title


def _is_headline(name: str) -> bool:
    feature = _BY_NAME.get(name)
    return feature is not None and feature.headline
