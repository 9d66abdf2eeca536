"""The most novel images of a window, grouped by likeness, beside what the reference has nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_view.scale import ViewScale
from drift.where.novel.grouping import grouped
from drift.where.novel.standing_out import StandingOut
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.model_view.views import NO_CLASS, ImageViews
from reports.findings.model_view import MOST_IN_A_GROUP, MOST_NOVEL_GROUPS, NovelGroup

ALWAYS = 1.0
NEVER = 0.0
"""Groups are made whatever the number of novel images."""
MOST_GROUPED = 60
"""More would not show more, and their groups would be told apart less well."""
_OF_ALL = 5
# By chance so many single images stand out in one window of 200.
_CHANCE_OF_SINGLES = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenUnits:
    """Images with what a model sees in them.

    Attributes
    ----------
    names
        What each is called.
    views, novelty
        In the same order; NaN where the novelty is not known.
    """

    names: NDArray[np.object_]
    views: ImageViews
    novelty: NDArray[np.float64]

    def take(self, places: NDArray[np.int64]) -> SeenUnits:
        """Return the images at some places."""
        return SeenUnits(
            names=self.names[places],
            views=self.views.take(places),
            novelty=self.novelty[places],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelImages:
    """What is novel in a window.

    Attributes
    ----------
    images
        How many units stand out.
    expected
        How many would by chance.
    groups
        The most novel ones, where novelty drifted or there are more than chance explains. Where
        it drifted and hardly one stands out by itself, they are the most novel fifth.
    """

    images: int
    expected: float
    groups: tuple[NovelGroup, ...] = ()


def novel_images(
    scale: ViewScale,
    reference: NDArray[np.object_],
    window: SeenUnits,
    class_names: Sequence[str],
    most_chance: float,
) -> NovelImages:
    """Return the novel images of a window.

    Parameters
    ----------
    scale
        Of the reference.
    reference
        What the images of the profile are called.
    window
        One image of each unit.
    class_names
        Of the model; empty where they are not known.
    most_chance
        Groups are made where the chance of so many novel images is smaller than this; or `ALWAYS`,
        or `NEVER`.
    """
    held_out = scale.reference[NOVELTY.name].to_numpy(dtype=np.float64)
    found = StandingOut.of(held_out, window.novelty)
    said = NovelImages(images=len(found.places), expected=found.expected)
    places = _to_group(found, window, most_chance)
    if not len(places):
        return said
    shown = window.take(places)
    groups = grouped(shown.views.embeddings)[:MOST_NOVEL_GROUPS]
    told = [_told(shown.take(one), scale, reference, class_names, found.seen) for one in groups]
    return NovelImages(images=said.images, expected=said.expected, groups=tuple(told))


def _to_group(found: StandingOut, window: SeenUnits, most_chance: float) -> NDArray[np.int64]:
    """Return which units of the window are grouped, the most novel first."""
    if most_chance < ALWAYS:
        return found.places[: MOST_GROUPED if found.p_value < most_chance else 0]
    if found.p_value < _CHANCE_OF_SINGLES:
        return found.places[:MOST_GROUPED]
    # All are a little more novel: those beyond the reference's are as many as by chance.
    known = np.flatnonzero(np.isfinite(window.novelty))
    ordered = known[np.argsort(-window.novelty[known], kind="stable")]
    return ordered[: min(MOST_GROUPED, -(-len(known) // _OF_ALL))]


def _told(
    group: SeenUnits,
    scale: ViewScale,
    reference: NDArray[np.object_],
    class_names: Sequence[str],
    seen: int,
) -> NovelGroup:
    first = group.take(np.arange(min(len(group.names), MOST_IN_A_GROUP), dtype=np.int64))
    places, counts = np.unique(group.views.classes, return_counts=True)
    most = int(np.argmax(counts))
    has_class = places[most] != NO_CLASS
    return NovelGroup(
        images=tuple(map(str, first.names)),
        reference_images=tuple(map(str, reference[scale.nearest(first.views)])),
        size=len(group.names),
        share=len(group.names) / seen,
        predicted=class_called(int(places[most]), class_names) if has_class else "",
        predicted_share=float(counts[most] / len(group.names)) if has_class else None,
    )


def class_called(place: int, names: Sequence[str]) -> str:
    """Return what a class is called: its name, or its place among the model's outputs."""
    return names[place] if place < len(names) else f"class {place}"
