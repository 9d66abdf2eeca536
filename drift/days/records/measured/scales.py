"""The scales of a profile: on what the numbers and classes of all blocks are measured."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.class_shares import mean_shares
from drift.comparison.columns.columns import log_name
from drift.days.matrix import ReferenceClasses
from drift.days.novel_axes import NovelAxes
from drift.days.scale import MOST_REFERENCE_UNITS, ReferenceScale
from drift.model_view.run_view import RunView
from drift.observations.side_copies import copies_of_reference
from drift.observations.unit_rows import RowUnits, mean_rows
from drift.observations.units import reference_units
from drift.seed import SEED
from jobs.predictions.values.class_names import canonical_labels
from reference_stats.features.registry import features_named
from reference_stats.model_view.scored_views import ScoresViews
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.model_view.views import ImageViews
from reference_stats.profiles.profile import ReferenceProfile, check_definitions

CLASS = "prediction"
# Sums that were made before there were axes stand under the id of the view alone.
_SUMS_OF_VIEWS = "with axes, 1"
# Of digits with a new class in 10 % of 300 images 16 axes show 57 of 100 windows, 32 axes 74, and
# 64 no more than 32.
_MOST_AXES = 32


# Without slots: what is made once is kept.
@dataclass(frozen=True, kw_only=True, eq=False)
class SeenReference:
    """What a model saw in the reference.

    Attributes
    ----------
    id
        Which model, how images enter it, and what is summed up of its views.
    scale
        What its views of other images are held beside.
    """

    id: str
    scale: ScoresViews

    @classmethod
    def of(cls, view: RunView | None) -> SeenReference | None:
        """Return what a run's model saw; None where it takes no part."""
        if view is None or view.definition is None or view.scale is None:
            return None
        return cls(id=_id_of_sums(view.definition.id), scale=view.scale)

    @cached_property
    def reference(self) -> pd.DataFrame:
        """The numbers of the reference's held-out units, one row each."""
        return self._with_places(self.scale.reference, self.scale.held_out_views)

    @property
    def novel_axes(self) -> NovelAxes:
        """Which of the numbers tell where novel images lie."""
        scores = self.scale.reference.columns
        return NovelAxes(novelty=NOVELTY.name, axes=tuple(self.reference.columns[len(scores) :]))

    def numbers(self, views: ImageViews, scores: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return what is summed up of images: their scores, and where they lie along the axes.

        Parameters
        ----------
        scores
            Those of the views by `scale`, where they are known already.
        """
        known = self.scale.scores(views) if scores is None else scores
        return self._with_places(known, views)

    def _with_places(self, scores: pd.DataFrame, views: ImageViews) -> pd.DataFrame:
        along = self.scale.directions(views)[:, :_MOST_AXES].astype(np.float64)
        names = [f"axis {at}" for at in range(1, along.shape[1] + 1)]
        places = pd.DataFrame(along, columns=names, index=scores.index)
        return pd.concat([scores, places], axis=1)


@dataclass(frozen=True, kw_only=True)
class ProfileScales:
    """The scales of one profile: a pure function of it, of its views and of `detection.burst`.

    Attributes
    ----------
    features
        Of the image features; all of them are looked at together too.
    predictions
        Of the confidence, the class probabilities and the log's further numbers, under their names
        in the comparison.
    classes
        By column: how often each predicted class occurs in the reference; empty where the
        reference has no predicted classes.
    numbers
        Which columns of `predictions` are further numbers of the log.
    seen
        What a model saw in the reference; None where no model looks at images.
    view
        Of the scores that are made of the views; None where no model looks at images.
    profile_id
        Which profile they are of.
    """

    features: ReferenceScale
    predictions: ReferenceScale
    classes: Mapping[str, ReferenceClasses]
    numbers: frozenset[str] = frozenset()
    seen: SeenReference | None = None
    view: ReferenceScale | None = None
    profile_id: str = ""

    @classmethod
    def of(
        cls, profile: ReferenceProfile, burst: timedelta, seen: SeenReference | None = None
    ) -> ProfileScales:
        """Return the scales of a profile.

        Parameters
        ----------
        burst
            `detection.burst`: near-copies of the reference that are no further apart count once.
        seen
            As of the attribute.

        Raises
        ------
        ProfileDefinitionError
            If the profile holds a feature that is defined in another way now.
        """
        images, predicted = reference_units(profile, copies_of_reference(profile, burst=burst))
        known = check_definitions(profile, features_named(profile.features.columns))
        names = [name for name in known if name in profile.features]
        units = profile.features[names].iloc[_drawn(images.first)]
        said = profile.predictions.rows.reset_index(drop=True)
        numbers = mean_rows(said[[name for name in said if name != CLASS]], predicted)
        numbers = numbers.rename(columns=log_name).iloc[_drawn(np.arange(predicted.number))]
        return cls(
            features=ReferenceScale.of(units.reset_index(drop=True), joint=names),
            predictions=ReferenceScale.of(numbers.reset_index(drop=True)),
            classes=_classes(said, predicted),
            numbers=frozenset(map(log_name, profile.predictions.numbers)),
            seen=seen,
            view=None if seen is None else view_scale(seen),
            profile_id=profile.id,
        )

    @property
    def view_id(self) -> str:
        """Which model looks at images: `SeenReference.id`; empty where none does."""
        return "" if self.seen is None else self.seen.id

    @cached_property
    def class_column(self) -> str:
        """The name of the column of predicted classes."""
        return log_name(CLASS)


def _id_of_sums(view_id: str) -> str:
    """Return the id of the sums that are made of a view: other ones have another."""
    return f"v-{hashlib.sha256(f'{view_id} {_SUMS_OF_VIEWS}'.encode()).hexdigest()[:12]}"


def view_scale(seen: SeenReference) -> ReferenceScale:
    """Return the scale of the numbers that are made of a model's views."""
    held_out = seen.reference
    units = held_out.iloc[_drawn(np.arange(len(held_out)))]
    return ReferenceScale.of(units.reset_index(drop=True), novel=seen.novel_axes)


def _drawn(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most `MOST_REFERENCE_UNITS` of some units, drawn at random (seeded)."""
    if len(units) <= MOST_REFERENCE_UNITS:
        return units
    generator = np.random.default_rng(SEED)
    picked = generator.choice(len(units), size=MOST_REFERENCE_UNITS, replace=False)
    return units[np.sort(picked)]


def _classes(said: pd.DataFrame, units: RowUnits) -> dict[str, ReferenceClasses]:
    if CLASS not in said:
        return {}
    labels = canonical_labels(said[CLASS])
    known = labels.notna().to_numpy()
    if not known.any():
        return {}
    shares = mean_shares(labels, units.of_row)
    return {
        log_name(CLASS): ReferenceClasses(
            shares={str(name): float(share) for name, share in shares.items()},
            units=len(np.unique(units.of_row[known])),
        )
    }
