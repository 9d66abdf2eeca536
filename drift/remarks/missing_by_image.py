"""Remarks about missing predictions: by rows, and by images of which the model says nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.reference.shared_images import Part
from drift.remarks.facts import RunData
from drift.remarks.missing_by_row import NAMES_SHOWN, is_missing, remarks_by_row
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import listed

_CLASS = "prediction"
_MANY = 0.05
# A difference of two parts that no chance makes, in standard errors.
_CLEARLY = 4.0


def missing_value_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what `remarks_by_row` says, and for how many images there is no prediction.

    A detector that finds nothing leaves predictions empty, and so does a log that has lost a
    column: it cannot be known why they are. Images are told where they are many or have changed,
    and where the rows do not make the run doubtful already.
    """
    by_rows = tuple(remarks_by_row(data))
    yield from by_rows
    said = [one.weight for one in by_rows]
    if RemarkWeight.NOT_STEADY in said:
        return
    for remark in _by_images(data):
        if not said or remark.weight is RemarkWeight.NOT_STEADY:
            yield remark


def _by_images(data: RunData) -> Iterator[Remark]:
    alike: dict[tuple[int, int], list[str]] = {}
    parts = {}
    for name in ("prediction", "confidence", *data.predictions.probabilities):
        found = _without_value(name, data)
        if found is not None:
            key = found[0].count, found[1].count
            alike.setdefault(key, []).append(name)
            parts[key] = found
    for key, names in alike.items():
        yield from _said(names, *parts[key])


def _without_value(name: str, data: RunData) -> tuple[Part, Part] | None:
    """Return the images without a value, the reference first; None where there is no telling."""
    then, now = data.profile.predictions.rows, data.window.rows
    if name not in then or not then[name].notna().any() or not _is_empty_somewhere(name, data):
        return None
    images = data.profile.prediction_images
    reference = pd.Series(range(len(then))) if images is None else images
    now = now if name in now else now.assign(**{name: None})
    absent = is_missing(data, then, name), is_missing(data, now, name)
    return _part(absent[0], reference), _part(absent[1], now["image"])


def _is_empty_somewhere(name: str, data: RunData) -> bool:
    """Tell whether cells are empty on a side; texts that are no number are said elsewhere."""
    named, raw = data.job.predictions.columns, data.predictions.raw
    column = {_CLASS: named.prediction, "confidence": named.confidence}.get(name, name)
    is_empty = column is None or column not in raw or bool(raw[column].isna().any())
    return is_empty or bool(data.profile.predictions.rows[name].isna().any())


def _part(absent: NDArray[np.bool_], images: pd.Series) -> Part:
    known = pd.Series(~absent).groupby(images.to_numpy(dtype=object), sort=False).any()
    return Part(count=int((~known).sum()), total=len(known))


def _said(names: list[str], then: Part, now: Part) -> Iterator[Remark]:
    changed = _has_changed(then, now)
    if not changed and now.share <= _MANY:
        return
    is_more = now.share > then.share
    what = listed(names, NAMES_SHOWN)
    verb = "has" if len(names) == 1 else "have"
    text = (
        f"{what} {verb} no value for {now.count:,} of the window's {now.total:,} images "
        f"({100 * now.share:.0f} %), and for {then.count:,} of the reference's {then.total:,} "
        f"({100 * then.share:.0f} %). Such images take no part in that comparison."
    )
    if not changed:
        yield Remark(code="empty_predictions", text=text)
        return
    weighs = is_more or _CLASS in names
    yield Remark(
        code="empty_predictions",
        text=(
            f"{text} If no value means that the model found nothing, this has changed; if not, "
            "look at what writes the log."
        ),
        weight=RemarkWeight.NOT_STEADY if weighs else RemarkWeight.NOTE,
        headline=f"{'More' if is_more else 'Fewer'} images have no {names[0]} than in the reference"
        if weighs
        else "",
    )


def _has_changed(then: Part, now: Part) -> bool:
    if not then.total or not now.total:
        return False
    both = (then.count + now.count) / (then.total + now.total)
    error = math.sqrt(both * (1 - both) * (1 / then.total + 1 / now.total))
    difference = abs(now.share - then.share)
    return difference > _MANY and difference > _CLEARLY * error
