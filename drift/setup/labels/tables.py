"""Which of the objects beside a log look like labels, and which of their columns hold what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from drift.setup.columns import words as column_words
from drift.setup.columns.guess import Guess, best_of
from drift.setup.columns.values import FEWEST_TIMES, ColumnValues
from drift.setup.columns.words import points
from drift.setup.log.candidates import Candidate
from drift.setup.words import LABEL_WORDS, has_word
from jobs.predictions.values.class_names import canonical_class

_FEWEST_FILLED = 0.3
_SURELY_PREDICTED = 4.0
_CLEARLY_A_LABEL = 3.0
_WORDS_OF_LABELLING = (
    "labeled labelled label annotated annotation reviewed verified corrected updated modified "
    "created given feedback submitted"
)
_GIVEN = frozenset(_WORDS_OF_LABELLING.split())
_ASIDE = re.compile(r"[\s_-]+")


@dataclass(frozen=True, kw_only=True)
class LabelTable:
    """Objects that hold classes under a name that says they are true.

    Attributes
    ----------
    candidate
        The objects, with the rows that were looked at.
    is_named
        Whether the objects are called like labels.
    label, timestamp
        The column of the true class, and that of the time at which it was given.
    """

    candidate: Candidate
    is_named: bool
    label: Guess
    timestamp: Guess | None

    @property
    def keys(self) -> dict[str, ColumnValues]:
        """The columns that may name predictions."""
        taken = {self.label.column, *([self.timestamp.column] if self.timestamp else [])}
        values = self.candidate.values
        return {name: one for name, one in values.items() if name not in taken}

    def classes(self) -> Counter[str]:
        """Return how often each class stands in the rows looked at, as it is written."""
        return self.candidate.values[self.label.column].counts


def spelled_alike(name: str) -> str:
    """Return the form in which classes are one whatever their case, spaces, `_` and `-`."""
    return _ASIDE.sub("", canonical_class(name)).casefold()


def label_tables(
    candidates: Iterable[Candidate], predicted: Collection[str], prediction: str | None
) -> Iterator[LabelTable]:
    """Yield those that look like labels.

    Parameters
    ----------
    predicted
        The classes that the log's model answers with.
    prediction
        The log's column of them; labels may call theirs the same.
    """
    known = {spelled_alike(name) for name in predicted}
    for candidate in candidates:
        is_named = has_word(candidate.family.path, LABEL_WORDS)
        if candidate.sample.written.header or (not is_named and _holds_predictions(candidate)):
            # Labels in CSV need a header line.
            continue
        label = _label_of(candidate.values, known, prediction, is_named=is_named)
        if label is None:
            continue
        others = {name: one for name, one in candidate.values.items() if name != label.column}
        yield LabelTable(
            candidate=candidate,
            is_named=is_named,
            label=label,
            timestamp=time_of_labels(others, candidate.guesses.day_first),
        )


def _holds_predictions(candidate: Candidate) -> bool:
    """Tell whether a table is another log of answers, so that its classes are not what was true."""
    guesses = candidate.guesses
    return any((guesses.confidence, guesses.probabilities, guesses.answer))


def _label_of(
    columns: Mapping[str, ColumnValues], known: set[str], prediction: str | None, *, is_named: bool
) -> Guess | None:
    def scored() -> Iterator[tuple[float, Guess]]:
        for column in columns.values():
            name = _points(column.name, prediction, is_named=is_named)
            few = column.is_class_like or column.distinct == 1
            if name <= 0 or not few or column.share_filled < _FEWEST_FILLED:
                continue
            shared = sum(spelled_alike(text) in known for text in column.counts) / column.distinct
            shown = ", ".join(text for text, _ in column.counts.most_common(3))
            because = f"{column.distinct} different values such as {shown}"
            yield name + 2 * shared, Guess(column=column.name, because=because[:100])

    return best_of(scored())


def _points(name: str, prediction: str | None, *, is_named: bool) -> float:
    told = points(name, column_words.LABEL)
    if not is_named:
        return told if told >= _CLEARLY_A_LABEL else 0.0
    if told > 0:
        return told
    # Labels may say species or breed; what says that it was predicted is none.
    said = points(name, column_words.PREDICTION)
    if said >= _SURELY_PREDICTED:
        return 0.0
    return 2.0 if name == prediction else min(2.0, max(0.0, said))


def time_of_labels(columns: Mapping[str, ColumnValues], day_first: bool | None) -> Guess | None:
    """Return the column that says when each label was given."""

    def scored() -> Iterator[tuple[float, Guess]]:
        for column in columns.values():
            if column.share_filled < FEWEST_TIMES or (column.is_class_like and column.is_digits):
                continue
            reading = column.time_reading
            if reading.share < FEWEST_TIMES or reading.day_first not in (None, day_first):
                continue
            told = 3.0 * has_word(column.name, _GIVEN) + max(
                0.0, points(column.name, column_words.TIME)
            )
            if told <= 0 and column.is_digits:
                continue
            because = f"{reading.share:.0%} of its values are times"
            yield told + 0.5 * reading.has_clock, Guess(column=column.name, because=because)

    return best_of(scored(), fewest=0.1)
