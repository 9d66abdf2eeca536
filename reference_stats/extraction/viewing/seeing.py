"""Which model looks at the images of an extraction, and where its views are remembered."""

from __future__ import annotations

from dataclasses import dataclass

from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeing:
    """A model and the cache of its views.

    Attributes
    ----------
    viewer
        The model.
    cache
        Of the same definition; None to look at every image anew.
    """

    viewer: Viewer
    cache: ViewCache | None = None
