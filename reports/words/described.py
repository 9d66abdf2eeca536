"""Columns that have plain words of their own: image features, and what a model sees."""

from __future__ import annotations

from collections.abc import Iterable

from reference_stats.model_view.measures import Measure, measures_named

Described = Measure
"""How images look when a number rises or falls follows "images are"."""


def described(names: Iterable[str]) -> dict[str, Described]:
    """Return the plain words of those columns that have some, by name."""
    return {one.name: one for one in measures_named(names)}


def look_of(feature: Described | None, *, up: bool) -> str:
    """Return how images look when a number rises or falls; plain words where none are known."""
    if feature is None:
        return "higher" if up else "lower"
    return feature.rises if up else feature.falls
