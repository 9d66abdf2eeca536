"""What is said of true boxes: sentences that lead to something to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from drift.model_quality.detection.format_by_truths import FormatAgreement
from drift.model_quality.detection.joining.classes import BoxClasses
from drift.model_quality.detection.joining.joined import JoinedBoxes
from drift.model_quality.detection.joining.keys import BY_ID, BY_LAST_PART, BY_NAME, BY_STEM
from drift.setup.check.labels.boxes.newest import NewestImages
from drift.setup.check.result import Check, is_ok, look
from drift.setup.labels.boxes.format_of_log import is_clear, share_of
from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.job_file.box_settings import BoxColumns
from jobs.job_file.job import Job
from jobs.job_file.label_settings import LabelSettings
from jobs.labels.box_labels import ReadBoxLabels
from jobs.labels.labels import NOT_KNOWN, LeftOutLabel
from jobs.times.timestamps import to_datetime
from reports.words.numbers import counted, listed

_THING = "labels"
_SHOWN = 3
_JOINED_BY = frozenset({BY_ID, BY_NAME, BY_LAST_PART, BY_STEM})
_CORRECT = "Correct what writes the labels, or [labels]."
_RENAME = (
    'If the model calls them otherwise, say so: labels.classes = { "in the labels" = "the '
    "model's\" }. True boxes of classes that the model does not have count as missed."
)


def read_so_far(settings: LabelSettings, labels: ReadBoxLabels, objects_in_all: int) -> str:
    """Return how many labelled images were read, from how many objects, and how far they reach."""
    objects = counted(labels.objects, "object")
    if labels.passed_over:
        objects += f", {labels.passed_over:,} of days before labels.wait not read"
    elif objects_in_all > labels.objects:
        objects = f"{labels.objects:,} of {objects_in_all:,} objects"
    moments = np.concatenate([labels.by_id["moment"], labels.by_image["moment"]])
    known = moments[moments != NOT_KNOWN]
    reach = ""
    if len(known):
        reach = f", the newest given {to_datetime(int(known.max())):%Y-%m-%d %H:%M} UTC"
    images = counted(labels.boxes.images, "labelled image")
    boxes = f"{len(labels.boxes):,} boxes"
    return f"{settings.path}: {images} with {boxes} in {objects}{reach}"


def about_read(labels: ReadBoxLabels) -> Iterator[Check]:
    """Say which images and boxes are not used, and which are with a remark, with the first."""
    first = {one.reason: one for one in reversed(labels.examples)}
    for reason, count in labels.left_out.items():
        yield look(_THING, f"{count:,} left out: {reason}{_example(first.get(reason))}", _CORRECT)
    for reason, count in labels.lost_boxes.items():
        yield look(
            _THING,
            f"{_boxes(count)} left out: {reason}{_example(first.get(reason))}",
            _CORRECT,
        )
    for reason, count in labels.noted.items():
        yield is_ok(_THING, f"{count:,} used: {reason}{_example(first.get(reason))}")
    for reason, count in labels.noted_boxes.items():
        yield is_ok(_THING, f"{_boxes(count)} used: {reason}")


def about_lost(joined: JoinedBoxes) -> Iterator[Check]:
    """Say which labelled images and which boxes of them are not scored, and why."""
    for reason, count in joined.left_out.items():
        yield look(_THING, f"{counted(count, 'labelled image')} not scored: {reason}", "")
    for reason, count in joined.lost_boxes.items():
        yield look(_THING, f"{count:,} not scored: {reason}", "")
    for reason, count in {**joined.noted, **joined.noted_boxes}.items():
        if reason not in _JOINED_BY:
            yield is_ok(_THING, f"{count:,} used: {reason}")


def about_label_format(labels: ReadBoxLabels) -> Iterator[Check]:
    """Say that the true boxes look like another format than the job file says."""
    other = labels.other_format
    if other is None:
        return
    fits = other.fit.box_format
    yield look(
        _THING,
        f"the true boxes look like {fits}, not {other.said}: {other.fit.share:.0%} of "
        f"{other.checked:,} lie within their image if they are {fits}",
        f'Set labels.columns.boxes.format = "{fits.order.value}" and unit = "{fits.unit.value}".',
    )


def about_formats(agreements: tuple[FormatAgreement, ...], boxes: BoxColumns) -> Iterator[Check]:
    """Say in which format predicted boxes meet true ones, where it is another than is said."""
    said = BoxFormat(order=BoxOrder(boxes.format), unit=BoxUnit(boxes.unit))
    if not is_clear(agreements, said):
        return
    best = agreements[0]
    fits = best.box_format
    yield look(
        "boxes",
        f"read as {said}, predicted boxes meet {share_of(agreements, said):.0%} of the true boxes; "
        f"read as {fits}, {best.share:.0%}",
        f'Set predictions.columns.boxes.format = "{fits.order.value}" and unit = '
        f'"{fits.unit.value}".',
    )


def about_classes(newest: NewestImages) -> Iterator[Check]:
    """Say which classes only the true, or only the predicted boxes have."""
    detected = newest.sampled.detected
    true = _true_classes(newest)
    classes = BoxClasses.of(detected.classes, true)
    if classes.is_one or not len(true):
        return
    predicted, labelled = (
        Counter(codes[codes >= 0].tolist()) for codes in (classes.detected, classes.true)
    )
    only_true = {one: count for one, count in labelled.items() if one not in predicted}
    if only_true:
        count = sum(only_true.values())
        yield look(
            _THING,
            f"{_boxes(count)} of classes that the model found in no image of {newest.stretch}: "
            f"{_ranked(only_true, classes)}",
            _RENAME,
        )
    only_predicted = {one: count for one, count in predicted.items() if one not in labelled}
    if only_predicted:
        yield is_ok(
            _THING,
            f"classes that no true box has take no part in AP: {_ranked(only_predicted, classes)}",
        )
    if classes.spellings:
        pairs = [f"{written} = {meant}" for written, meant in sorted(classes.spellings.items())]
        yield is_ok(
            _THING, f"classes spelled otherwise are the model's: {listed(pairs, most=_SHOWN)}"
        )


def _true_classes(newest: NewestImages) -> pa.StringArray:
    """Return the classes of the true boxes of the images looked at."""
    boxes, place = newest.joined.read.boxes, newest.joined.keys.place
    kept = np.flatnonzero(np.isin(boxes.image, place[place >= 0]))
    return boxes.classes.take(pa.array(kept))


def _ranked(codes: dict[int, int], classes: BoxClasses) -> str:
    ranked = sorted(codes, key=lambda code: (-codes[code], classes.names[code]))
    return listed([f"{classes.names[code]} ({codes[code]:,})" for code in ranked], most=_SHOWN)


def keys_of_both_sides(job: Job, newest: NewestImages) -> str:
    """Return what names an image in the labels and in the log; it begins with a colon."""
    labels, detected = newest.joined.read, newest.sampled.detected
    named, log = job.labels.columns, job.predictions.columns
    told: list[str] = []
    if named.id is not None:
        told += [_holds(f"labels.columns.id ({named.id})", labels.by_id["key"].tolist())]
        told += [_holds(f"predictions.columns.id ({log.id})", detected.ids.to_pylist())]
    if named.image is not None or job.labels.export is not None:
        what = "the export" if named.image is None else f"labels.columns.image ({named.image})"
        told += [_holds(what, labels.by_image["key"].tolist())]
        told += [_holds("the image of a row", detected.names.to_pylist())]
    return f": {', '.join(told)}"


def _holds(what: str, values: list[str | None]) -> str:
    first = next((one for one in values if one), None)
    return f"{what} holds nothing" if first is None else f'{what} holds "{first}"'


def _boxes(count: int) -> str:
    return "1 true box" if count == 1 else f"{count:,} true boxes"


def _example(one: LeftOutLabel | None) -> str:
    if one is None:
        return ""
    line = f"line {one.line:,} of " if one.line else ""
    key = f' for "{one.key}"' if one.key else ""
    detail = f": {one.detail}" if one.detail else ""
    return f", such as {line}{one.source}{key}{detail}"
