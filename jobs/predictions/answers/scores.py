"""From the value in a cell to classes with their numbers, in the forms that servers write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from jobs.predictions.answers.cell_values import NoValueError, cell_value
from jobs.predictions.values.texts import text_of

NOT_READ = "hold no answer that can be read"
NO_NUMBER = "hold no class and no number"
NOT_FINITE = "hold NaN or an infinite number"
OTHER_LENGTH = "hold another number of names than of values"
SEVERAL = "hold the answers to several images"

# Keys without their capitals and signs: className, class_name and "Class Name" are one.
_NAMES = (
    "label", "class", "classname", "name", "displayname", "tagname", "predictedclass",
    "predictedlabel", "pred", "predclass", "predlabel", "topclass", "toplabel", "labelname",
    "category", "tag", "description", "prediction", "predicted",
    "classid", "classidx", "labelid", "index", "idx",
)  # fmt: skip
_SCORES = (
    "score", "confidence", "probability", "prob", "conf", "p", "certainty", "scores",
    "confidences", "probabilities", "probs", "proba", "softmax", "logits", "classprobabilities",
    "classscores", "predprobs", "predproba", "value",
)  # fmt: skip
_LISTS_OF_NAMES = (
    "displaynames", "labels", "classes", "classnames", "names", "categories", "tags", "classlabels",
)  # fmt: skip
# Keys that a server wraps its answer in.
_AROUND = (
    "predictions", "prediction", "outputs", "output", "results", "result", "data", "response",
    "body", "answer", "responses", "concepts", "labels", "tags", "classes", "classifications",
    "labelannotations", "predictedlabels",
)  # fmt: skip
_KEYS = frozenset(_NAMES + _SCORES)
_DEEPEST = 6
_SIGNS = re.compile(r"[^a-z0-9]")

Scores = list[tuple[str, float | None]]


class NoAnswerError(Exception):
    """The argument is why a value is no answer, in words that follow on "5 of 100 cells"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundScores:
    """Classes with numbers; `stated` is the class where the answer names one itself."""

    scores: Scores
    is_named: bool
    stated: str | None = None


def scores_in(
    value: object, names: Sequence[str] | None = None, depth: int = _DEEPEST
) -> FoundScores:
    """Return the classes with their numbers in a value.

    Parameters
    ----------
    names
        The classes' names, where they stand elsewhere.
    depth
        How many levels of objects, lists and texts are gone down.

    Raises
    ------
    NoAnswerError
        If there are none.
    NoValueError
        If a text in it holds no value.
    """
    if depth == 0:
        raise NoAnswerError(NOT_READ)
    if isinstance(value, str):
        return scores_in(cell_value(value), names, depth - 1)
    if isinstance(value, dict):
        return _in_mapping(value, names, depth)
    if isinstance(value, (list, tuple)):
        return _in_list(value, names, depth)
    raise NoAnswerError(NOT_READ)


def _in_list(values: Sequence[object], names: Sequence[str] | None, depth: int) -> FoundScores:
    if values and all(isinstance(value, dict) for value in values):
        return _in_entries(cast("Sequence[dict[object, object]]", values), names, depth)
    numbers = [_number(value) for value in values]
    if values and all(
        number is not None or value is None for number, value in zip(numbers, values, strict=True)
    ):
        return _parallel(numbers, names)
    if len(values) == 1 and isinstance(values[0], (list, tuple)):
        return scores_in(values[0], names, depth - 1)
    if (one := _pair(values)) is not None:
        return FoundScores(scores=[one], is_named=True)
    pairs = [_pair(value) for value in values]
    if values and all(pair is not None for pair in pairs):
        return FoundScores(scores=[pair for pair in pairs if pair is not None], is_named=True)
    is_batch = values and all(isinstance(value, (list, tuple)) for value in values)
    raise NoAnswerError(SEVERAL if is_batch else NOT_READ if values else NO_NUMBER)


def _in_entries(
    entries: Sequence[dict[object, object]], names: Sequence[str] | None, depth: int
) -> FoundScores:
    """Read ``[{label, score}, ...]``, or ``[{class: p}, ...]``."""
    scores: Scores = []
    for entry in entries:
        name_key, score_key = _keys_of_entry(tuple(entry))
        name, score = entry.get(name_key), entry.get(score_key)
        number = _number(score)
        if isinstance(name, (str, int, float)) and (number is not None or score is None):
            scores.append((_text(name), number))
        elif len(entry) == 1 and _number(next(iter(entry.values()))) is not None:
            key, single = next(iter(entry.items()))
            scores.append((_text(key), _number(single)))
        elif len(entries) == 1:
            return _in_mapping(entry, names, depth - 1)
        else:
            raise NoAnswerError(NOT_READ)
    return FoundScores(scores=scores, is_named=True, stated=_only_name(scores))


@lru_cache(maxsize=4096)
def _keys_of_entry(keys: tuple[object, ...]) -> tuple[object, object]:
    """Return the keys of the class and of its number; None where there is none."""
    by_plain = {_plain(key): key for key in keys if isinstance(key, (str, int))}
    name = next((by_plain[one] for one in _NAMES if one in by_plain), None)
    return name, next((by_plain[one] for one in _SCORES if one in by_plain), None)


