"""The views of one extraction: what is remembered, what is looked at, and what cannot be."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jobs.errors import ModelError, ObjectError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.extraction.viewing.waiting_pictures import (
    WaitingPicture,
    WaitingPictures,
    stacked,
)
from reference_stats.model_view.cache.digests import digest_of, digests_of
from reference_stats.model_view.cache.view_cache import CachedViews
from reference_stats.model_view.cache.view_rows import SeenImages
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.preprocessing import Picture
from reference_stats.model_view.runtimes.batches import images_at_once
from reference_stats.model_view.views import FAILS_OFTEN, MOST_FAILED, NO_CLASS, ImageViews
from reference_stats.outcome_columns import OutcomeColumns
from reference_stats.outcomes import ImageFeatures, Outcome

_LOGGER = logging.getLogger(__name__)
# An interrupted run loses at most so many views.
_IMAGES_PER_PART = 5_000


@dataclass(slots=True, kw_only=True)
class _Unsaved:
    """Views that the cache does not have yet."""

    paths: list[str] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    views: list[ImageViews] = field(default_factory=list)

    def seen(self) -> SeenImages:
        """Return them as one."""
        views = ImageViews.joined(self.views)
        return SeenImages(paths=self.paths, digests=self.digests, views=views)


class Looking:
    """Looks at the pictures of one extraction, in a thread of its own.

    Parameters
    ----------
    seeing
        The model and its cache.
    definition
        Of the model.
    places
        Where in the result the view of each image stands.
    """

    def __init__(
        self, seeing: Seeing, definition: ViewDefinition, places: Mapping[ImageLocation, int]
    ) -> None:
        self.definition = definition
        self.problem = ""
        self._seeing, self._places = seeing, places
        self._paths = [location.path for location in places]
        self._read_parts: set[str] = set()
        self._known = self._remembered()
        self._views = ImageViews.unknown(len(places), definition.width)
        # Of which picture each view is that was looked at now.
        self._digests: dict[int, bytes] = {}
        together = images_at_once(definition.preprocessing, definition.device)
        self._waiting = WaitingPictures(together)
        self._unsaved, self._has_added = _Unsaved(), False
        self._bug: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._is_needed, self._begun = False, threading.Event()

    def recall(self, paths: Sequence[str]) -> None:
        """Take in what others have added to the cache since; before the first picture is put.

        Parameters
        ----------
        paths
            Of the images that others looked at.
        """
        if self._seeing.cache is not None:
            added = self._seeing.cache.load(paths, self._read_parts)
            self._known, self._has_added = self._known.with_others(added), True

    def lacks(self, location: ImageLocation, outcome: Outcome) -> bool:
        """Tell whether an image with a known outcome has to be read for its view alone."""
        if self.problem or not isinstance(outcome, ImageFeatures):
            return False
        return not self._known.has(location.path, digest_of(outcome))

    def lack(self, paths: Sequence[str], outcomes: OutcomeColumns) -> NDArray[np.bool_]:
        """Tell for each image with known features whether it has to be read for its view alone."""
        if self.problem:
            return np.zeros(len(paths), dtype=np.bool_)
        digests = digests_of(outcomes.fingerprints, outcomes.numbers)
        known = [self._known.has(*one) for one in zip(paths, digests, strict=True)]
        return ~np.array(known, dtype=np.bool_)

    def start(self) -> None:
        """Begin to look once something is there to look at."""
        # A run that is interrupted does not wait for a model that hangs.
        self._thread = threading.Thread(target=self._look, name="look", daemon=True)
        self._thread.start()

    def prepare(self) -> None:
        """Have the model opened: a first image has arrived, and is decoded meanwhile."""
        if not self._begun.is_set():
            self._is_needed = True
            self._begun.set()

    def put(self, location: ImageLocation, outcome: Outcome, picture: Picture | None) -> None:
        """Let the model look at the picture of an image; waits where too many wait already."""
        if self.problem or picture is None or not isinstance(outcome, ImageFeatures):
            return
        digest = digest_of(outcome)
        # The same picture under a name whose features are computed anew.
        if not self._known.has(location.path, digest):
            self._waiting.put([WaitingPicture(self._places[location], digest, picture)])

    def fail(self, problem: str) -> None:
        """Look at nothing any more."""
        self.problem = self.problem or problem
        self._waiting.drop()

    def give_up(self, problem: str) -> None:
        """Look at nothing any more, neither here nor in the rest of the run."""
        self.fail(problem)
        self._seeing.give_up(problem)

    def finish(self, outcomes: OutcomeColumns) -> ImageViews:
        """Wait for the last pictures, remember what was seen and return all views.

        Parameters
        ----------
        outcomes
            What became of the images, at their places: a view of another picture than that of the
            outcome counts as unknown.

        Raises
        ------
        ObjectError
            If views could not be written to a cache that is only added to; otherwise that is a
            warning.
        """
        self._waiting.end()
        self._begun.set()
        if self._thread is not None:
            self._thread.join()
        if self._bug is not None:
            raise self._bug
        self._save()
        if self._seeing.cache is not None and self._has_added:
            self._seeing.cache.compact()
        return self._views_of(outcomes)

    def close(self) -> None:
        """Let everybody go who waits."""
        self._waiting.drop()
        self._begun.set()

    def _remembered(self) -> CachedViews:
        if self._seeing.cache is None:
            nothing = ImageViews.unknown(0, self.definition.width)
            return CachedViews(SeenImages(paths=(), digests=(), views=nothing))
        return self._seeing.cache.load(self._paths, self._read_parts)

    def _look(self) -> None:
        self._begun.wait()
        if not self._is_needed:
            return
        try:
            how = self.definition.preprocessing
            # A model takes seconds to open.
            self._seeing.viewer.look(np.zeros((0, how.height, how.width, how.channels), np.uint8))
            while some := self._waiting.take():
                self._keep(some, self._seeing.viewer.look(stacked(some)))
        except ModelError as error:
            self.fail(error.problem)
        except BaseException as error:  # noqa: BLE001 - raised again where the views are waited for
            self._bug = error
            self._waiting.drop()

    def _keep(self, some: Sequence[WaitingPicture], views: ImageViews) -> None:
        places = [one.place for one in some]
        self._views.put(np.array(places, dtype=np.int64), views)
        self._digests.update((one.place, one.digest) for one in some)
        if views.failed.any() and self._has_failed_too_often():
            self.fail(FAILS_OFTEN)
        if self._seeing.cache is None:
            return
        kept = np.flatnonzero(views.known).tolist()
        self._unsaved.paths += [self._paths[places[at]] for at in kept]
        self._unsaved.digests += [some[at].digest for at in kept]
        self._unsaved.views.append(views.take(np.array(kept, dtype=np.int64)))
        if len(self._unsaved.paths) >= _IMAGES_PER_PART:
            self._save()

    def _has_failed_too_often(self) -> bool:
        """Tell whether the share of failed images is too large, whatever the others will be."""
        failed = int(self._views.failed.sum())
        return self._views.fails_often and failed > MOST_FAILED * len(self._paths)

    def _save(self) -> None:
        cache, unsaved = self._seeing.cache, self._unsaved
        if cache is None or not unsaved.paths:
            return
        self._unsaved, self._has_added = _Unsaved(), True
        try:
            cache.add(unsaved.seen())
        except ObjectError as error:
            if cache.adds_only:
                # What is seen here reaches the run by way of the cache alone.
                raise
            _LOGGER.warning("the model's views could not be remembered: %s", error)

    def _views_of(self, outcomes: OutcomeColumns) -> ImageViews:
        digests = digests_of(outcomes.fingerprints, outcomes.numbers)
        found: dict[int, int] = {}
        for place, is_there in enumerate(outcomes.analysed.tolist()):
            is_own = is_there and self._digests.get(place) == digests[place]
            if not is_own:
                self._views.known[place], self._views.classes[place] = False, NO_CLASS
            at = self._known.place(self._paths[place], digests[place])
            if is_there and not is_own and at is not None:
                found[place] = at
        if found:
            known = self._known.take(list(found.values()))
            self._views.put(np.array(list(found), dtype=np.int64), known)
        if self._views.fails_often:
            self.fail(FAILS_OFTEN)
        return self._views
