"""What is said of labels that were read: sentences that lead to something to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from drift.model_quality.joining.answers import Answers
from drift.setup.check.labels.labelled import LabelledRows
from drift.setup.check.labels.read import SeenLabels
from drift.setup.check.result import Check, is_ok, look
from jobs.job_file.job import Job
from jobs.job_file.label_settings import LabelSettings
from jobs.labels.labels import (
    CONTRADICTING,
    NO_KEY,
    NO_LABEL,
    NOT_KNOWN,
    UNREADABLE_OBJECT,
    LeftOutLabel,
    ReadLabels,
)
from jobs.times.timestamps import to_datetime
from reports.words.numbers import counted, listed

_THING = "labels"
_SHOWN = 3
_MENDS = {
    NO_LABEL: "Correct labels.columns.label, or what writes the labels.",
    NO_KEY: "Correct labels.columns, or what writes the labels.",
    CONTRADICTING: "Where labels.columns.timestamp says when each was given, the newest counts.",
    UNREADABLE_OBJECT: "Correct the object, or leave it out with labels.exclude.",
}
_RENAME = (
    'If the model calls them otherwise, say so: labels.classes = { "in the labels" = "the '
    "model's\" }; if they mean that nobody knows the class, name them in labels.no_class. Classes "
    "that the model does not have count as wrong answers."
)


def read_so_far(settings: LabelSettings, found: SeenLabels) -> str:
    """Return how many labels were read, from how many objects, and how far they reach."""
    labels = found.labels.given
    objects = counted(labels.objects, "object")
    if labels.passed_over:
        objects += f", {labels.passed_over:,} of days before labels.wait not read"
    elif found.objects_in_all > labels.objects:
        objects = f"{labels.objects:,} of {found.objects_in_all:,} objects"
    moments = np.concatenate([labels.by_id["moment"], labels.by_image["moment"]])
    known = moments[moments != NOT_KNOWN]
    reach = ""
    if len(known):
        newest = to_datetime(int(known.max()))
        reach = f", the newest given {newest:%Y-%m-%d %H:%M} UTC"
    return f"{settings.path}: {counted(labels.rows, 'label')} in {objects}{reach}"


def about_left_out(labels: ReadLabels) -> Iterator[Check]:
    """Say which labels are not used, and which are used with a remark, with the first of each."""
    first = {one.reason: one for one in reversed(labels.examples)}
    for reason, count in labels.left_out.items():
        yield look(
            _THING,
            f"{count:,} left out: {reason}{_example(first.get(reason))}",
            _MENDS.get(reason, ""),
        )
    for reason, count in labels.noted.items():
        yield is_ok(_THING, f"{count:,} used: {reason}{_example(first.get(reason))}")


def about_labelled(joined: LabelledRows) -> Iterator[Check]:
    """Say which rows are not scored, and which classes of the labels are none of the model's."""
    for reason, count in joined.left_out.items():
        yield look(_THING, f"{count:,} labelled rows of {joined.stretch} left out: {reason}", "")
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


def keys_of_both_sides(job: Job, labels: ReadLabels, answers: Answers) -> str:
    """Return what names a prediction in the labels and in the log; it begins with a colon.

    Parameters
    ----------
    answers
        Rows of the log.
    """
    named, log = job.labels.columns, job.predictions.columns
    told: list[str] = []
    if named.id is not None:
        told += [_holds(f"labels.columns.id ({named.id})", labels.by_id["key"].tolist())]
        told += [_holds(f"predictions.columns.id ({log.id})", answers.ids.to_pylist())]
    if named.image is not None:
        told += [_holds(f"labels.columns.image ({named.image})", labels.by_image["key"].tolist())]
        of_log = _holds("the image of a row", answers.images.to_pylist())
        told += [of_log if job.has_images else "the job has no [images], so that no row names one"]
    return f": {', '.join(told)}"


def _holds(what: str, values: Iterable[str | None]) -> str:
    first = next((one for one in values if one), None)
    return f"{what} holds nothing" if first is None else f'{what} holds "{first}"'


def _example(one: LeftOutLabel | None) -> str:
    if one is None:
        return ""
    line = f"line {one.line:,} of " if one.line else ""
    key = f' for "{one.key}"' if one.key else ""
    detail = f": {one.detail}" if one.detail else ""
    return f", such as {line}{one.source}{key}{detail}"
