"""The answer of a whole run, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.comparison import Comparison
from drift.described import shorten_label
from jobs.job import Job
from reference_stats.features.registry import FEATURES
from reports.effect_sizes import TAILS, USUALLY_BEYOND, in_deviations
from reports.findings import Finding, ImageCounts, LogCounts, Multivariate, State, Verdict
from reports.wording import listed

_NAMED = 3
_MOVES_NAMED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict of a run and why, in one sentence."""

    verdict: Verdict
    summary: str


def decide(
    comparison: Comparison, images: ImageCounts, log: LogCounts, job: Job, *, where: str = ""
) -> Decision:
    """Return the verdict: drift where a column drifted, steady where one would have been seen.

    Parameters
    ----------
    where
        Where and since when a drift sits, as a part of the sentence; may be empty.
    """
    if images.analysed < job.window.min_images:
        return Decision(verdict=Verdict.INCONCLUSIVE, summary=_too_few(images, log, job))
    drifted = [finding for finding in comparison.findings if finding.state is State.DRIFT]
    if drifted:
        return Decision(verdict=Verdict.DRIFT, summary=_moved(drifted, images, where))
    joint = comparison.multivariate
    if joint is not None and joint.state is State.DRIFT:
        return Decision(verdict=Verdict.DRIFT, summary=_moved_jointly(joint, images, where))
    tested = [finding for finding in comparison.findings if finding.p_value is not None]
    if not tested:
        return Decision(
            verdict=Verdict.INCONCLUSIVE,
            summary="The reference and the window have no column in common that can be compared.",
        )
    effect_to_see = job.detection.effect_to_see
    if comparison.smallest_effect is None or comparison.smallest_effect > effect_to_see:
        return Decision(
            verdict=Verdict.INCONCLUSIVE, summary=_too_weak(comparison, images, effect_to_see)
        )
    return Decision(
        verdict=Verdict.STEADY,
        summary=(
            f"The {images.analysed:,} images look like the reference: none of {len(tested)} "
            f"columns drifted, and a shift of {comparison.smallest_effect:.2f} sigma would have "
            "been seen."
        ),
    )


def describe_move(finding: Finding) -> str:
    """Return how far one column moved, such as ``mean down 0.81 reference standard deviations``."""
    effect = finding.effect or 0.0
    if finding.categories is not None:
        return _largest_change(finding)
    if finding.direction == "spread":
        return f"spread of {finding.name} {_spread_direction(finding)} {effect:.2f} sigma"
    if finding.direction in TAILS:
        return _far_out(finding)
    if finding.direction == "shares":
        return f"{finding.name.replace('_', ' ')}: share changed by {effect:.0%}"
    return f"{finding.name} {finding.direction} {effect:.2f} sigma"


def _spread_direction(finding: Finding) -> str:
    then, now = (
        (side.std if side else None) or 0.0 for side in (finding.reference, finding.current)
    )
    return "up" if now > then else "down"


def _far_out(finding: Finding) -> str:
    """Say how many images lie beyond the reference's central 99 %."""
    side = "high" if finding.direction == "upper_tail" else "low"
    share = (finding.effect or 0.0) + USUALLY_BEYOND
    usual = f"(usually {USUALLY_BEYOND:.1%})"
    return f"{finding.name} unusually {side} in {share:.0%} of the images {usual}"


def _moved_jointly(joint: Multivariate, images: ImageCounts, where: str) -> str:
    place = f", {where}" if where else ""
    return (
        "The numbers of the images no longer go together as in the reference"
        f"{place}: {joint.because}; {images.analysed:,} images."
    )


def _moved(drifted: Sequence[Finding], images: ImageCounts, where: str) -> str:
    features = _in_order([finding for finding in drifted if finding.categories is None])
    classes = [finding for finding in drifted if finding.categories is not None]
    moves = [describe_move(finding) for finding in [*features[:_MOVES_NAMED], *classes]]
    more = len(drifted) - len(moves)
    words = list(dict.fromkeys(word for finding in features if (word := _look(finding))))
    opening = "The images have moved away from the reference"
    partly = bool(features) and all(finding.direction in TAILS for finding in features)
    if words:
        some = "Some images" if partly else "Images"
        opening = f"{some} are {listed(words[:_NAMED])} than the reference"
    elif not any(finding.name in _BY_NAME for finding in drifted):
        opening = "The model's predictions have moved away from the reference"
    tail = f" and {more} more" if more > 0 else ""
    place = f", {where}" if where else ""
    return f"{opening}{place}: {', '.join(moves)}{tail}; {images.analysed:,} images."


_BY_NAME = {feature.name: feature for feature in FEATURES}


def _look(finding: Finding) -> str:
    feature = _BY_NAME.get(finding.name)
    if feature is None or finding.direction not in {"up", "down", *TAILS}:
        return ""
    return feature.rises if finding.direction in {"up", "upper_tail"} else feature.falls


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return what the eye sees first, then by effect."""
    headlines = {feature.name for feature in FEATURES if feature.headline}
    return sorted(
        findings,
        key=lambda one: (
            one.name not in headlines,
            -in_deviations(one.effect or 0.0, one.direction),
            one.name,
        ),
    )


def _largest_change(finding: Finding) -> str:
    categories = finding.categories or ()
    totals = [
        max(1, sum(getattr(category, side) for category in categories))
        for side in ("reference", "current")
    ]
    shares = [
        (category.name, category.reference / totals[0], category.current / totals[1])
        for category in categories
    ]
    name, then, now = max(shares, key=lambda share: abs(share[2] - share[1]))
    return f"share of {finding.name} {shorten_label(name)!r} {then:.0%} to {now:.0%}"


def _too_few(images: ImageCounts, log: LogCounts, job: Job) -> str:
    if not images.logged and log.rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in log.reasons.items())
        return f"None of the window's {log.rows:,} rows could be used: {reasons}."
    if not images.logged:
        return "The window holds no rows, so there is nothing to compare."
    if images.analysed == images.logged:
        return (
            f"The window has only {images.analysed:,} images; a verdict needs at least "
            f"{job.window.min_images:,} (window.min_images)."
        )
    return (
        f"Only {images.analysed:,} of {images.logged:,} logged images could be analysed; a verdict "
        f"needs at least {job.window.min_images:,} (window.min_images)."
    )


def _too_weak(comparison: Comparison, images: ImageCounts, effect_to_see: float) -> str:
    seen = comparison.smallest_effect
    able = "nothing with certainty" if seen is None else f"only shifts of {seen:.2f} sigma or more"
    needed = (
        f"about {comparison.images_needed:,} images would show"
        if comparison.images_needed is not None
        else "the reference is too small for any window to show"
    )
    return (
        f"Nothing moved, but {images.analysed:,} images can show {able}; {needed} "
        f"{effect_to_see:g} sigma (detection.effect_to_see)."
    )
