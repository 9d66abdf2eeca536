"""The images that drive a drift: those that lie farthest out where the columns moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from drift.comparison.columns.columns import NEAR_COPIES
from drift.comparison.joint import COMBINATION
from drift.observations.near_copies.order import order_by
from drift.observations.window_images import WindowImages
from drift.run_request import as_text
from drift.where.direction import Positions
from drift.where.diversity import spread_out
from reference_stats.features.feature import Sign
from reference_stats.features.registry import feature_named
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.images import Offender

MOST_OFFENDERS = 24
_REASONS_NAMED = 2
_USUAL = (0.05, 0.95)
# A cause or what the eye sees comes before another number less than so many times as far out.
_SEEN_WEIGHT = 2.0
# Another thing is shown in place of one seen already only where it lies at least half as far out.
_FAR_ENOUGH = 0.5
_MOST_COMPARED = 20_000
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
    counting more than six. Of those at least half as far out as the worst, but of no more than the
    20,000 farthest, images that show what one before them shows come after the others. No drift,
    no offenders.
    """
    if positions.current.empty:
        return ()
    scores = _scores(positions.current)
    shown = _to_show(scores[scores > 0], window)
    reasons = _Reasons(window=window, profile=profile)
    return tuple(
        Offender(
            image=str(window.rows["image"].loc[position]),
            id=str(window.rows["id"].loc[position]),
            timestamp=as_text(window.rows["timestamp"].loc[position]),
            score=float(scores.loc[position]),
            because=_because(reasons.of(position, positions.current)),
        )
        for position in shown
    )


def _scores(distances: pd.DataFrame) -> pd.Series[float]:
    squares = np.zeros(len(distances))
    for name in distances.columns:
        squares += np.maximum(distances[name].to_numpy(), 0.0) ** 2
    return pd.Series(np.sqrt(squares / len(distances.columns)), index=distances.index)


def _to_show(scores: pd.Series[float], window: WindowImages) -> list[int]:
    """Return the labels of the images to show, in their order."""
    ranked = _farthest(scores, window)
    labels: list[int] = ranked.index.tolist()
    if window.fingerprints is None or not labels:
        return labels[:MOST_OFFENDERS]
    far = int((ranked >= _FAR_ENOUGH * ranked.iloc[0]).sum())
    fingerprints = window.fingerprints[window.features.index.get_indexer(ranked.index[:far])]
    shown = [labels[place] for place in spread_out(fingerprints, MOST_OFFENDERS)]
    return [*shown, *labels[far:]][:MOST_OFFENDERS]


def _farthest(scores: pd.Series[float], window: WindowImages) -> pd.Series[float]:
    """Return the scores of the images that lie farthest out, in order; ties by name."""
    if len(scores) > _MOST_COMPARED:
        least = np.partition(scores.to_numpy(), -_MOST_COMPARED)[-_MOST_COMPARED]
        scores = scores[scores >= least]
    images = window.rows["image"].loc[scores.index]
    order = order_by(
        -scores.to_numpy(), lambda rows: (pd.factorize(images.iloc[rows], sort=True)[0],)
    )
    return scores.iloc[order[:_MOST_COMPARED]]


def _because(reasons: Sequence[_Reason]) -> str:
    ordered = sorted(reasons, key=lambda one: -one.weight)
    # Two numbers may look the same, such as the mean and the median brightness.
    looks: dict[str, _Reason] = {}
    for reason in ordered:
        if reason.outside:
            looks.setdefault(reason.look, reason)
    named = list(looks.values()) or ordered[:1]
    return ", ".join(one.words() for one in named[:_REASONS_NAMED])


def _range(low: float, high: float) -> str:
    ends = f"{low:.3g}", f"{high:.3g}"
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reasons:
    """Tells why an image stands out; what is usual is looked up once for each number."""

    window: WindowImages
    profile: ReferenceProfile
    usual: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    def of(self, position: int, distances: pd.DataFrame) -> list[_Reason]:
        """Return the reasons of an image, one for each number that lies out."""
        own = distances.loc[position].to_numpy().tolist()
        far = zip(distances.columns, own, strict=True)
        return [
            self._reason(str(name), distance, position) for name, distance in far if distance > 0
        ]

    def _reason(self, name: str, distance: float, position: int) -> _Reason:
        feature = feature_named(name)
        if feature is None:
            look = _WITHOUT_NUMBERS.get(name, name.replace("_", " "))
            return _Reason(look=look, numbers="", outside=distance >= 1, weight=distance)
        value = float(self.window.features[name].loc[position])
        low, middle, high = self._usual(name)
        rose = value > middle
        seen = (feature.rising if rose else feature.falling) is not Sign.TRACE
        return _Reason(
            look=feature.rises if rose else feature.falls,
            numbers=f"{feature.title} {value:.3g}, reference {_range(low, high)}",
            outside=not low <= value <= high,
            weight=distance * (_SEEN_WEIGHT if seen else 1.0),
        )

    def _usual(self, name: str) -> tuple[float, float, float]:
        if name not in self.usual:
            reference = self.profile.features[name]
            low, middle, high = np.nanquantile(reference, (_USUAL[0], 0.5, _USUAL[1]))
            self.usual[name] = (float(low), float(middle), float(high))
        return self.usual[name]
