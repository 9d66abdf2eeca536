"""What the rows of a log can be compared with: tables of the same columns, or of features."""

from __future__ import annotations

from collections.abc import Sequence

from drift.setup.columns.classes import FEATURE_NAMES
from drift.setup.log.candidates import Candidate, Candidates
from drift.setup.propose.reference import FEWEST_IMAGES, ReferenceGuess, ReferenceKind
from drift.setup.words import REFERENCE_WORDS, has_word
from jobs.predictions.selection.object_names import format_of

_FEWEST_SHARED = 3


def reference_logs(
    candidate: Candidate, candidates: Candidates, numbers: Sequence[str]
) -> list[ReferenceGuess]:
    """Return tables of the same columns: those called like a reference, and those without times."""
    guesses = candidate.guesses
    needed = {one.column for one in (guesses.prediction, guesses.confidence) if one} | set(numbers)
    if guesses.probabilities is not None:
        needed |= set(guesses.probabilities.columns)
    own = {info.name for info in candidate.family.members}
    timeless = {one.family.path for one in candidates.timeless}
    found = []
    for name, (columns, rows) in candidates.tables.items():
        is_named = has_word(name, REFERENCE_WORDS)
        fits = name not in own and format_of(name) is not None and needed <= set(columns)
        if fits and rows >= FEWEST_IMAGES and (is_named or name in timeless):
            found.append(
                ReferenceGuess(
                    kind=ReferenceKind.LOG,
                    path=name,
                    because=f"a table of {rows:,} rows with the same columns",
                    size=rows,
                    is_sure=is_named,
                )
            )
    return sorted(found, key=lambda one: (not one.is_sure, -one.size, one.path))


def feature_tables(
    candidate: Candidate, candidates: Candidates, numbers: Sequence[str]
) -> list[ReferenceGuess]:
    """Return tables of features that the log holds too."""
    shared = FEATURE_NAMES.intersection(numbers)
    return [
        ReferenceGuess(
            kind=ReferenceKind.FEATURES,
            path=name,
            because=f"a table of {rows:,} rows with features that the log has too",
            size=rows,
            is_sure=True,
        )
        for name, (columns, rows) in _other_tables(candidate, candidates)
        if len(shared.intersection(columns)) >= _FEWEST_SHARED
    ]


def unused_feature_tables(candidate: Candidate, candidates: Candidates) -> list[str]:
    """Return the tables of features, as a reference while the log's columns are named otherwise."""
    return [
        name
        for name, (columns, _) in _other_tables(candidate, candidates)
        if len(FEATURE_NAMES.intersection(columns)) >= _FEWEST_SHARED
    ]


def _other_tables(
    candidate: Candidate, candidates: Candidates
) -> list[tuple[str, tuple[Sequence[str], int]]]:
    own = {info.name for info in candidate.family.members}
    return [
        (name, (columns, rows))
        for name, (columns, rows) in sorted(candidates.tables.items())
        if name not in own and rows >= FEWEST_IMAGES
    ]
