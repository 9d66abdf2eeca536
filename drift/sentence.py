"""The words for what drifted: a headline, and what moved how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.columns import NEAR_COPIES
from drift.doubts import shorten_label
from reference_stats.features.registry import feature_named
from reports.class_shares import shares_by_name
from reports.constant_reference import ConstantReference, difference_words, reference_words
from reports.effect_sizes import LARGEST_EFFECT, TAILS, USUALLY_BEYOND, in_deviations, sigmas
from reports.findings import Finding, ImageCounts, Multivariate
from reports.remarks import Remark
from reports.wording import listed, readable

_LOOKS_NAMED = 2
_MOVES_NAMED = 2
_MOST = 0.5
_THAN_REFERENCE = " than the reference"
LONGEST_HEADLINE = 120
"""A headline with a cause is at most so long, unless the cause alone is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, and its beginning without the numbers."""

    headline: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a drift is about.

    Attributes
    ----------
    images
        The window's images.
    affected
        At least so many of them differ; None where that cannot be said.
    where
        Where and since when it sits, as a part of a sentence; may be empty.
    reasons
        The number of images left out per reason.
    """

    images: ImageCounts
    affected: int | None = None
    where: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)

    def about(self) -> str:
        """Return the number of images in words."""
        if self.affected is None:
            return f"{self.images.analysed:,} images"
        return f"at least {self.affected:,} of {self.images.analysed:,} images"

    def placed(self, opening: str) -> str:
        """Return an opening with the place behind it."""
        comma = "" if self.where.startswith("since") else ","
        return f"{opening}{comma} {self.where}" if self.where else opening


def moved(drifted: Sequence[Finding], extent: Extent) -> Sentence:
    """Return what is said where columns drifted."""
    features = _in_order([finding for finding in drifted if finding.categories is None])
    moves = [describe_move(finding) for finding in _to_name(features, drifted)]
    more = len(drifted) - len(moves)
    tail = f" and {more} more" if more > 0 else ""
    headline = extent.placed(_opening(features, drifted))
    return Sentence(
        headline=headline,
        summary=f"{headline}: {', '.join(moves)}{tail}; {extent.about()}.",
    )


def moved_jointly(joint: Multivariate, extent: Extent) -> Sentence:
    """Return what is said where only the features together drifted."""
    headline = extent.placed("The numbers of the images no longer go together as in the reference")
    return Sentence(headline=headline, summary=f"{headline}: {joint.because}; {extent.about()}.")


def caused(cause: Remark, drifted: Sentence) -> Sentence:
    """Return what is said of a drift whose cause is known: the cause comes first."""
    return Sentence(
        headline=_short_headline(cause.headline, drifted.headline),
        summary=f"{cause.text} {drifted.summary}",
    )


def _short_headline(cause: str, drifted: str) -> str:
    """Return the cause with what drifted behind it, or the cause alone where that gets too long."""
    whole = f"{cause}: {drifted[:1].lower()}{drifted[1:]}"
    # The cause has named the reference already.
    shorter = whole.replace(f"{_THAN_REFERENCE} ", " ").removesuffix(_THAN_REFERENCE)
    return next((one for one in (whole, shorter) if len(one) <= LONGEST_HEADLINE), cause)


def describe_move(finding: Finding) -> str:
    """Return how far one column moved, such as ``brightness down 0.81 sigma``."""
    effect = finding.effect or 0.0
    title = _title(finding)
    if finding.categories is not None:
        return _largest_change(finding)
    if finding.constant is not None:
        return f"{title} {_off_constant(finding, finding.constant)}"
    if finding.direction == "spread":
        return f"spread of {title} {_spread_direction(finding)} {sigmas(effect)}"
    if finding.direction in TAILS:
        return _far_out(finding)
    if finding.direction == "shares":
        return f"{title}: share changed by {100 * effect:.0f} %"
    return f"{title} {finding.direction} {_from_mean_to_mean(finding)}"


def _to_name(features: Sequence[Finding], drifted: Sequence[Finding]) -> list[Finding]:
    """Return what the eye sees first, and the largest move where it is larger than those."""
    named = list(features[:_MOVES_NAMED])
    largest = min(drifted, key=lambda one: (-_size(one), one.name))
    if all(_size(largest) > _size(one) for one in named):
        named.append(largest)
    return named


def _size(finding: Finding) -> float:
    return in_deviations(finding.effect or 0.0, finding.direction)


def _opening(features: Sequence[Finding], drifted: Sequence[Finding]) -> str:
    words = list(dict.fromkeys(word for finding in features if (word := _look(finding))))
    if words:
        partly = all(_is_about_some(finding) for finding in features if _look(finding))
        some = "Some images" if partly else "Images"
        return f"{some} are {listed(words[:_LOOKS_NAMED])}{_THAN_REFERENCE}"
    if not any(_is_about_images(finding) for finding in drifted):
        return "The model's predictions have moved away from the reference"
    return "The images have moved away from the reference"


def _is_about_images(finding: Finding) -> bool:
    return finding.name == NEAR_COPIES or feature_named(finding.name) is not None


def _from_mean_to_mean(finding: Finding) -> str:
    """Say how far the mean moved; beyond the cap its own numbers say more."""
    effect = finding.effect or 0.0
    if effect < LARGEST_EFFECT:
        return sigmas(effect)
    then, now = (side.mean if side else None for side in (finding.reference, finding.current))
    return f"from {readable(then)} to {readable(now)} ({sigmas(effect)})"


def _is_about_some(finding: Finding) -> bool:
    """Tell whether most images stayed: a constant that most images left has moved as a whole."""
    if finding.constant is not None:
        return (finding.effect or 0.0) < _MOST
    return finding.direction in TAILS


def _title(finding: Finding) -> str:
    feature = feature_named(finding.name)
    return finding.name.replace("_", " ") if feature is None else feature.title


def _spread_direction(finding: Finding) -> str:
    then, now = (
        (side.std if side else None) or 0.0 for side in (finding.reference, finding.current)
    )
    return "up" if now > then else "down"


def _off_constant(finding: Finding, constant: ConstantReference) -> str:
    """Say what the window holds in place of the one value that the reference has."""
    images = [side.count if side else 0 for side in (finding.reference, finding.current)]
    then = reference_words(constant, images[0])
    return f"{difference_words(constant, images[1])} ({then})"


def _far_out(finding: Finding) -> str:
    """Say how many images lie beyond the reference's central 99 %."""
    side = "high" if finding.direction == "upper_tail" else "low"
    share = (finding.effect or 0.0) + USUALLY_BEYOND
    usual = f"(usually {100 * USUALLY_BEYOND:.1f} %)"
    return f"{_title(finding)} unusually {side} in {100 * share:.0f} % of the images {usual}"


def _look(finding: Finding) -> str:
    feature = feature_named(finding.name)
    if feature is None or finding.direction not in {"up", "down", *TAILS}:
        return ""
    return feature.rises if finding.direction in {"up", "upper_tail"} else feature.falls


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return what the eye sees first, then by effect."""
    return sorted(
        findings,
        key=lambda one: (
            not _is_headline(one.name),
            -_size(one),
            one.name,
        ),
    )


def _is_headline(name: str) -> bool:
    feature = feature_named(name)
    return feature is not None and feature.headline


def _largest_change(finding: Finding) -> str:
    shares = shares_by_name(finding.categories or (), finding.renamed)
    name = max(shares, key=lambda one: abs(shares[one][1] - shares[one][0]))
    then, now = shares[name]
    return (
        f"share of {finding.name} {shorten_label(name)!r} {100 * then:.0f} % to {100 * now:.0f} %"
    )
