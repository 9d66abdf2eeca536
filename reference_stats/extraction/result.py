"""What became of the images that were asked for."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from jobs.images.locations import ImageLocation
from reference_stats.extraction.feature_table import FeatureTable
from reference_stats.image_uses import Sighting
from reference_stats.model_view.views import ImageViews
from reference_stats.outcome_columns import OutcomeColumns, OutcomesByLocation
from reference_stats.outcomes import (
    ImageFeatures,
    Outcome,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionResult:
    """What became of every image that was asked for.

    Attributes
    ----------
    outcomes
        One outcome per distinct location, in the order in which they were first named; an
        `OutcomesByLocation` where there may be a million of them.
    names
        The features, in the order of their numbers.
    computed
        How many images were decoded or refused in this call; the others came from the cache, or
        never arrived.
    sightings
        What was told of the pictures of images that are used more than once, by their paths.
    views
        What a model saw in the images, in the order of `outcomes`; None where none was asked or
        where it could not be opened.
    view_problem
        Why images have no view that could have one, for people to read; empty where all is well.
    """

    outcomes: Mapping[ImageLocation, Outcome]
    names: tuple[str, ...]
    computed: int = 0
    sightings: Mapping[str, Sighting] = field(default_factory=dict)
    views: ImageViews | None = None
    view_problem: str = ""

    def __getitem__(self, location: ImageLocation) -> Outcome:
        return self.outcomes[location]

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[ImageLocation]:
        return iter(self.outcomes)

    def columns(self, locations: Sequence[ImageLocation]) -> OutcomeColumns:
        """Return the outcome of each location, as columns."""
        # Where no two rows name one image, as they mostly do, a million are not looked up.
        same = len(self) == len(locations) and all(map(operator.is_, self, locations))
        if not isinstance(self.outcomes, OutcomesByLocation):
            found = list(self.outcomes.values()) if same else [self[one] for one in locations]
            return OutcomeColumns.of(found, self.names)
        if same:
            return self.outcomes.columns
        places = [self.outcomes.places[one] for one in locations]
        return self.outcomes.columns.take(np.array(places, dtype=np.int64))

    def views_of(self, locations: Sequence[ImageLocation]) -> ImageViews | None:
        """Return the view of each location, as columns; None where no model was asked."""
        if self.views is None:
            return None
        places = {one: place for place, one in enumerate(self.outcomes)}
        return self.views.take(np.array([places[one] for one in locations], dtype=np.int64))

    def table(self) -> FeatureTable:
        """Return the features of all analysed images, one row per path in the order named."""
        rows = {
            location.path: outcome.values.numbers
            for location, outcome in self.outcomes.items()
            if isinstance(outcome, ImageFeatures)
        }
        return FeatureTable.of(rows, self.names)
