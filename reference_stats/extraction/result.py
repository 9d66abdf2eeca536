"""What became of the images that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jobs.images.locations import ImageLocation
from reference_stats.extraction.feature_table import FeatureTable
from reference_stats.image_uses import Sighting
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
        One outcome per distinct location, in the order in which they were first named.
    names
        The features, in the order of their numbers.
    computed
        How many images were decoded or refused in this call; the others came from the cache, or
        never arrived.
    sightings
        What was told of the pictures of images that are used more than once, by their paths.
    """

    outcomes: Mapping[ImageLocation, Outcome]
    names: tuple[str, ...]
    computed: int = 0
    sightings: Mapping[str, Sighting] = field(default_factory=dict)

    def __getitem__(self, location: ImageLocation) -> Outcome:
        return self.outcomes[location]

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[ImageLocation]:
        return iter(self.outcomes)

    def table(self) -> FeatureTable:
        """Return the features of all analysed images, one row per path in the order named."""
        rows = {
            location.path: outcome.values.numbers
            for location, outcome in self.outcomes.items()
            if isinstance(outcome, ImageFeatures)
        }
        return FeatureTable.of(rows, self.names)
