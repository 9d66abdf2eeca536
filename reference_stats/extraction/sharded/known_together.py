"""Features that the cache knows of many images, taken over as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jobs.images.locations import ImageLocation
from reference_stats.extraction.cache_lookup import KnownTogether
from reference_stats.extraction.viewing.looking import Looking
from reference_stats.outcome_columns import OutcomeColumns, OutcomeDraft, Places
from reference_stats.outcomes import Outcome

# Copies of so many are small beside the columns of all.
_TOGETHER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDraft:
    """A draft and where in it each image stands.

    Attributes
    ----------
    draft
        The draft.
    places
        By image.
    """

    draft: OutcomeDraft
    places: Mapping[ImageLocation, int]

    def places_of(self, images: Sequence[ImageLocation]) -> Places:
        """Return where some images stand."""
        return np.fromiter((self.places[one] for one in images), np.int64, len(images))

    def put_columns(self, places: Places, outcomes: OutcomeColumns) -> None:
        """As of the draft."""
        self.draft.put_columns(places, outcomes)

    def put_many(self, outcomes: Mapping[ImageLocation, Outcome]) -> None:
        """Keep what became of some images, of which nothing is known yet."""
        self.draft.put_many([self.places[one] for one in outcomes], outcomes.values())


def take_together(
    images: Sequence[ImageLocation],
    find: Callable[[Sequence[ImageLocation]], KnownTogether | None],
    looking: Looking | None,
    put: Callable[[Places, OutcomeColumns], None] | None,
) -> list[int]:
    """Take over what is known as columns; return the places of all other images, ascending.

    An object for each of a million images takes longer than to read the cache.

    Parameters
    ----------
    find
        Returns what is known of some images; None where each has to be looked up by itself.
    looking
        Images that lack their view are left to the caller.
    put
        Takes places in `images` and the features of the images there; None to keep nothing.
    """
    left = list[int]()
    for start in range(0, len(images), _TOGETHER):
        some = images[start : start + _TOGETHER]
        known = find(some)
        others = np.ones(len(some), dtype=np.bool_)
        if known is not None:
            others = known.rows < 0
            if looking is not None and not others.all():
                at = np.flatnonzero(~others)
                paths = [some[one].path for one in at.tolist()]
                others[at] = looking.lack(paths, known.cached.columns(known.rows[at]))
            if put is not None:
                at = np.flatnonzero(~others)
                put(at + start, known.cached.columns(known.rows[at]))
        left += (np.flatnonzero(others) + start).tolist()
    return left
