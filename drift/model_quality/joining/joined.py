"""Rows of the log with the labels that are for them, and what is to be said of the joining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.model_quality.joining.answers import Answers
from drift.model_quality.joining.label_index import (
    KeyedLabels,
    LabelIndex,
    last_parts,
    shared_last_parts,
)
from drift.model_quality.joining.spelling import Spelling
from drift.model_quality.scored_rows import ScoredRows
from jobs.times.timestamp_parts import Flags, Integers, as_flags

NO_ANSWER = "the prediction has no class"
SHARED_NAME = "several images have this last part of their names"
SPELLED_OTHERWISE = "spelled otherwise than the model's class"
SEVERAL_ROWS = "the id stands for several predictions"
TWO_LABELS = "the labels by id and by image differ; that by id counts"
LAST_PART = "joined by the last part of the image's name"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedRows:
    """Rows in order of time, with the label of each.

    Attributes
    ----------
    labels
        The true class as the labels write it; null where there is none.
    numbers
        Which of all labels it is; -1 where there is none.
    last_part
        Whether images were joined by the last part of their names.
    two_labels
        Which rows have different labels by id and by image.
    by_id
        Which rows were joined by id.
    """

    answers: Answers
    labels: pa.StringArray
    numbers: Integers
    two_labels: Flags
    by_id: Flags
    last_part: bool = False

    def __len__(self) -> int:
        return len(self.answers)

    def rows(self, part: slice) -> JoinedRows:
        """Return some rows that follow each other."""
        start, stop, _ = part.indices(len(self))
        return replace(
            self,
            answers=self.answers.rows(part),
            labels=self.labels.slice(start, stop - start),
            numbers=self.numbers[part],
            two_labels=self.two_labels[part],
            by_id=self.by_id[part],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpelledRows:
    """Rows with their labels spelled as the model spells its classes.

    Attributes
    ----------
    rows
        Those that have a prediction.
    labels
        How many different labels are for these rows, those that are left out among them.
    left_out, noted
        How many labelled rows are not scored, or are with a remark, by reason.
    newest
        The time of the newest labelled row; None without any.
    """

    rows: ScoredRows
    labels: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    newest: int | None = None


def join_labels(answers: Answers, index: LabelIndex, *, last_part: bool) -> JoinedRows:
    """Return rows with the labels that are for their ids, or else for their images.

    Parameters
    ----------
    last_part
        Whether labels are for images by the last part of their names.
    """
    images, keyed = answers.images, index.by_image
    if last_part:
        images, keyed = last_parts(images), keyed.by_last_part()
    own, other = index.by_id.of(answers.ids), keyed.of(images)
    by_id = own >= 0
    labels = pc.if_else(pa.array(by_id), _at(index.by_id, own), _at(keyed, other))
    both = by_id & (other >= 0)
    numbers = np.where(by_id, _numbers_at(index.by_id, own), _numbers_at(keyed, other))
    differ = pc.fill_null(pc.not_equal(labels, _at(keyed, other)), False)
    return JoinedRows(
        answers=answers,
        labels=labels,
        numbers=numbers,
        two_labels=both & as_flags(differ),
        by_id=by_id,
        last_part=last_part,
    )


def with_own_labels(answers: Answers, classes: Mapping[str, str]) -> JoinedRows:
    """Return rows with the labels of the log itself.

    Parameters
    ----------
    classes
        What the model calls a class that labels call otherwise: `labels.classes`.
    """
    nothing = np.zeros(len(answers), np.bool_)
    there = as_flags(pc.is_valid(answers.own_label))
    return JoinedRows(
        answers=answers,
        labels=_renamed(answers.own_label, classes),
        numbers=np.where(there, np.arange(len(answers)), -1),
        two_labels=nothing,
        by_id=nothing,
    )


def names_match(answers: Answers, index: LabelIndex) -> bool:
    """Tell whether any label names an image of the rows as the log does."""
    return bool((index.by_image.of(answers.images) >= 0).any())


def spelled(joined: JoinedRows) -> SpelledRows:
    """Return the rows to score; labels are spelled as the model spelled its classes in them."""
    answers, labels = joined.answers, joined.labels
    left_out: dict[str, int] = {}
    there = as_flags(pc.is_valid(labels))
    if joined.last_part:
        shared = there & ~joined.by_id & shared_last_parts(answers.images)
        _count(left_out, SHARED_NAME, shared)
        there &= ~shared
    has_answer = as_flags(pc.is_valid(answers.predicted))
    _count(left_out, NO_ANSWER, there & ~has_answer)
    there &= has_answer
    said = pc.unique(answers.predicted).drop_null().to_pylist()
    spelling = Spelling(said, answers.probabilities)
    true = _spelled(pc.if_else(pa.array(there), labels, None), spelling)
    otherwise = as_flags(pc.fill_null(pc.not_equal(true, labels), False))
    noted: dict[str, int] = {}
    _count(noted, SPELLED_OTHERWISE, there & otherwise)
    _count(noted, TWO_LABELS, there & joined.two_labels)
    _count(noted, SEVERAL_ROWS, _repeated(joined.numbers, there & joined.by_id))
    if joined.last_part:
        _count(noted, LAST_PART, there & ~joined.by_id)
    table = pd.DataFrame(
        {
            "moment": answers.moments,
            "image": answers.images.to_pandas().astype("str"),
            "id": pc.fill_null(answers.ids, "").to_pandas().astype("str"),
            "predicted": answers.predicted.to_pandas().astype("str"),
            "true": true.to_pandas().astype("str"),
            "confidence": answers.confidence,
            "probability": _probability(answers, true),
            "version": answers.version.to_pandas().astype("str"),
        }
    )
    return SpelledRows(
        rows=ScoredRows(table=table[has_answer].reset_index(drop=True)),
        labels=len(np.unique(joined.numbers[joined.numbers >= 0])),
        left_out=left_out,
        noted=noted,
        newest=int(answers.moments[there].max()) if there.any() else None,
    )


def _spelled(labels: pa.StringArray, spelling: Spelling) -> pa.StringArray:
    encoded = labels.dictionary_encode()
    names = [spelling.of(name) for name in encoded.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(encoded.indices)


def _renamed(labels: pa.StringArray, classes: Mapping[str, str]) -> pa.StringArray:
    if not classes:
        return labels
    encoded = labels.dictionary_encode()
    names = [classes.get(name, name) for name in encoded.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(encoded.indices)


def _probability(answers: Answers, true: pa.StringArray) -> NDArray[np.float64]:
    """Return the probability of each row's true class; NaN where there is none."""
    found = np.full(len(answers), np.nan)
    known = Spelling(answers.probabilities)
    encoded = true.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy()
    for code, name in enumerate(encoded.dictionary.to_pylist()):
        column = known.of(name)
        if column in answers.probabilities:
            rows = np.flatnonzero(codes == code)
            found[rows] = answers.probability_of(column, rows)
    return found


def _at(keyed: KeyedLabels, places: Integers) -> pa.StringArray:
    mask = places < 0
    return keyed.labels.take(pa.array(np.where(mask, 0, places), mask=mask))


def _numbers_at(keyed: KeyedLabels, places: Integers) -> Integers:
    if not len(keyed):
        return np.full(len(places), -1, dtype=np.int64)
    return np.where(places < 0, -1, keyed.numbers[np.maximum(places, 0)])


def _repeated(numbers: Integers, among: Flags) -> Flags:
    """Tell which rows share their label with another of these rows."""
    found = np.zeros(len(numbers), np.bool_)
    rows = np.flatnonzero(among)
    _, places, counts = np.unique(numbers[rows], return_inverse=True, return_counts=True)
    found[rows[counts[places] > 1]] = True
    return found


def _count(counts: dict[str, int], reason: str, rows: Flags) -> None:
    if number := int(rows.sum()):
        counts[reason] = number
