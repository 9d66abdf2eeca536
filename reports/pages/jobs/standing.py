"""How a job stands: what its newest run says of the images and what labels say of the model."""

from __future__ import annotations

import enum

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.history.job_state import JobState
from reports.words.of_quality.brief import STATE_LABELS
from reports.words.wording import VERDICT_LABELS


class Standing(enum.StrEnum):
    """How a job stands, the worst first."""

    DRIFT = "drift"
    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"
    STEADY = "steady"

    @property
    def label(self) -> str:
        """The same in words: ``Model got worse``."""
        if self is Standing.WORSE:
            return STATE_LABELS[QualityState.DROPPED]
        return VERDICT_LABELS[Verdict(self.value)]

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Standing).index(self)


def standings_of(state: JobState) -> tuple[Standing, ...]:
    """Return the verdict and, where labels say so, that the model got worse; the worst first."""
    found = [Standing(state.verdict.value)]
    if state.model is QualityState.DROPPED:
        found.append(Standing.WORSE)
    return tuple(sorted(found, key=lambda one: one.rank))


def labelled_standings_of(state: JobState) -> tuple[tuple[Standing, str], ...]:
    """Return the same in words; the verdict's say too that the run was accepted or rejected."""
    return tuple(
        (
            one,
            one.label
            if one is Standing.WORSE
            else ", ".join(filter(None, (one.label, state.mark))),
        )
        for one in standings_of(state)
    )
