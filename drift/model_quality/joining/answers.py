"""What the model answered: rows of the log with the few columns that labels are joined with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.model_quality.joining.image_names import image_names
from drift.model_quality.joining.probabilities import class_names
from drift.workplace import Workplace
from jobs.labels.given import as_ids, true_classes
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.texts import LogTexts
from jobs.predictions.values.class_names import canonical_classes
from jobs.predictions.values.numbers import read_numbers
from jobs.times.timestamp_parts import Flags, Integers, Texts

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Rows of a stretch of the log, in order of time.

    Attributes
    ----------
    moments
        Microseconds since 1970-01-01 UTC.
    images
        The image of each row, null where it names none that may be read, and in a job without
        images.
    ids
        What the request is called; null where the log has none.
    predicted, own_label
        The classes in their one form; null where missing. The label is that of the log itself.
    confidence
        NaN where missing.
    version
        The model's version; null where missing.
    probabilities
        By class: its probability as it is written; the class as the name of the column says it.
    decimal_commas
        As in `LogTexts`.
    """

    moments: Integers
    images: pa.StringArray
    ids: pa.StringArray
    predicted: pa.StringArray
    own_label: pa.StringArray
    confidence: Numbers
    version: pa.StringArray
    probabilities: Mapping[str, Texts]
    decimal_commas: Flags | None = None

    def __len__(self) -> int:
        return len(self.moments)

    def rows(self, part: slice) -> Answers:
        """Return some rows that follow each other."""
        start, stop, _ = part.indices(len(self))
        length = stop - start
        return Answers(
            moments=self.moments[part],
            images=self.images.slice(start, length),
            ids=self.ids.slice(start, length),
            predicted=self.predicted.slice(start, length),
            own_label=self.own_label.slice(start, length),
            confidence=self.confidence[part],
            version=self.version.slice(start, length),
            probabilities={
                name: one.slice(start, length) for name, one in self.probabilities.items()
            },
            decimal_commas=None if self.decimal_commas is None else self.decimal_commas[part],
        )

    def probability_of(self, name: str, rows: Integers) -> Numbers:
        """Return a class's probability in some rows; NaN where there is none."""
        return _shares(
            self.probabilities[name].take(pa.array(rows)),
            None if self.decimal_commas is None else self.decimal_commas[rows],
        )


def columns_of_answers(place: Workplace) -> tuple[str, ...]:
    """Return the log's columns that answers are made of, those of probabilities left out."""
    named = place.job.predictions.columns
    wanted = (
        named.id,
        named.prediction,
        named.confidence,
        _own_labels(place),
        place.job.quality.version,
        *_image_columns(place),
    )
    return tuple(dict.fromkeys(name for name in wanted if name))


def of_texts(place: Workplace, texts: LogTexts) -> Answers:
    """Return the answers in rows that were read as texts."""
    return _answers(place, texts.moments, texts.columns, texts.probabilities, texts.decimal_commas)


def of_window(place: Workplace, predictions: PredictionRows) -> Answers:
    """Return the answers of a run's window, whose rows are at hand."""
    moments = predictions.fields["timestamp"].dt.as_unit("us").astype("int64").to_numpy()
    wanted = set(columns_of_answers(place))
    columns = {
        name: pa.array(predictions.raw[name], pa.string())
        for name in predictions.raw
        if name in wanted
    }
    return of_columns(place, moments, columns, predictions.fields, predictions.probabilities)


def of_columns(
    place: Workplace,
    moments: Integers,
    columns: Mapping[str, Texts],
    numbers: pd.DataFrame,
    probabilities: tuple[str, ...],
    *,
    label: str | None = None,
) -> Answers:
    """Return the answers in rows whose numbers were read.

    Parameters
    ----------
    columns
        The log's own columns as texts.
    numbers
        ``confidence`` and the probability columns, each where there is one.
    label
        The column with the true classes, if not that of the job's log.
    """
    found = _answers(place, moments, columns, (), None)
    confidence = np.full(len(moments), np.nan)
    if "confidence" in numbers:
        confidence = numbers["confidence"].to_numpy(np.float64)
    named = class_names(probabilities, place.job.predictions.columns)
    shares = {
        name: pa.array(numbers[column].to_numpy(np.float64)) for name, column in named.items()
    }
    own = (
        found.own_label
        if label is None
        else _true_classes(place, columns.get(label, pa.nulls(len(moments), pa.string())))
    )
    return replace(found, own_label=own, confidence=_inside(confidence), probabilities=shares)


def _answers(
    place: Workplace,
    moments: Integers,
    columns: Mapping[str, Texts],
    probabilities: tuple[str, ...],
    decimal_commas: Flags | None,
) -> Answers:
    count = len(moments)
    nothing = pa.nulls(count, pa.string())
    named = place.job.predictions.columns

    def column(name: str | None) -> Texts:
        return columns.get(name or "", nothing)

    images = nothing
    if count and place.job.has_images and set(_image_columns(place)) <= set(columns):
        images = image_names(columns, count, place.locator, place.log_url)
    return Answers(
        moments=moments,
        images=images,
        ids=as_ids(column(named.id)),
        predicted=canonical_classes(column(named.prediction)),
        own_label=_true_classes(place, column(_own_labels(place))),
        confidence=_shares(column(named.confidence), decimal_commas),
        version=_trimmed(column(place.job.quality.version)),
        probabilities={
            name: columns[one]
            for name, one in class_names(probabilities, named).items()
            if one in columns
        },
        decimal_commas=decimal_commas,
    )


def _true_classes(place: Workplace, texts: Texts) -> Texts:
    """Return the log's labels in their one form; those that name no class are null."""
    return true_classes(texts, {}, place.job.labels.no_class)


def _own_labels(place: Workplace) -> str | None:
    """Return the log's column of labels, where those are the ones that count."""
    return place.job.predictions.columns.label if place.job.labels.path is None else None


def _image_columns(place: Workplace) -> list[str]:
    return place.locator.columns_used() if place.job.has_images else []


def _trimmed(texts: Texts) -> pa.StringArray:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _shares(values: pa.Array, decimal_commas: Flags | None) -> Numbers:
    if pa.types.is_floating(values.type):
        numbers: Numbers = values.to_numpy(zero_copy_only=False)
        return _inside(numbers)
    read = read_numbers(values, is_share=True, decimal_commas=decimal_commas)
    return _inside(read.values)


def _inside(values: Numbers) -> Numbers:
    """Return shares of one: what lies outside 0 to 1 is no share, whatever others are."""
    return np.where((values >= 0) & (values <= 1), values, np.nan)
