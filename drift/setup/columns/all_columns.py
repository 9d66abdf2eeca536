"""Which column of a log is what: from names and values to guesses with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from drift.setup.columns import words as column_words
from drift.setup.columns.answers import AnswerGuess, guess_answer
from drift.setup.columns.boxes.guess import BoxGuess, guess_boxes
from drift.setup.columns.changes import fills_of, rows_with_times, rows_without_times
from drift.setup.columns.classes import (
    FEATURE_NAMES,
    fallback_prediction,
    guess_client,
    guess_confidence,
    guess_label,
    guess_prediction,
    guess_segments,
)
from drift.setup.columns.guess import Guess, best_of
from drift.setup.columns.probabilities import ProbabilityGuess, guess_probabilities
from drift.setup.columns.unfit import classes_left_out, nested_columns, without_objects
from drift.setup.columns.values import FEWEST_TIMES, ColumnValues
from drift.setup.columns.words import points
from drift.setup.words import words_of

_FEWEST_NAMED_TIMES = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGuesses:
    """What every column of a log seems to be.

    Attributes
    ----------
    time
        The time of the request; None where no column holds times, and then it is no log.
    day_first
        `predictions.day_first`, None where it does not matter.
    unfit
        The keys for which there are columns, but none that a run can use; `notes` says why.
    unused
        The columns that nothing was made of.
    notes
        What else was seen, such as columns that look right by name but cannot be used.
    """

    time: Guess | None
    day_first: bool | None = None
    day_first_is_settled: bool = True
    has_zone: bool = True
    has_clock: bool = True
    id: Guess | None = None
    prediction: Guess | None = None
    confidence: Guess | None = None
    label: Guess | None = None
    latency: Guess | None = None
    client: Guess | None = None
    probabilities: ProbabilityGuess | None = None
    answer: Guess | None = None
    answer_names: Guess | None = None
    boxes: BoxGuess | None = None
    segments: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def without_shared_rivals(self) -> ColumnGuesses:
        """Return the guesses, no column offered for one thing that is taken for another."""
        taken = {one.column for one in self.named.values()}

        def alone(guess: Guess | None) -> Guess | None:
            return guess and guess.without(taken)

        return replace(
            self,
            time=alone(self.time),
            id=alone(self.id),
            prediction=alone(self.prediction),
            confidence=alone(self.confidence),
            label=alone(self.label),
            latency=alone(self.latency),
            client=alone(self.client),
        )

    @property
    def named(self) -> dict[str, Guess]:
        """The guesses by the key of `predictions.columns`, those that were made."""
        keys = (
            "id", "prediction", "confidence", "answer", "answer_names", "label", "latency", "client"
        )  # fmt: skip
        found = {"timestamp": self.time} | {key: getattr(self, key) for key in keys}
        return {key: guess for key, guess in found.items() if guess is not None}


@dataclass(slots=True)
class _Open:
    """The columns that nothing was made of yet."""

    columns: dict[str, ColumnValues]
    notes: list[str] = field(default_factory=list)

    def take(self, guess: Guess | None) -> Guess | None:
        if guess is not None:
            self.columns.pop(guess.column, None)
        return guess


def guess_columns(columns: Mapping[str, ColumnValues]) -> ColumnGuesses:
    """Return what the columns of a sample seem to be."""
    usable = {name: one for name, one in columns.items() if one.filled and _usable(name)}
    answer = guess_answer(usable)
    objects = {} if answer is None else {answer.column.column: usable[answer.column.column]}
    usable = without_objects(usable) | objects
    time = _guess_time(usable.values())
    if time is None:
        return _guess_all(usable, None)
    moments = usable[time.column]
    usable = rows_with_times(usable, moments)
    fills = fills_of(usable, usable[time.column])
    found = _guess_all(usable, time)
    if fills.gone and found.prediction is not None and found.prediction.column in fills.gone:
        later = {name: one for name, one in usable.items() if name not in fills.gone}
        newer = _guess_all(later, time)
        found = newer if newer.prediction is not None else found
    used = {key: one.column for key, one in found.named.items() if key != "label"}
    said = [*rows_without_times(moments), *fills.notes(used)]
    return replace(found, notes=(*found.notes, *said)).without_shared_rivals()


def _guess_all(columns: Mapping[str, ColumnValues], time: Guess | None) -> ColumnGuesses:
    left = _Open(dict(columns))
    left.take(time)
    boxes = guess_boxes(left.columns)
    for name in boxes.used if boxes else ():
        left.columns.pop(name)
    answer = guess_answer(left.columns)
    found = _guess_classes(left, columns, answer)
    identity = left.take(_guess_id(left.columns.values()))
    latency = left.take(_guess_latency(left))
    client = left.take(guess_client(left.columns.values()))
    classes = answer.classes if answer else None
    known = [columns[one.column] for one in (found.prediction, found.label) if one]
    reading = columns[time.column].time_reading if time else None
    if boxes is not None:
        found = with_boxes(found, boxes)
    segments = guess_segments(
        [*left.columns.values(), *(columns[one.column] for one in [client] if one)],
        [*known, *filter(None, [classes])],
        client.column if client else None,
    )
    return replace(
        found,
        time=time,
        day_first=reading.day_first if reading else None,
        day_first_is_settled=reading.is_settled if reading else True,
        has_zone=reading.has_zone if reading else True,
        has_clock=reading.has_clock if reading else True,
        id=identity,
        latency=latency,
        client=client,
        segments=segments,
        unused=tuple(name for name in left.columns if name not in segments),
        notes=tuple(left.notes),
    )


def with_boxes(found: ColumnGuesses, boxes: BoxGuess) -> ColumnGuesses:
    """Return the guesses with those of the boxes; what cells of boxes say is no other column."""
    inside = boxes.settings.column is not None
    no_class = inside and boxes.settings.classes is not None
    no_score = inside and boxes.settings.scores is not None
    return replace(
        found,
        boxes=boxes,
        prediction=None if no_class else found.prediction,
        confidence=None if no_score else found.confidence,
        answer=None if inside else found.answer,
        answer_names=None if inside else found.answer_names,
    )


def _guess_classes(
    left: _Open, columns: Mapping[str, ColumnValues], answer: AnswerGuess | None
) -> ColumnGuesses:
    """Return what holds the classes and their numbers."""
    inside = {name: left.columns.pop(name) for name in answer.used_up} if answer else {}
    probabilities = _take_probabilities(left)
    prediction = guess_prediction(left.columns, probabilities)
    if answer and prediction and not answer.agrees_with(columns[prediction.column]):
        if prediction.is_plain:
            # By its name it is the class all the same.
            names = probabilities.columns if probabilities else ()
            left.columns |= without_objects(inside) | {name: columns[name] for name in names}
            return _guess_classes(left, columns, None)
        prediction = None
    left.take(prediction)
    classes = columns[prediction.column] if prediction else answer.classes if answer else None
    label = left.take(guess_label(left.columns, classes))
    confidence, notes = guess_confidence(left.columns, classes)
    left.take(confidence)
    nested = nested_columns(left.columns)
    left.notes += ([] if answer else notes) + nested
    left.notes += probabilities.notes() if probabilities else []
    if prediction is None and answer is None:
        prediction = left.take(fallback_prediction(left.columns, confidence, probabilities))
    left_out = [] if prediction or nested or answer else classes_left_out(left.columns)
    left.notes += left_out
    of_answer = answer.probabilities if answer else None
    is_needed = answer and not (prediction and confidence and (probabilities or not of_answer))
    return ColumnGuesses(
        time=None,
        prediction=prediction,
        confidence=confidence,
        answer=answer.column if answer and is_needed else None,
        answer_names=answer.names if answer and is_needed else None,
        label=label,
        probabilities=probabilities or of_answer,
        unfit=("prediction",) * bool(nested or left_out) + ("confidence",) * bool(notes or nested),
    )


def _take_probabilities(left: _Open) -> ProbabilityGuess | None:
    able = {name: one for name, one in left.columns.items() if name not in FEATURE_NAMES}
    found = guess_probabilities(able)
    for name in found.columns if found else ():
        left.columns.pop(name, None)
    return found


def _usable(name: str) -> bool:
    return bool(name.strip()) and not {"{", "}"} & set(name)


def _guess_time(columns: Iterable[ColumnValues]) -> Guess | None:
    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns:
            reading = column.time_reading
            name = points(column.name, column_words.TIME)
            fewest = FEWEST_TIMES if name <= 0 else _FEWEST_NAMED_TIMES
            if reading.share < fewest or column.share_filled < 0.5:
                continue
            if name <= 0 and column.is_digits:
                continue
            moments = reading.moments[reading.moments >= 0]
            # A column of which rows would be lost is taken where there is no other.
            score = (
                (2.0 if reading.share >= FEWEST_TIMES else 0.0)
                + name
                - (0 if reading.has_clock else 2.0)
            )
            score += 0.5 * bool((np.diff(moments) >= 0).mean() > 0.9) if len(moments) > 1 else 0
            score += 0.5 * (column.name.lower() in {"timestamp", "ts", "time"})
            because = f"{reading.share:.0%} of its values are times"
            is_plain = name > 0 and reading.share >= FEWEST_TIMES
            yield score, Guess(column=column.name, because=because, is_plain=is_plain)

    return best_of(scored(), fewest=0.1)


def _guess_id(columns: Iterable[ColumnValues]) -> Guess | None:
    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns:
            name = points(column.name, column_words.ID)
            exact = column.name.lower() == "id"
            fewest = 0.3 if exact else 0.9
            if name <= 0 or column.uniqueness < fewest or column.looks_like_paths:
                continue
            if column.is_numeric and not column.is_whole:
                continue
            because = f"{column.uniqueness:.0%} of its values are different"
            yield name + exact, Guess(column=column.name, because=because)

    return best_of(scored())


def _guess_latency(left: _Open) -> Guess | None:
    def scored() -> Iterable[tuple[float, Guess]]:
        for column in left.columns.values():
            name = points(column.name, column_words.LATENCY)
            if name < 1 or not column.is_numeric or (column.numbers < 0).any():
                continue
            middle = float(np.median(column.numbers))
            in_ms = "ms" in words_of(column.name) or column.name.lower().endswith(("ms", "millis"))
            if not in_ms and middle < 5:
                left.notes.append(
                    f"The column {column.name} looks like the latency in seconds; "
                    "predictions.columns.latency takes milliseconds, so it is not used for that."
                )
                continue
            because = f"numbers around {middle:.4g}, taken as milliseconds"
            yield name, Guess(column=column.name, because=because, is_plain=in_ms)

    return best_of(scored(), fewest=1.0)
