"""The check of true boxes: what joins, what is lost and why, and whether formats fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from drift.setup.check.labels.boxes.newest import NewestImages, newest_images
from drift.setup.check.labels.boxes.said import (
    about_classes,
    about_formats,
    about_label_format,
    about_lost,
    about_read,
    keys_of_both_sides,
    read_so_far,
)
from drift.setup.check.labels.labelled import end_of_rows
from drift.setup.check.labels.read import MOST_OBJECTS
from drift.setup.check.result import Check, is_ok, look
from drift.setup.labels.boxes.format_of_log import formats_by_truths
from drift.workplace import Workplace
from jobs.job_file.box_settings import BoxColumns
from jobs.job_file.job import Job
from jobs.labels.box_labels import ReadBoxLabels
from jobs.labels.boxes.reading import list_box_labels, read_listed_boxes
from jobs.labels.labels import UnreadLabels
from jobs.predictions.rows.rows import PredictionRows

_THING = "labels"
_WITHOUT = "Runs go on without labels, and say nothing of the model's quality until this is mended."
_JOIN = (
    "Let labels.columns.id hold what predictions.columns.id holds, or labels.columns.image the "
    "images' names; {name:stem}, {column:name} and the like change a value on its way. drift init "
    "tries what joins."
)
_NEAR_NOTHING = 0.1
_FEWEST_BOXES = 10


def check_box_labels(place: Workplace, boxes: BoxColumns, rows: PredictionRows) -> Iterator[Check]:
    """Say how many of the newest images have true boxes, and whether these fit the predicted ones.

    The rows of the log's last days are read once more.

    Raises
    ------
    DriftError
        If the log, or the store, cannot be read.
    """
    end = end_of_rows(rows)
    found = _read(place, end)
    if isinstance(found, UnreadLabels):
        yield look(_THING, found.reason, _WITHOUT)
        return
    labels, objects = found
    if not objects:
        yield look(
            _THING,
            f"{place.job.labels.path}: no object with labels is there",
            "Labels may come later; else correct labels.path.",
        )
        return
    read = read_so_far(place.job.labels, labels, objects)
    if not labels.boxes.images:
        yield look(_THING, f"{read}; none of them can be used", "See below why.")
        yield from about_read(labels)
        return
    newest = newest_images(place, boxes, labels, end, rows.window)
    yield from _about_joined(place.job, newest, read)
    yield from about_read(labels)
    yield from about_label_format(labels)
    if newest.has_label.any():
        yield from _about_scored(newest, boxes)
        yield from _about_enough(place.job, newest)


def _read(place: Workplace, end: datetime) -> tuple[ReadBoxLabels, int] | UnreadLabels:
    """Return the labels in the newest objects, and how many objects there are."""
    job = place.job
    listing = list_box_labels(place.bucket, place.open_bucket, job.labels, job.predictions)
    if isinstance(listing, UnreadLabels):
        return listing
    since = end - job.labels.wait
    newest = replace(listing, objects=listing.objects[:MOST_OBJECTS])
    workers = job.image_rules.fetch_workers
    read = read_listed_boxes(newest, job.labels, job.predictions, since=since, workers=workers)
    return read if isinstance(read, UnreadLabels) else (read, len(listing.objects))


def _about_joined(job: Job, newest: NewestImages, read: str) -> Iterator[Check]:
    labelled, images = newest.has_label, len(newest.has_label)
    if not labelled.any():
        yield look(
            _THING,
            f"{read}; none of them is for one of the {images:,} images of {newest.stretch}"
            f"{keys_of_both_sides(job, newest)}",
            _JOIN,
        )
        return
    window = newest.in_window
    told = f"{int(labelled.sum()):,} of {images:,} images of {newest.stretch}"
    if 0 < window.sum() < images:
        told = (
            f"{int((labelled & window).sum()):,} of {int(window.sum()):,} images of the window and "
            f"{told}"
        )
    used = len({one for one in newest.joined.keys.place.tolist() if one >= 0})
    unused = newest.joined.read.boxes.images - used
    others = ""
    if unused > 0:
        verb = "is for no image" if unused == 1 else "are for no image"
        others = f"; {unused:,} of the labelled images {verb} of {newest.stretch}"
    yield is_ok(_THING, f"{read}; {told} have true boxes, {newest.joined.by}{others}")


def _about_scored(newest: NewestImages, boxes: BoxColumns) -> Iterator[Check]:
    joined = newest.joined.scored(newest.sampled.detected)
    yield from about_lost(joined)
    yield from about_classes(newest)
    agreements = formats_by_truths(newest.sampled, newest.joined)
    said = list(about_formats(agreements, boxes))
    yield from said
    if len(joined.detections.true.image) < _FEWEST_BOXES:
        return
    ap50 = score_detections(match_boxes(joined.detections)).ap50
    if ap50 is None:
        return
    told = f"AP50 of {joined.detections.images:,} images with true boxes is {ap50:.2f}"
    if ap50 >= _NEAR_NOTHING:
        yield is_ok(_THING, told)
    else:
        yield look(
            _THING,
            f"{told}: predicted boxes hardly meet true ones",
            "See above which format would fit."
            if said
            else "Are these the labels of these images, are classes called alike, and is the size "
            "in predictions.columns.boxes.width and height that of the images that were labelled?",
        )


def _about_enough(job: Job, newest: NewestImages) -> Iterator[Check]:
    """Say where the window, or all that waits, has too few labelled images for a statement."""
    least, labelled = job.labels.min_labels, newest.has_label
    if int(labelled.sum()) < least:
        yield look(
            _THING,
            f"{int(labelled.sum()):,} labelled images in {newest.stretch}, fewer than "
            f"labels.min_labels ({least:,})",
            "Until there are so many, runs say nothing of the model's quality.",
        )
    elif int((labelled & newest.in_window).sum()) < least:
        yield is_ok(
            _THING,
            f"a window with fewer than labels.min_labels ({least:,}) is judged together with the "
            "newest days before it that have so many",
        )