def _only_name(scores: Scores) -> str | None:
    """Return the class of an answer of one class without a number, as in ``[{label}]``."""
    return scores[0][0] if len(scores) == 1 and scores[0][1] is None else None


def _in_mapping(
    value: dict[object, object], names: Sequence[str] | None, depth: int
) -> FoundScores:
    by_key = _by_plain_key(value)
    if not value:
        raise NoAnswerError(NO_NUMBER)
    if (found := _by_class(value, by_key)) is not None:
        return found
    name, score = _first(by_key, _NAMES), _first(by_key, _SCORES)
    names = _listed(name) or _listed(_first(by_key, _LISTS_OF_NAMES)) or names
    if isinstance(name, (str, int, float)):
        return _stated(_text(name), score, names, depth)
    if isinstance(score, (list, tuple, dict, str)):
        return scores_in(score, names, depth - 1)
    return _unwrapped(value, by_key, names, depth)


def _by_class(value: dict[object, object], by_key: dict[str, object]) -> FoundScores | None:
    """Read ``{class: p}``; None for anything else."""
    if _KEYS.isdisjoint(by_key):
        # By far the most common, and said once more below for numbers written otherwise.
        floats = [(str(key), one) for key, one in value.items() if isinstance(one, float)]
        if len(floats) == len(value):
            return FoundScores(scores=[*floats], is_named=True)
    if not _are_probabilities(value, _first(by_key, _NAMES)):
        return None
    scores = [(_text(key), _number(one)) for key, one in value.items()]
    return FoundScores(scores=scores, is_named=True)


def _listed(value: object) -> list[str] | None:
    """Return a list of names; None for anything else."""
    if isinstance(value, (list, tuple)) and all(isinstance(one, (str, int)) for one in value):
        return [_text(one) for one in value]
    return None


def _are_probabilities(value: dict[object, object], name: object) -> bool:
    """Tell ``{class: p}`` from an entry with a class's number: ``{"class": 2, "score": 0.9}``."""
    numbers = [_number(one) for one in value.values()]
    if any(_number(one) is None and one is not None for one in value.values()):
        return False
    known = [number for number in numbers if number is not None]
    by_name = _number(name)
    is_entry = by_name is not None and by_name.is_integer() and len(value) <= 3
    return bool(known) and (name is None or not is_entry)


def _stated(name: str, score: object, names: Sequence[str] | None, depth: int) -> FoundScores:
    number = _number(score)
    if number is not None or score is None:
        scores: Scores = [(name, number)] if number is not None else []
        return FoundScores(scores=scores, is_named=True, stated=name)
    found = scores_in(score, names, depth - 1)
    return FoundScores(scores=found.scores, is_named=found.is_named, stated=name)


def _unwrapped(
    value: dict[object, object],
    by_key: Mapping[str, object],
    names: Sequence[str] | None,
    depth: int,
) -> FoundScores:
    """Read what stands inside, where a server wraps its answer."""
    inner = [by_key[key] for key in _AROUND if key in by_key]
    if len(value) == 1:
        inner = list(value.values())
    why = NoAnswerError(NOT_READ)
    for one in inner:
        if isinstance(one, (list, tuple, dict, str)):
            try:
                return scores_in(one, names, depth - 1)
            except NoValueError:
                continue
            except NoAnswerError as error:
                why = error
    raise why


def _parallel(numbers: Sequence[float | None], names: Sequence[str] | None) -> FoundScores:
    if names is None:
        called = [str(place) for place in range(len(numbers))]
        return FoundScores(scores=list(zip(called, numbers, strict=True)), is_named=False)
    if len(names) != len(numbers):
        raise NoAnswerError(OTHER_LENGTH)
    return FoundScores(scores=list(zip(names, numbers, strict=True)), is_named=True)


def _pair(value: object) -> tuple[str, float] | None:
    """Return a class and its number from ``["cat", 0.9]``; None for anything else."""
    if not isinstance(value, (list, tuple)) or len(value) != 2 or not isinstance(value[0], str):
        return None
    number = _number(value[1])
    return None if number is None else (value[0], number)


def names_in(value: object) -> list[str]:
    """Return a list of names; a value that is none raises `NoAnswerError`."""
    while isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    names = _listed(value)
    if names is None:
        raise NoAnswerError(OTHER_LENGTH)
    return names


def _by_plain_key(value: dict[object, object]) -> dict[str, object]:
    return {_plain(key): one for key, one in value.items() if isinstance(key, (str, int))}


@lru_cache(maxsize=4096)
def _plain(key: str | int) -> str:
    return _SIGNS.sub("", str(key).lower())


def _first(by_key: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((by_key[key] for key in keys if by_key.get(key) is not None), None)


def _number(value: object) -> float | None:
    """Return a number, or a text of one, such as ``"0.93"`` or ``"93 %"``; else None."""
    if type(value) is float:
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if not isinstance(value, str) or not value.lstrip("+-. ")[:1].isdigit():
        return None
    share = value.strip().endswith("%")
    try:
        number = float(value.strip().removesuffix("%"))
    except ValueError:
        return None
    return number / 100 if share else number


def _text(value: object) -> str:
    return text_of(value) or ""
