"""A job for a log whose images are nowhere: its rows are compared by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.setup.columns.classes import FEATURE_NAMES
from drift.setup.columns.further_numbers import further_numbers
from drift.setup.images.locate import uri_columns
from drift.setup.log.candidates import Candidate, Candidates
from drift.setup.propose.find_references import LookedAt
from drift.setup.propose.judged import JudgedLog
from drift.setup.propose.proposal import Doubt
from drift.setup.propose.reference import FEWEST_IMAGES, ReferenceGuess, ReferenceKind
from drift.setup.words import REFERENCE_WORDS, has_word
from jobs.predictions.selection.object_names import format_of

_FEWEST_SHARED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRows:
    """What of a log's rows can be compared, and with what.

    Attributes
    ----------
    numbers
        The further numbers.
    features
        Those of them that are features under their own names, where the reference is a table of
        features.
    references
        The possible references, the best first.
    """

    numbers: tuple[str, ...]
    features: tuple[str, ...]
    references: tuple[ReferenceGuess, ...]


def rows_to_compare(looked_at: LookedAt) -> ComparedRows | None:
    """Return what can be compared of the rows of a log whose images are nowhere.

    None where something points to images, and where there is nothing to compare.
    """
    chosen = looked_at.chosen
    if looked_at.images or _points_to_images(chosen, looked_at.bucket.url):
        return None
    candidate, candidates = chosen.candidate, looked_at.candidates
    guesses = candidate.guesses
    numbers = further_numbers(candidate.values, guesses)
    if not (guesses.prediction or guesses.confidence or guesses.probabilities or numbers):
        return None
    logs = _reference_logs(candidate, candidates, numbers)
    tables = [] if logs else _feature_tables(candidate, candidates, numbers)
    shared = FEATURE_NAMES.intersection(numbers) if tables else set()
    return ComparedRows(
        numbers=numbers,
        features=tuple(name for name in numbers if name in shared),
        references=(*logs, *tables),
    )


def _points_to_images(chosen: JudgedLog, own_url: str) -> bool:
    located = chosen.located
    if located.tried or located.are_inside or located.why_not:
        return True
    return bool(uri_columns(chosen.candidate.values, own_url))


def about_missing_images(own_path: str) -> Doubt:
    """Return what a person should know of a job without images."""
    return Doubt(
        key="images",
        text=(
            f"No picture lies in the bucket, and no row of {own_path} leads to one elsewhere, so "
            "the job compares the rows by themselves: what the model said and what was measured. "
            "Light, focus, noise and framing are not looked at, and no picture is shown. Keep the "
            "pictures beside the log, as docs/prediction-log.md says, and add a table for them."
        ),
    )


def _reference_logs(
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


def _feature_tables(
    candidate: Candidate, candidates: Candidates, numbers: Sequence[str]
) -> list[ReferenceGuess]:
    """Return tables of features that the log holds too."""
    own = {info.name for info in candidate.family.members}
    shared = FEATURE_NAMES.intersection(numbers)
    return [
        ReferenceGuess(
            kind=ReferenceKind.FEATURES,
            path=name,
            because=f"a table of {rows:,} rows with features that the log has too",
            size=rows,
            is_sure=True,
        )
        for name, (columns, rows) in sorted(candidates.tables.items())
        if name not in own
        and rows >= FEWEST_IMAGES
        and len(shared.intersection(columns)) >= _FEWEST_SHARED
    ]
