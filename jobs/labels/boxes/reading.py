"""From the objects that hold true boxes to the boxes of each image; nothing in them is fatal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from jobs.buckets.bucket import Bucket
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.box_labels import GivenBoxes, ReadBoxLabels
from jobs.labels.box_notes import BoxNotes
from jobs.labels.boxes.collector import BoxLabelCollector
from jobs.labels.boxes.settling import settle_boxes
from jobs.labels.collector import LabelNotes
from jobs.labels.exports.listing import list_exports
from jobs.labels.exports.reading import read_exports
from jobs.labels.labels import NONE_YET, OBJECT_GONE, UNREADABLE_OBJECT, UnreadLabels
from jobs.labels.listing import LabelListing, list_tables
from jobs.labels.reading import collect_labels
from jobs.predictions.selection.choose import NamedObject
from jobs.predictions.small_copies import SmallCopies
from jobs.times.timestamps import TimestampRules

_NO_CLASSES = (
    '{}: no box has a class. Expected labels.columns.boxes.classes, which is "{}", to be a column '
    "beside the boxes, a key in each box's object, or the place of a number in each box's list. "
    "Correct it, or leave it out: then boxes are matched whatever their class. Where all classes "
    "are such as labels.no_class names, set that without them."
)


def list_box_labels(
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    settings: LabelSettings,
    predictions: PredictionSettings,
    reports: str = "",
    since: datetime | None = None,
) -> LabelListing | UnreadLabels:
    """Return which objects may hold true boxes: as `list_labels`, of exports empty ones too.

    Exports are all listed, whatever `since` is: one of them may hold labels of any day.
    """
    if settings.export is not None:
        return list_exports(bucket, open_bucket, settings, predictions, reports)
    return list_tables(bucket, open_bucket, settings, predictions, reports, since)


def read_box_labels(
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    settings: LabelSettings,
    predictions: PredictionSettings,
    *,
    since: datetime,
    workers: int,
) -> ReadBoxLabels | UnreadLabels:
    """Return the true boxes below `labels.path`: listing and reading in one."""
    listing = list_box_labels(bucket, open_bucket, settings, predictions)
    if isinstance(listing, UnreadLabels):
        return listing
    return read_listed_boxes(listing, settings, predictions, since=since, workers=workers)


def read_listed_boxes(
    listing: LabelListing,
    settings: LabelSettings,
    predictions: PredictionSettings,
    *,
    since: datetime,
    workers: int,
    copies: SmallCopies | None = None,
) -> ReadBoxLabels | UnreadLabels:
    """Return the true boxes in the objects that were listed.

    A box, an image or an object that cannot be used among others that can is counted with its
    reason; what leaves no labels at all is as in `read_listed_labels`.

    Parameters
    ----------
    listing
        What `list_box_labels` returned.
    predictions, since, workers, copies
        As in `read_listed_labels`.
    """
    if settings.export is not None:
        read = read_exports(listing, settings, since=since, workers=workers)
        if isinstance(read, UnreadLabels):
            return read
        return _assemble(listing, read.objects, read.images, read.notes, read.box_notes)
    rules = TimestampRules(timezone=predictions.timezone, day_first=predictions.day_first)
    collector = BoxLabelCollector.of(settings, rules)
    wanted = collect_labels(
        listing, collector, predictions, since=since, workers=workers, copies=copies
    )
    if isinstance(wanted, UnreadLabels):
        return wanted
    images = collector.images()
    named = collector.columns_of_boxes.classes
    if named is not None and images.boxes.have_no_class:
        return UnreadLabels(url=listing.url, reason=_NO_CLASSES.format(listing.url, named))
    collector.reject_rows()
    return _assemble(listing, wanted, images, collector.notes, collector.box_notes)


def _assemble(
    listing: LabelListing,
    wanted: Sequence[NamedObject],
    images: GivenBoxes,
    notes: LabelNotes,
    box_notes: BoxNotes,
) -> ReadBoxLabels:
    failed = notes.left_out[UNREADABLE_OBJECT] + notes.left_out[OBJECT_GONE]
    rows = len(images.given) + notes.left_out.total() - failed
    settled = settle_boxes(images)
    for reason, found in settled.left_out.items():
        notes.add(images.given, found, reason, notes.left_out)
    for reason, found in settled.noted.items():
        notes.add(images.given, found, reason, notes.noted)
    if not listing.objects:
        notes.noted[NONE_YET] += 1
    return ReadBoxLabels(
        by_id=settled.by_id,
        by_image=settled.by_image,
        boxes=settled.boxes,
        url=listing.url,
        objects=len(wanted) - failed,
        rows=rows,
        passed_over=len(listing.objects) - len(wanted),
        digest=settled.digest,
        listing_digest=listing.digest,
        left_out=dict(sorted(notes.left_out.items())),
        noted=dict(sorted(notes.noted.items())),
        lost_boxes=dict(sorted(box_notes.lost.items())),
        noted_boxes=dict(sorted(box_notes.noted.items())),
        examples=notes.examples,
        other_format=box_notes.other_format,
    )
