"""Which model looks at the images of an extraction, and where its views are remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.viewer import Viewer


def _by_nobody(problem: str) -> None:
    del problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeing:
    """A model and the cache of its views.

    Attributes
    ----------
    viewer
        The model.
    cache
        Of the same definition; None to look at every image anew.
    give_up
        Told why nothing more is to be seen with the model, where it is not the model here that
        failed.
    """

    viewer: Viewer
    cache: ViewCache | None = None
    give_up: Callable[[str], None] = _by_nobody
