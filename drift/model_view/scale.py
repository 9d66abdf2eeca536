"""How new images are to a model: their embeddings beside a part of the reference's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.model_view.axes import positions, widest_axes
from drift.model_view.nearness import Directions, nearest_distances, nearest_places
from drift.model_view.split import split_reference
from reference_stats.model_view.view_scores import (
    CLASS_NOVELTY,
    ENERGY,
    ENTROPY,
    NOVELTY,
    VIEW_SCORES,
)
from reference_stats.model_view.views import ANSWERS, NO_CLASS, ImageViews

FEWEST_UNITS = 50
"""With fewer independent reference images neither half says what is usual."""
_NEAREST = 5
# Of embeddings, which are held in twice their size while they are looked at.
_NUMBERS_AT_ONCE = 16 * 2**20
# So far apart are the directions of one picture at most: rounding alone moves them by less.
_SAME_PICTURE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class NoViewScale:
    """Why a reference gives no scale.

    Attributes
    ----------
    reason
        A sentence, with what to do.
    """

    reason: str


# Without slots: what is made once is kept.
@dataclass(frozen=True, kw_only=True, eq=False)
class ViewScale:
    """Turns views into the numbers that are tested, beside a bank of the reference's images.

    The reference's images are parted at random into a bank and a held-out part, near-copies
    staying together. Given the bank, a window without drift and the held-out images are
    exchangeable, so that both sides can be permuted. A picture is never held beside itself: images
    of the reference that come again would be nearer to the bank than the held-out ones can be.

    Attributes
    ----------
    bank
        The places of the bank's images in the profile, one for each unit.
    held_out
        Those of the held-out ones: the rows of the profile that `reference` is of.
    held_out_views
        What the model saw in the held-out images.
    """

    bank: NDArray[np.int64]
    held_out: NDArray[np.int64]
    _directions: Directions
    _classes: NDArray[np.int32]
    held_out_views: ImageViews

    @classmethod
    def of(cls, views: ImageViews, clusters: NDArray[np.int64]) -> ViewScale | NoViewScale:
        """Return the scale of a reference, or why there is none.

        Parameters
        ----------
        views
            Of all images of the profile, in its order.
        clusters
            The unit of each image, as of `SideUnits`.
        """
        split = split_reference(clusters, views.known)
        units = len(split.bank) + len(split.held_out)
        if units < FEWEST_UNITS:
            return NoViewScale(
                reason=f"The model has looked at {units} independent reference images; at least "
                f"{FEWEST_UNITS} are needed. Add images to the reference."
            )
        banked = views.take(split.bank)
        return cls(
            bank=split.bank,
            held_out=split.held_out,
            _directions=Directions.of(banked.embeddings),
            _classes=banked.classes,
            held_out_views=views.take(split.held_out),
        )

    @cached_property
    def reference(self) -> pd.DataFrame:
        """The scores of the held-out units, a row for each, indexed from 0."""
        return self.scores(self.held_out_views)

    def scores(self, views: ImageViews) -> pd.DataFrame:
        """Return the scores of images.

        Parameters
        ----------
        views
            With embeddings as wide as the reference's.

        Returns
        -------
        One row per image, indexed from 0, and one float64 column per score of `VIEW_SCORES`; NaN
        where the model has not looked at an image or says nothing of it.
        """
        known = np.flatnonzero(views.known)
        table = np.full((len(views), len(VIEW_SCORES)), np.nan)
        at_once = max(1, _NUMBERS_AT_ONCE // max(views.width, 1))
        for start in range(0, len(known), at_once):
            some = known[start : start + at_once]
            table[some] = self._scores_of_known(views.take(some))
        return pd.DataFrame(table, columns=[score.name for score in VIEW_SCORES])

    def nearest(self, views: ImageViews) -> NDArray[np.int64]:
        """Return the place in the profile of the bank's image that is nearest to each image.

        Parameters
        ----------
        views
            Known ones.
        """
        return self.bank[nearest_places(Directions.of(views.embeddings), self._directions)]

    def directions(self, views: ImageViews) -> NDArray[np.float32]:
        """Return where images lie to the model, along the bank's widest axes, from its middle.

        Returns
        -------
        Shape (images, axes), as directions of length 1; 0 for an image that the model has not
        looked at.
        """
        found = positions(Directions.of(views.embeddings), self._axes) - self._middle
        found[~views.known] = 0.0
        return found.astype(np.float32)

    @cached_property
    def _axes(self) -> NDArray[np.float32]:
        return widest_axes(self._directions)

    @cached_property
    def _middle(self) -> NDArray[np.float64]:
        middle: NDArray[np.float64] = positions(self._directions, self._axes).mean(axis=0)
        return middle

    def _scores_of_known(self, seen: ImageViews) -> NDArray[np.float64]:
        images = Directions.of(seen.embeddings)
        columns = {
            NOVELTY.name: self._novelty(images),
            CLASS_NOVELTY.name: self._class_novelty(images, seen.classes),
            ENTROPY.name: _answer(seen, "entropy"),
            ENERGY.name: _answer(seen, "energy"),
        }
        return np.stack([columns[score.name] for score in VIEW_SCORES], axis=1)

    def _novelty(self, images: Directions) -> NDArray[np.float64]:
        return _mean_distance(images, self._directions)

    def _class_novelty(self, images: Directions, classes: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the distance to the bank's images of the predicted class; NaN for a rare one."""
        found = np.full(len(images), np.nan)
        for label in np.unique(classes[classes != NO_CLASS]):
            ours, theirs = np.flatnonzero(classes == label), np.flatnonzero(self._classes == label)
            if len(theirs) > _NEAREST:
                found[ours] = _mean_distance(images.take(ours), self._directions.take(theirs))
        return found


def _mean_distance(images: Directions, bank: Directions) -> NDArray[np.float64]:
    """Return the mean distance to the nearest of the bank but for the picture itself.

    The bank has more images than the mean is of.
    """
    distances = nearest_distances(images, bank, _NEAREST + 1)
    is_there = distances[:, :1] < _SAME_PICTURE
    others = np.where(is_there, distances[:, 1:], distances[:, :-1])
    total = others[:, 0].copy()
    for further in others[:, 1:].T:
        total += further
    return total / _NEAREST


def _answer(views: ImageViews, name: str) -> NDArray[np.float64]:
    numbers = views.answers[:, ANSWERS.index(name)].astype(np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers
