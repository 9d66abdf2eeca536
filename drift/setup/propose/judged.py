"""A log and its images judged together, to choose among several logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drift.setup.images.locate import LocatedImages
from drift.setup.log.candidates import Candidate
from drift.setup.log.row_moments import sorted_moments
from drift.setup.propose.proposal import LogChoice
from drift.setup.words import REFERENCE_WORDS, has_word
from jobs.predictions.selection.object_names import compile_glob

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


def log_choice(chosen: JudgedLog, judged: Sequence[JudgedLog]) -> LogChoice:
    """Return the log that was chosen, with why and what else it could have been."""
    family, sample = chosen.candidate.family, chosen.candidate.sample
    many = f"{len(family.members):,} objects, " if len(family.members) > 1 else ""
    about = "" if sample.is_complete else "about "
    moments = sorted_moments(chosen.candidate)
    span = ""
    if len(moments):
        days = [np.datetime64(int(one), "us").astype("datetime64[D]") for one in moments[[0, -1]]]
        span = f", from {days[0]} to {days[1]}"
    source = chosen.candidate.source
    because = f"The prediction log: {many}{about}{sample.rows_in_all:,} rows{span}."
    if source.images_only:
        because = (
            f"There is no log: the listing of {about}{sample.rows_in_all:,} images serves{span}."
        )
    return LogChoice(
        path=family.path,
        because=because,
        source=source,
        written=sample.written,
        others=tuple(
            one.candidate.family.path
            for one in judged[1:4]
            if one.points() > 0 and not reads_too(chosen.candidate, one.candidate)
        ),
    )


def reads_too(chosen: Candidate, other: Candidate) -> bool:
    """Tell whether the chosen log's glob takes in another one, and the columns are the same."""
    if chosen is other or "*" not in chosen.family.path or set(chosen.values) != set(other.values):
        return False
    glob = compile_glob(chosen.family.path)
    return all(glob.fullmatch(info.name) for info in other.family.members)
