"""What one cell says of the classes: ``{class: p}``, ``[{label, score}]`` and their relatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.predictions.answers.cell_values import NoValueError, cell_value
from jobs.predictions.answers.scores import (
    NO_NUMBER,
    NOT_FINITE,
    NOT_READ,
    FoundScores,
    NoAnswerError,
    names_in,
    scores_in,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellAnswer:
    """What a model answered to one image.

    Attributes
    ----------
    name
        The class: the one that the answer states, or else that of the largest number.
    confidence
        The number of that class; None where there is none.
    scores
        The classes with their numbers, in the order in which they are written. A class without a
        name is called by its place, from 0 on.
    is_named
        Whether the classes have names.
    is_tied
        Whether other classes have the same largest number: the first one is taken.
    """

    name: str
    confidence: float | None
    scores: Sequence[tuple[str, float | None]]
    is_named: bool
    is_tied: bool = False


def read_answer(text: str, names: str | None = None) -> CellAnswer | str:
    """Return the answer in a cell, or why there is none.

    Parameters
    ----------
    names
        The cell with the list of the classes' names, where they stand in another one.

    Examples
    --------
    >>> read_answer('{"cat": 0.9, "dog": 0.1}').name
    'cat'
    >>> read_answer("[0.2, 0.8]", "['cat', 'dog']").confidence
    0.8
    """
    try:
        listed = None if names is None else names_in(cell_value(names))
        return _largest(scores_in(cell_value(text), listed))
    except NoValueError:
        return NOT_READ
    except NoAnswerError as error:
        return str(error)


def _largest(found: FoundScores) -> CellAnswer:
    numbers = [number for _, number in found.scores if number is not None]
    if not all(map(math.isfinite, numbers)):
        raise NoAnswerError(NOT_FINITE)
    if not numbers and found.stated is None:
        raise NoAnswerError(NO_NUMBER)
    largest = max(numbers, default=None)
    first = [name for name, number in found.scores if number is not None and number == largest]
    if found.stated is None:
        return CellAnswer(
            name=first[0],
            confidence=largest,
            scores=found.scores,
            is_named=found.is_named,
            is_tied=len(set(first)) > 1,
        )
    own = [number for name, number in found.scores if name == found.stated]
    return CellAnswer(
        name=found.stated,
        confidence=own[0] if own else largest,
        scores=found.scores,
        is_named=True,
    )
