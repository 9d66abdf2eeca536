"""Why an image stands out, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import NEAR_COPIES
from drift.comparison.joint import COMBINATION
from drift.model_view.sides import ViewSides
from drift.observations.window_images import WindowImages
from drift.where.novel.standing_out import highest_usual
from reference_stats.features.feature import Sign
from reference_stats.model_view.measures import measure_named
from reference_stats.model_view.view_scores import view_score_named
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.images import OffenderReason

_REASONS_NAMED = 2
_USUAL = (0.05, 0.95)
# A cause or what the eye sees comes before another number less than so many times as far out.
_SEEN_WEIGHT = 2.0
_WITHOUT_NUMBERS = {
    COMBINATION: "its numbers rarely go together",
    NEAR_COPIES: "one of several near-copies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    """Why an image stands out in one number.

    Attributes
    ----------
    told
        How it looks, in a word or two, with the number and what is usual.
    outside
        Whether the number lies outside of the reference's central 90 %.
    weight
        Its distance along the drift, counted more for what the eye sees.
    is_first
        Whether it is what the headline names: it comes before all others, usual or not.
    """

    told: OffenderReason
    outside: bool
    weight: float
    is_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """A number of the window's images one by one, and what is usual of it in the reference.

    An image above `highest` stands out by itself, as the novel ones do that are counted; nothing
    does in other numbers than a model's scores.
    """

    numbers: NDArray[np.float64]
    low: float
    middle: float
    high: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Tells why images stand out; what is usual is looked up once for each number.

    Attributes
    ----------
    view
        The scores of a model's view; None without one.
    first
        The number that the headline names first, where that is a score of the view; else empty.
    """

    window: WindowImages
    profile: ReferenceProfile
    piles: frozenset[str] = frozenset()
    view: ViewSides | None = None
    first: str = ""
    known: dict[str, _Usual] = field(default_factory=dict)

    def of(self, position: int, distances: Mapping[str, float]) -> tuple[OffenderReason, ...]:
        """Return why an image stands out: as the headline says it, then the most visible.

        Parameters
        ----------
        position
            The label of the image's row.
        distances
            By number that drifted, the distance along the drift; what lies on the other side says
            nothing.
        """
        reasons = [
            self._reason(name, distance, position)
            for name, distance in distances.items()
            if distance > 0
        ]
        return _named(reasons)

    def _reason(self, name: str, distance: float, position: int) -> _Reason:
        measure = measure_named(name)
        if measure is None:
            look = _WITHOUT_NUMBERS.get(name, name)
            told = OffenderReason(look=look)
            return _Reason(told=told, outside=distance >= 1, weight=distance)
        usual = self._usual(name)
        # The labels of rows ascend; a table of a million of them for each number would be large.
        value = float(usual.numbers[np.searchsorted(self.window.features.index, position)])
        if name in self.piles:
            look = f"one of many alike in {measure.title}"
            told = OffenderReason(look=look, measure=measure.title, value=_rounded(value))
            return _Reason(told=told, outside=True, weight=distance)
        rose = value > usual.middle
        seen = (measure.rising if rose else measure.falling) is not Sign.TRACE
        outside = not usual.low <= value <= usual.high
        score = view_score_named(name)
        of_one = score.of_one if score is not None and value > usual.highest else ""
        return _Reason(
            told=OffenderReason(
                look=of_one or (measure.rises if rose else measure.falls),
                measure=measure.title,
                value=_rounded(value),
                low=_rounded(usual.low),
                high=_rounded(usual.high),
            ),
            outside=outside,
            weight=distance * (_SEEN_WEIGHT if seen else 1.0),
            is_first=name == self.first,
        )

    def _usual(self, name: str) -> _Usual:
        if name not in self.known:
            reference, current = self._sides(name)
            highest = np.inf
            if view_score_named(name) is not None:
                highest = highest_usual(reference.to_numpy(dtype=np.float64))
            low, middle, high = np.nanquantile(reference, (_USUAL[0], 0.5, _USUAL[1])).tolist()
            self.known[name] = _Usual(
                numbers=current.to_numpy(),
                low=low,
                middle=middle,
                high=high,
                highest=highest,
            )
        return self.known[name]

    def _sides(self, name: str) -> tuple[pd.Series, pd.Series]:
        if self.view is not None and view_score_named(name) is not None:
            return self.view.reference[name], self.view.current[name]
        return self.profile.features[name], self.window.features[name]


def _rounded(number: float) -> float:
    return float(f"{number:.6g}")


def in_words(reasons: Sequence[OffenderReason]) -> str:
    """Return reasons as a sentence: ``blurrier (sharpness 0.38, reference 2.39 to 3.72)``."""
    return ", ".join(one.look + _numbers(one) for one in reasons)


def _numbers(reason: OffenderReason) -> str:
    if reason.value is None:
        return ""
    if reason.low is None or reason.high is None:
        return f" ({reason.value:.3g})"
    usual = _range(reason.low, reason.high)
    return f" ({reason.measure} {reason.value:.3g}, reference {usual})"


def _named(reasons: Sequence[_Reason]) -> tuple[OffenderReason, ...]:
    ordered = sorted(reasons, key=lambda one: (not one.is_first, -one.weight))
    # Two numbers may look the same, such as the mean and the median brightness.
    looks: dict[str, _Reason] = {}
    for reason in ordered:
        if reason.outside or reason.is_first:
            looks.setdefault(reason.told.look, reason)
    named = list(looks.values()) or ordered[:1]
    return tuple(_toned_down(one) for one in named[:_REASONS_NAMED])


def _toned_down(reason: _Reason) -> OffenderReason:
    """Return the reason, with "rather" before the look of a number that is usual."""
    if reason.outside or reason.told.value is None:
        return reason.told
    return replace(reason.told, look=f"rather {reason.told.look}")


def _range(low: float, high: float) -> str:
    ends = f"{low:.3g}", f"{high:.3g}"
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
