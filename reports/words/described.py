"""Columns that have plain words of their own: image features, and what a model sees."""

from __future__ import annotations

from collections.abc import Iterable

from reference_stats.features.feature import Feature
from reference_stats.features.registry import features_named
from reference_stats.model_view.view_scores import ViewScore, view_score_named

Described = Feature | ViewScore
"""How images look when a feature rises follows "images are", when a view score does "images"."""


def described(names: Iterable[str]) -> dict[str, Described]:
    """Return the plain words of those columns that have some, by name."""
    known = list(names)
    scores = (view_score_named(name) for name in known)
    found: list[Described] = [*features_named(known), *(one for one in scores if one is not None)]
    return {one.name: one for one in found}


def look_of(feature: Described | None, *, up: bool) -> str:
    """Return how images look when a number rises or falls; plain words where none are known."""
    if feature is None:
        return "higher" if up else "lower"
    return feature.rises if up else feature.falls
