"""The words for how far one column moved, against the reference or against normal days."""

from __future__ import annotations

from drift.comparison.columns.columns import NEAR_COPIES
from drift.comparison.columns.doubts import shorten_label
from reference_stats.model_view.measures import measure_named
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding
from reports.findings.constant_reference import ConstantReference, difference_words, reference_words
from reports.findings.effect_sizes import (
    LARGEST_EFFECT,
    PILE,
    TAILS,
    USUALLY_BEYOND,
    in_deviations,
    sigmas,
)
from reports.words.movements import lies_to_one_side, pile_words, spread_widened
from reports.words.numbers import readable

_TITLES = {NEAR_COPIES: "near-copies"}


def describe_move(finding: Finding) -> str:
    """Return how far one column moved, such as ``brightness down 0.81 sigma``.

    Beside normal days the two means are said too: ``brightness down from 140 to 98 (1.3 sigma)``.
    """
    if finding.categories is not None:
        return _largest_change(finding)
    if finding.constant is not None and finding.beside_days is None:
        return f"{title_of(finding)} {_off_constant(finding, finding.constant)}"
    if finding.direction in {*TAILS, PILE}:
        return _far_out(finding)
    return _by_size(finding)


def _by_size(finding: Finding) -> str:
    effect, title = finding.effect or 0.0, title_of(finding)
    if lies_to_one_side(finding):
        return f"embeddings moved to one side by {sigmas(effect)}"
    if finding.direction == "spread":
        return f"spread of {title} {_spread_direction(finding)} {sigmas(effect)}"
    if finding.direction == "shares":
        return f"{title}: share changed by {100 * effect:.0f} %"
    return f"{title} {finding.direction} {_from_mean_to_mean(finding)}"


def size_of(finding: Finding) -> float:
    """Return how far a column moved, on one scale for numbers and shares."""
    return in_deviations(finding.effect or 0.0, finding.direction)


def _spread_direction(finding: Finding) -> str:
    return "up" if spread_widened(finding) else "down"


def _from_mean_to_mean(finding: Finding) -> str:
    """Say how far the mean moved; beyond the cap its own numbers say more."""
    effect = finding.effect or 0.0
    now = finding.current.mean if finding.current else None
    if finding.beside_days is not None and finding.beside_days.usual is not None:
        unit = f" {finding.unit}" if finding.unit.replace(" ", "").isalpha() else ""
        usual = readable(finding.beside_days.usual)
        return f"from {usual} to {readable(now)}{unit} ({sigmas(effect)})"
    if effect < LARGEST_EFFECT:
        return sigmas(effect)
    then = finding.reference.mean if finding.reference else None
    return f"from {readable(then)} to {readable(now)} ({sigmas(effect)})"


def title_of(finding: Finding) -> str:
    """Return what people call a column; one of the log is called as the log calls it."""
    measure = measure_named(finding.name)
    return _TITLES.get(finding.name, finding.name) if measure is None else measure.title


def _off_constant(finding: Finding, constant: ConstantReference) -> str:
    """Say what the window holds in place of the one value that the reference has."""
    images = [side.count if side else 0 for side in (finding.reference, finding.current)]
    then = reference_words(constant, images[0])
    return f"{difference_words(constant, images[1])} ({then})"


def _far_out(finding: Finding) -> str:
    """Say how many images lie beyond the reference's central 99 %, or how many more than usual."""
    if finding.pile is not None:
        return f"{title_of(finding)}: {pile_words(finding.pile)}"
    side = "high" if finding.direction == "upper_tail" else "low"
    effect = finding.effect or 0.0
    if finding.beside_days is not None:
        return f"{title_of(finding)} unusually {side} in {100 * effect:.0f} % more images"
    usual = f"(usually {100 * USUALLY_BEYOND:.1f} %)"
    share = effect + USUALLY_BEYOND
    return f"{title_of(finding)} unusually {side} in {100 * share:.0f} % of the images {usual}"


def _largest_change(finding: Finding) -> str:
    shares = usual_and_current(finding)
    name = max(shares, key=lambda one: abs(shares[one][1] - shares[one][0]))
    then, now = shares[name]
    return (
        f"share of {finding.name} {shorten_label(name)!r} {100 * then:.0f} % to {100 * now:.0f} %"
    )
