"""Remarks about columns: why one was not tested, and classes that are written in other ways."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import pandas as pd

from drift.comparison.columns.doubts import shorten_label
from drift.comparison.compare import Comparison
from drift.remarks.facts import RunData
from jobs.predictions.values.class_names import canonical_class
from reports.findings.remarks import Remark
from reports.words.numbers import listed

_NAMED = 3


def compared_otherwise(data: RunData, comparison: Comparison) -> Iterator[Remark]:  # noqa: ARG001
    """Yield what the comparison says of columns beside their findings."""
    yield from comparison.remarks


def unlinked_predictions(data: RunData) -> Iterator[Remark]:
    """Yield that each of the reference's predictions counts once because its image is not known."""
    profile = data.profile
    rows = len(profile.predictions.rows)
    known = profile.prediction_images is not None or profile.records is None
    if known or not len(profile.predictions.rows.columns) or rows == profile.images:
        return
    yield Remark(
        code="predictions_unlinked",
        text=(
            f"It is not known which of the reference's {profile.images:,} images each of its "
            f"{rows:,} predictions is of: each of them counts once. Let reference.log name the "
            "image of each row as images.path does, and run drift profile build."
        ),
    )


def class_forms(data: RunData) -> Iterator[Remark]:
    """Yield which texts of the window are taken for the same class as others."""
    column = data.job.predictions.columns.prediction
    if column is None or column not in data.predictions.raw:
        return
    written = [str(text).strip() for text in pd.unique(data.predictions.raw[column].dropna())]
    forms = {text: canonical_class(text) for text in written}
    other = sorted(text for text, form in forms.items() if form and text != form)
    if not other:
        return
    plain = [text for text in other if unicodedata.normalize("NFC", text) != forms[text]]
    taken = [f"{shorten_label(one)} is taken as {shorten_label(forms[one])}" for one in plain]
    if len(plain) < len(other):
        taken.append(f"Unicode forms are one, as of {shorten_label(forms[_first(other, plain)])}")
    yield Remark(
        code="class_forms",
        text=(
            f"Classes are compared in one form, however they are written. In {column}, "
            f"{listed(taken, most=_NAMED)}."
        ),
    )


def _first(texts: Sequence[str], without: Sequence[str]) -> str:
    return next(text for text in texts if text not in without)
