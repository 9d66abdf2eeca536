"""What a past run said of the model's view, in a short phrase."""

from __future__ import annotations

from reference_stats.model_view.view_scores import VIEW_SCORES
from reports.findings.answers import State
from reports.history.history import HistoryRow
from reports.words.of_view.sentences import view_phrase

MISSING = "could not be had"


def view_words(row: HistoryRow) -> str:
    """Return what the model saw, where that drifted or could not be had; else empty."""
    if row.view is None:
        return ""
    if row.view.is_missing:
        return MISSING
    names = (one.name for one in VIEW_SCORES)
    return view_phrase(tuple(name for name in names if row.states.get(name) is State.DRIFT))
