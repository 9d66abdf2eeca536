"""What is said of labels that were read: sentences that lead to something to do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from drift.setup.check.labels.join import LabelledRows
from drift.setup.check.labels.predicted import predicted_rows
from drift.setup.check.labels.read import SeenLabels
from drift.setup.check.result import Check, is_ok, look
from drift.workplace import Workplace
from jobs.job_file.label_settings import LabelSettings
from jobs.labels.labels import NOT_KNOWN, LeftOutLabel, ReadLabels
from jobs.predictions.rows.rows import PredictionRows
from reports.words.numbers import counted, listed

_THING = "labels"
_SHOWN = 3
_RENAME = (
    'If the model calls them otherwise, say so: labels.classes = { "in the labels" = "the '
    "model's\" }. Classes that the model does not have count as wrong answers."
)


def read_so_far(settings: LabelSettings, found: SeenLabels) -> str:
    """Return how many labels were read, from how many objects, and how far they reach."""
    labels = found.labels
    objects = counted(labels.objects, "object")
    if labels.passed_over:
        objects += f", {labels.passed_over:,} of days before labels.wait not read"
    elif found.objects_in_all > labels.objects:
        objects = f"{labels.objects:,} of {found.objects_in_all:,} objects"
    moments = np.concatenate([labels.by_id["moment"], labels.by_image["moment"]])
    known = moments[moments != NOT_KNOWN]
    reach = ""
    if len(known):
        newest = pd.Timestamp(int(known.max()), unit="us")
        reach = f", the newest given {newest:%Y-%m-%d %H:%M} UTC"
    return f"{settings.path}: {counted(labels.rows, 'label')} in {objects}{reach}"


def about_left_out(labels: ReadLabels) -> Iterator[Check]:
    """Say which labels are not used, and which are used with a remark, with the first of each."""
    first = {one.reason: one for one in reversed(labels.examples)}
    for reason, count in labels.left_out.items():
        yield look(
            _THING,
            f"{count:,} left out: {reason}{_example(first.get(reason))}",
            "Correct the object, or the columns that [labels.columns] names.",
        )
    for reason, count in labels.noted.items():
        yield is_ok(_THING, f"{count:,} used: {reason}{_example(first.get(reason))}")


def about_classes(joined: LabelledRows) -> Iterator[Check]:
    """Say which classes of the labels are none of the model's, or are spelled otherwise."""
    if joined.strange:
        ranked = sorted(joined.strange, key=lambda name: (-joined.strange[name], name))
        shown = listed([f"{name} ({joined.strange[name]:,})" for name in ranked], most=_SHOWN)
        count = sum(joined.strange.values())
        yield look(
            _THING,
            f"{counted(count, 'label')} of classes that the model answered with in no row of "
            f"{joined.stretch}: {shown}",
            _RENAME,
        )
    if joined.respelled:
        pairs = [f"{name} = {meant}" for name, meant in sorted(joined.respelled.items())]
        yield is_ok(
            _THING, f"classes spelled otherwise are the model's: {listed(pairs, most=_SHOWN)}"
        )


def keys_of_both_sides(place: Workplace, rows: PredictionRows, labels: ReadLabels) -> str:
    """Return what names a prediction in the labels and in the log; it begins with a colon."""
    named, log = place.job.labels.columns, place.job.predictions.columns
    table = predicted_rows(place, rows, "the window").table
    told = [
        _holds(f"labels.columns.id ({named.id})", labels.by_id["key"]),
        _holds(f"predictions.columns.id ({log.id})", table["id"]) if named.id else "",
        _holds(f"labels.columns.image ({named.image})", labels.by_image["key"]),
        _holds("the image of a row", table["image"]) if named.image else "",
    ]
    found = [one for one in told if one]
    return f": {', '.join(found)}" if found else ""


def _holds(what: str, values: pd.Series[str]) -> str:
    known = values.dropna()
    if len(known):
        return f'{what} holds "{known.iloc[0]}"'
    is_of_log = what.startswith(("predictions", "the image"))
    return f"{what} holds nothing" if is_of_log else ""


def _example(one: LeftOutLabel | None) -> str:
    if one is None:
        return ""
    line = f"line {one.line:,} of " if one.line else ""
    key = f' for "{one.key}"' if one.key else ""
    detail = f": {one.detail}" if one.detail else ""
    return f", such as {line}{one.source}{key}{detail}"
