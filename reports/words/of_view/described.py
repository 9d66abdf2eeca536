"""Columns that have plain words of their own: image features, and what a model sees."""

from __future__ import annotations

from collections.abc import Iterable

from reference_stats.features.feature import Feature
from reference_stats.features.registry import features_named
from reference_stats.model_view.view_scores import ViewScore, view_score_named

Described = Feature | ViewScore
"""What has a title, and words for what its rise and its fall look like."""


def described(names: Iterable[str]) -> dict[str, Described]:
    """Return the plain words of those columns that have some, by name."""
    known = list(names)
    scores = (view_score_named(name) for name in known)
    found: list[Described] = [*features_named(known), *(one for one in scores if one is not None)]
    return {one.name: one for one in found}
