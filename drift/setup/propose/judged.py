"""A log and its images judged together, to choose among several logs."""

from __future__ import annotations

from dataclasses import dataclass

from drift.setup.images.locate import LocatedImages
from drift.setup.log.candidates import Candidate
from drift.setup.words import REFERENCE_WORDS, has_word

# A full share of images found weighs as much as this many points of names and content.
_WORTH_OF_IMAGES = 8.0


@dataclass(frozen=True, kw_only=True)
class JudgedLog:
    """One candidate, and where its images are.

    Attributes
    ----------
    is_newest
        Whether no other candidate has newer rows.
    """

    candidate: Candidate
    located: LocatedImages
    is_newest: bool = False

    def points(self) -> float:
        """Return how much speaks for it."""
        best = self.located.best
        share = best.share if best else 0.0
        penalty = 2.0 * bool(best and has_word(best.path.rpartition("/")[0], REFERENCE_WORDS))
        # A table that leads to no image is hardly the log, however new it is.
        penalty += 4.0 * (best is None)
        return self.candidate.points() + _WORTH_OF_IMAGES * share + self.is_newest - penalty
