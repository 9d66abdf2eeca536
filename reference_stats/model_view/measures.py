"""What is measured on an image: its features, and the scores of a model's view of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_named
from reference_stats.model_view.view_scores import ViewScore, view_score_named

Measure: TypeAlias = Feature | ViewScore
"""Whatever has a title, a unit, a resolution, and words for how images look that moved."""


def measure_named(name: str) -> Measure | None:
    """Return what a column measures on images; None for what the log says or has no words."""
    return feature_named(name) or view_score_named(name)


def measures_named(names: Iterable[str]) -> dict[str, Measure]:
    """Return by name what some columns measure on images; others are left out."""
    found = ((name, measure_named(name)) for name in names)
    return {name: measure for name, measure in found if measure is not None}
