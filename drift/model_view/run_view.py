"""What a run's model sees in the reference and in the window, or why it takes no part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from drift.model_view.scale import NoViewScale, ViewScale
from drift.model_view.sides import ViewSides
from drift.observations.side_copies import copies_of_reference
from drift.observations.units import reference_units
from drift.observations.window_images import WindowImages
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.scored_views import ScoredViews
from reference_stats.model_view.views import ImageViews
from reference_stats.profiles.profile import ReferenceProfile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunView:
    """A run's model beside its reference.

    Attributes
    ----------
    model
        The model as the job file names it.
    definition
        What its views depend on; None where it could not be opened.
    reference
        What it sees in the profile's images, in their order; None where that is not known.
    scale
        What other images are held beside; None where the view takes no part.
    problem
        Why it takes no part, and what to do; empty where it does.
    """

    model: str
    definition: ViewDefinition | None = None
    reference: ImageViews | None = None
    scale: ViewScale | None = None
    problem: str = ""

    @property
    def unknown(self) -> int:
        """How many of the reference's images the model has not looked at."""
        return 0 if self.reference is None else int((~self.reference.known).sum())

    def beside(self, profile: ReferenceProfile, burst: timedelta) -> RunView:
        """Return the same with a scale, or with why the reference gives none.

        Parameters
        ----------
        burst
            `detection.burst`: near-copies of the reference that are no further apart count once.
        """
        if self.reference is None or self.problem:
            return self
        images, _ = reference_units(profile, copies_of_reference(profile, burst=burst))
        found = ViewScale.of(self.reference, images.clusters)
        if isinstance(found, NoViewScale):
            return replace(self, problem=found.reason)
        return replace(self, scale=found)

    def sides(self, window: WindowImages) -> ViewSides | None:
        """Return the scores of both sides; None where the view takes no part."""
        if self.scale is None or window.views is None:
            return None
        scored = window.scored or ScoredViews.of(self.scale, window.views)
        return ViewSides.of(self.scale, window.views, window.features.index, scored.scores())

    def scored(self, window: WindowImages) -> WindowImages:
        """Return a window whose scores are made once for all that asks for them."""
        if self.scale is None or window.views is None:
            return window
        return replace(window, scored=ScoredViews.of(self.scale, window.views))
