"""What of a log's rows can be compared where its images are nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from drift.setup.columns.classes import FEATURE_NAMES
from drift.setup.columns.further_numbers import further_numbers
from drift.setup.images.locate import uri_columns
from drift.setup.propose.find_references import LookedAt
from drift.setup.propose.judged import JudgedLog
from drift.setup.propose.reference import ReferenceGuess
from drift.setup.propose.rows.references import (
    feature_tables,
    reference_logs,
    unused_feature_tables,
)


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
    unused_tables
        Where there is none: tables of features, which the log may hold under other names.
    """

    numbers: tuple[str, ...]
    features: tuple[str, ...]
    references: tuple[ReferenceGuess, ...]
    unused_tables: tuple[str, ...] = ()


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
    said = guesses.prediction or guesses.answer or guesses.confidence or guesses.probabilities
    if not (said or numbers):
        return None
    logs = reference_logs(candidate, candidates, numbers)
    tables = [] if logs else feature_tables(candidate, candidates, numbers)
    shared = FEATURE_NAMES.intersection(numbers) if tables else set()
    return ComparedRows(
        numbers=numbers,
        features=tuple(name for name in numbers if name in shared),
        references=(*logs, *tables),
        unused_tables=()
        if logs or tables or not numbers
        else tuple(unused_feature_tables(candidate, candidates)),
    )


def _points_to_images(chosen: JudgedLog, own_url: str) -> bool:
    located = chosen.located
    if located.tried or located.why_not:
        return True
    return bool(uri_columns(chosen.candidate.values, own_url))
