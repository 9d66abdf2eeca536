"""The images that drive a drift: those that lie farthest out where the columns moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from drift.options import as_text
from drift.window_images import WindowImages
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings import Finding, Offender, State

MOST_OFFENDERS = 24
_FEATURES_NAMED = 2
# A single number that is far out must not outweigh several that moved together.
_FARTHEST = 6.0
# The distance between the quartiles of a normal distribution, in standard deviations.
_QUARTILE_DISTANCE = 1.349


def find_offenders(
    findings: Sequence[Finding], window: WindowImages, profile: ReferenceProfile
) -> tuple[Offender, ...]:
    """Return the images that lie farthest out in the features that drifted, worst first.

    The score of an image is the root mean square, over the drifted features, of its distance
    from the reference's median in robust standard deviations, none counting more than six; where a
    mean moved, only distances to that side count. No drifted feature, no offenders.
    """
    drifted = [finding for finding in findings if finding.state is State.DRIFT]
    drifted = [finding for finding in drifted if finding.name in window.features.columns]
    if not drifted or window.features.empty:
        return ()
    distances = pd.DataFrame(
        {
            finding.name: _distances(window.features[finding.name], profile, finding)
            for finding in drifted
        }
    ).fillna(0.0)
    scores = np.sqrt((distances.clip(-_FARTHEST, _FARTHEST) ** 2).mean(axis=1))
    images = window.rows["image"].loc[scores.index]
    order = np.lexsort((images.to_numpy(dtype="U"), -scores.to_numpy()))
    ranked = pd.DataFrame({"score": scores, "image": images}).iloc[order]
    worst = ranked.drop_duplicates("image").head(MOST_OFFENDERS)
    return tuple(
        _offender(position, float(worst["score"][position]), distances, window, profile)
        for position in worst.index
        if worst["score"][position] > 0
    )


def _distances(
    values: pd.Series[float], profile: ReferenceProfile, finding: Finding
) -> pd.Series[float]:
    reference = profile.features[finding.name].dropna()
    low, middle, high = (float(q) for q in np.quantile(reference, (0.25, 0.5, 0.75)))
    scale = (high - low) / _QUARTILE_DISTANCE or float(reference.std()) or 1.0
    distances: pd.Series[float] = (values - middle) / scale
    if finding.direction == "up":
        return distances.clip(lower=0)
    if finding.direction == "down":
        return distances.clip(upper=0)
    return distances


def _offender(
    position: int,
    score: float,
    distances: pd.DataFrame,
    window: WindowImages,
    profile: ReferenceProfile,
) -> Offender:
    far = np.abs(distances.loc[[position]].to_numpy()[0])
    order = [str(distances.columns[column]) for column in np.argsort(-far, kind="stable")]
    clear = [name for name, distance in zip(order, -np.sort(-far), strict=True) if distance >= 1]
    # What the eye sees comes first: the sort keeps the order of distance within each group.
    named = sorted(clear or order[:1], key=lambda name: not _feature(name).headline)
    parts = [
        _describe(name, float(window.features[name].loc[position]), profile)
        for name in named[:_FEATURES_NAMED]
    ]
    return Offender(
        image=str(window.rows["image"].loc[position]),
        id=str(window.rows["id"].loc[position]),
        timestamp=as_text(window.rows["timestamp"].loc[position]),
        score=score,
        because=", ".join(parts),
    )


def _describe(name: str, value: float, profile: ReferenceProfile) -> str:
    feature = _feature(name)
    low, high = np.nanquantile(profile.features[name], (0.05, 0.95))
    word = feature.rises if value > high else feature.falls if value < low else feature.title
    return f"{word} ({name} {value:.3g}, reference {low:.3g} to {high:.3g})"


def _feature(name: str) -> Feature:
    return next(feature for feature in FEATURES if feature.name == name)
