"""Which column of a log holds the model's whole answer in each cell, in a form a run can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drift.setup.columns import words as column_words
from drift.setup.columns.guess import Guess
from drift.setup.columns.probabilities import ProbabilityGuess, escaped
from drift.setup.columns.values import ColumnValues
from drift.setup.columns.words import points
from drift.setup.words import has_word
from jobs.job_file.prediction_settings import class_column, probability_column
from jobs.predictions.answers.answer import CellAnswer, read_answer
from jobs.predictions.values.class_names import canonical_class
from reports.words.numbers import listed

_LOOKED_AT = 50
_FEWEST_READ = 0.9
_SUM_TOLERANCE = 0.03
_ROUNDING = 1e-3
_MOST_PROBABILITIES = 30
_SHOWN = 40
# Texts that begin otherwise are single values.
_MAY_BE_ANSWER = re.compile(
    r"""\s*(?:[\[{(]|"[\[{]|(?:\w+\.)?(?:[Tt]ensor|[Aa]rray)\(|[\d.eE+-]+\s*[,;]
    |(?:ey[JA]|W[3y1])[A-Za-z0-9+/]{12,}={0,2}$)""",
    re.VERBOSE,
)
_ANSWER_WORDS = frozenset(
    {"output", "outputs", "response", "result", "results", "answer", "probs", "probabilities"}
    | {"scores", "softmax", "prediction", "predictions"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGuess:
    """A column of answers.

    Attributes
    ----------
    column
        The column.
    names
        The column with the lists of the classes' names, where it is another one.
    classes
        The class of each row, as a column.
    probabilities
        The columns that the answers' numbers become; None where answers name other classes each
        time, or too many.
    used_up
        Columns that hold a part of the answers, or the answers once more.
    """

    column: Guess
    names: Guess | None
    classes: ColumnValues
    probabilities: ProbabilityGuess | None
    used_up: frozenset[str]

    def agrees_with(self, column: ColumnValues) -> bool:
        """Tell whether a column holds the classes that the answers name."""
        pairs = zip(self.classes.values, column.values, strict=True)
        known = [(one, other) for one, other in pairs if one is not None and other is not None]
        same = sum(canonical_class(one) == canonical_class(other) for one, other in known)
        return bool(known) and same >= _FEWEST_READ * len(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    name: str
    names: str | None
    is_named: bool
    adds_up: bool

    def rank(self) -> tuple[bool, bool, bool, int, str]:
        """Return what comes first: names, sums of one, and the innermost of nested columns."""
        apart = self.names is not None
        return (not self.is_named, not self.adds_up, apart, -len(self.name), self.name)


def guess_answer(columns: Mapping[str, ColumnValues]) -> AnswerGuess | None:
    """Return the column whose cells hold answers; None where none does."""
    found = [one for name in columns if (one := _candidate(columns, name)) is not None]
    if not found:
        return None
    best = min(found, key=_Candidate.rank)
    read = _read(columns, best.name, best.names, len(columns[best.name].values))
    answers = [one if isinstance(one, CellAnswer) else None for one in read]
    classes = tuple(None if one is None else canonical_class(one.name) for one in answers)
    used_up = {one.name for one in found if _share_a_root(one.name, best.name)}
    inner = {name for name in columns if name.startswith(f"{best.name}.")}
    return AnswerGuess(
        column=Guess(column=best.name, because=_because(columns[best.name], answers)),
        names=Guess(column=best.names, because="the names of its classes") if best.names else None,
        classes=ColumnValues(name=class_column(best.name), values=classes),
        probabilities=_probabilities(best, [one for one in answers if one is not None]),
        used_up=frozenset({best.name, *used_up, *inner, *filter(None, [best.names])}),
    )


def _share_a_root(name: str, other: str) -> bool:
    return name.partition(".")[0] == other.partition(".")[0]


def _candidate(columns: Mapping[str, ColumnValues], name: str) -> _Candidate | None:
    column = columns[name]
    first = column.filled[:_LOOKED_AT]
    if not first or sum(bool(_MAY_BE_ANSWER.match(one)) for one in first) < 0.5 * len(first):
        return None
    for names in (None, *_lists_of_names(columns, name)):
        answers = [
            one for one in _read(columns, name, names, _LOOKED_AT) if isinstance(one, CellAnswer)
        ]
        if len(answers) < _FEWEST_READ * len(first) or not all(map(_is_share, answers)):
            continue
        if names is None and _stands_apart(columns, name, answers):
            return None
        made = _Candidate(
            name=name,
            names=names,
            is_named=all(one.is_named for one in answers),
            adds_up=sum(map(_adds_up, answers)) >= _FEWEST_READ * len(answers),
        )
        if not made.is_named and names is None and (other := _with_names(columns, name)):
            return other
        if made.adds_up or (made.is_named and _is_called_so(name)):
            return made
    return None


def _stands_apart(
    columns: Mapping[str, ColumnValues], name: str, answers: Sequence[CellAnswer]
) -> bool:
    """Tell whether one class and its number are columns already, such as ``prediction.class``."""
    if any(len(one.scores) > 1 for one in answers):
        return False
    classes = tuple(one.name for one in answers)
    inner = [column for other, column in columns.items() if other.startswith(f"{name}.")]
    return any(tuple(column.filled[: len(classes)]) == classes for column in inner)


def _with_names(columns: Mapping[str, ColumnValues], name: str) -> _Candidate | None:
    """Return a column of numbers with the column of their names, where there is one."""
    for names in _lists_of_names(columns, name):
        read = _read(columns, name, names, _LOOKED_AT)
        answers = [one for one in read if isinstance(one, CellAnswer)]
        if answers and len(answers) >= _FEWEST_READ * sum(one is not None for one in read):
            adds_up = sum(map(_adds_up, answers)) >= _FEWEST_READ * len(answers)
            return _Candidate(name=name, names=names, is_named=True, adds_up=adds_up)
    return None


def _lists_of_names(columns: Mapping[str, ColumnValues], name: str) -> list[str]:
    """Return the columns whose cells are lists of texts, those called like names first."""
    quoted = re.compile(r"""\s*[\[(]\s*['"][^\d'"][^'"]*['"][\s,\])]""")
    return [
        other
        for other, column in columns.items()
        if other != name and column.filled and all(map(quoted.match, column.filled[:_LOOKED_AT]))
    ]


def _read(
    columns: Mapping[str, ColumnValues], name: str, names: str | None, most: int
) -> list[CellAnswer | str | None]:
    cells = columns[name].values[:most] if most > _LOOKED_AT else columns[name].filled[:most]
    if names is None:
        return [None if cell is None else read_answer(cell) for cell in cells]
    listed_names = columns[names].values
    pairs = zip(columns[name].values, listed_names, strict=True)
    return [
        None if cell is None or own is None else read_answer(cell, own)
        for cell, own in list(pairs)[:most]
    ]


def _is_share(answer: CellAnswer) -> bool:
    numbers = [number for _, number in answer.scores if number is not None]
    # Some services write per cent.
    most = 100.0 if answer.is_named else 1 + _ROUNDING
    return all(-_ROUNDING <= number <= most for number in numbers) and bool(numbers)


def _adds_up(answer: CellAnswer) -> bool:
    numbers = [number for _, number in answer.scores if number is not None]
    return len(numbers) > 1 and abs(sum(numbers) - 1) <= _SUM_TOLERANCE


def _is_called_so(name: str) -> bool:
    return (
        points(name, column_words.PREDICTION) > 0
        or points(name, column_words.CONFIDENCE) > 0
        or has_word(name, _ANSWER_WORDS)
    )


def _because(column: ColumnValues, answers: Sequence[CellAnswer | None]) -> str:
    known = [one for one in answers if one is not None]
    shown = column.filled[0][:_SHOWN] + "..." * (len(column.filled[0]) > _SHOWN)
    classes = sorted({one.name for one in known})
    read = (
        ""
        if len(known) == len(column.filled)
        else f" in {len(known):,} of {len(column.filled):,} cells"
    )
    return (
        f"each cell holds a whole answer{read}, such as {shown}; the largest number's class is the "
        f"prediction ({listed(classes, 3)})"
    )


def _probabilities(best: _Candidate, answers: Sequence[CellAnswer]) -> ProbabilityGuess | None:
    """Return the answers' numbers as columns, where each answer has a number for each class."""
    classes = sorted({name for one in answers for name, _ in one.scores})
    whole = [one for one in answers if len({name for name, _ in one.scores}) == len(classes)]
    if not 2 <= len(classes) <= _MOST_PROBABILITIES or len(whole) < _FEWEST_READ * len(answers):
        return None
    shares = np.array([_adds_up(one) for one in answers])
    return ProbabilityGuess(
        columns=tuple(probability_column(best.name, name) for name in classes),
        patterns=(f"{escaped(best.name)} p(*)",),
        largest=(),
        share=float(shares.mean()),
    )
