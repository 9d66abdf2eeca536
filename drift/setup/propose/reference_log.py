"""A table of the model's predictions on the reference, beside the log."""

from __future__ import annotations

from collections.abc import Sequence

from drift.setup.log.candidates import Candidate, Candidates
from drift.setup.propose.reference import ReferenceGuess
from drift.setup.words import REFERENCE_WORDS, has_word
from jobs.predictions.selection.object_names import format_of


def propose_reference_log(
    candidate: Candidate, candidates: Candidates, references: Sequence[ReferenceGuess]
) -> str | None:
    """Return a table of the model's predictions on the reference, one with the same columns."""
    guesses = candidate.guesses
    if not references or guesses.prediction is None:
        return None
    own = {info.name for info in candidate.family.members}
    needed = {one.column for one in (guesses.prediction, guesses.confidence) if one}
    if guesses.probabilities is not None:
        needed |= set(guesses.probabilities.columns)
    fitting = [
        name
        for name, (columns, _) in candidates.tables.items()
        if name not in own
        and name != references[0].path
        and has_word(name, REFERENCE_WORDS)
        and format_of(name) is not None
        and needed <= set(columns)
    ]
    return min(fitting, default=None)
