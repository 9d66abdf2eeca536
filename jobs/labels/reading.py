"""From the objects that hold labels to one label an id or image; nothing in them is fatal."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    TooManyRowsError,
)
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.collector import LabelCollector
from jobs.labels.labels import (
    NONE_YET,
    OBJECT_GONE,
    UNREADABLE_OBJECT,
    ReadLabels,
    UnreadLabels,
)
from jobs.labels.listing import LabelListing, list_labels, log_settings_of
from jobs.labels.settling import settle
from jobs.predictions.log_columns import missing_column
from jobs.predictions.objects import ObjectReader, is_small
from jobs.predictions.selection.choose import NamedObject
from jobs.predictions.small_copies import SmallCopies
from jobs.times.timestamps import TimestampRules

_KEYS_OF_LOG = re.compile(
    r"predictions\.(?=(?:path|format|encoding|columns|exclude|from_path|most_objects)\b)"
)


def read_labels(
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    settings: LabelSettings,
    predictions: PredictionSettings,
    *,
    since: datetime,
    workers: int,
) -> ReadLabels | UnreadLabels:
    """Return the labels below `labels.path`: `list_labels` and `read_listed_labels` in one."""
    listing = list_labels(bucket, open_bucket, settings, predictions)
    if isinstance(listing, UnreadLabels):
        return listing
    return read_listed_labels(listing, settings, predictions, since=since, workers=workers)


def read_listed_labels(
    listing: LabelListing,
    settings: LabelSettings,
    predictions: PredictionSettings,
    *,
    since: datetime,
    workers: int,
    copies: SmallCopies | None = None,
) -> ReadLabels | UnreadLabels:
    """Return the labels in the objects that were listed.

    A label that cannot be used, and an object that cannot be read among others that can, are
    counted with their reason. Only a store that cannot be reached, a column that no object has,
    too many objects or labels, and objects of which none can be read leave no labels at all.

    Parameters
    ----------
    listing
        What `list_labels` returned.
    predictions
        The job file's ``[predictions]``: times without a zone, and days before months, are read
        as its log's are.
    since
        The time of the oldest prediction that waits for its label: objects whose names tell days
        that end more than a day before it are not read.
    workers
        How many small objects are fetched at once.
    copies
        What keeps copies of small objects; None where each is read by itself.
    """
    rules = TimestampRules(timezone=predictions.timezone, day_first=predictions.day_first)
    collector = LabelCollector.of(settings, rules)
    wanted = collect_labels(
        listing, collector, predictions, since=since, workers=workers, copies=copies
    )
    return wanted if isinstance(wanted, UnreadLabels) else _assemble(listing, wanted, collector)


def collect_labels(
    listing: LabelListing,
    collector: LabelCollector,
    predictions: PredictionSettings,
    *,
    since: datetime,
    workers: int,
    copies: SmallCopies | None = None,
) -> list[NamedObject] | UnreadLabels:
    """Read the objects that were listed into a collector, and return them.

    Parameters
    ----------
    listing, predictions, since, workers, copies
        As in `read_listed_labels`.
    """
    wanted, settings = listing.since(since), collector.settings
    try:
        check_count(listing, wanted, settings)
        log_settings = log_settings_of(listing.place, settings, predictions)
        reader = _LabelReader(listing.place.bucket, log_settings, collector, workers, copies)
        _collect(reader, wanted)
        _check(listing, wanted, collector)
    except TooManyRowsError as error:
        return UnreadLabels(
            url=listing.url,
            reason=f"{error.url}: there are more than {error.most:,} labels up to here. Expected "
            "those of some weeks; narrow labels.path, or name its objects by day.",
        )
    except ObjectError as error:
        return UnreadLabels(url=listing.url, reason=f"{error.url}: {in_words_of_labels(error)}")
    return wanted


class _LabelReader(ObjectReader):
    """Reads the objects of labels; one that cannot be read is counted, and no row of it is used."""

    collector: LabelCollector
    gone: list[str]

    def _read_one(self, item: NamedObject) -> None:
        before = self.collector.checkpoint()
        try:
            super()._read_one(item)
        except (BucketAccessError, TooManyRowsError):
            raise
        except ObjectError as error:
            self.collector.return_to(before)
            is_gone = isinstance(error, ObjectMissingError)
            reason = OBJECT_GONE if is_gone else UNREADABLE_OBJECT
            self.collector.leave_object_out(item.name, reason, in_words_of_labels(error))

    def _content(self, name: str) -> StoredObject:
        try:
            return super()._content(name)
        except ObjectMissingError:
            # Called in threads.
            self.gone.append(name)
            return StoredObject(data=b"", version="")

    def finish(self) -> None:
        """Take in what was not there, and the columns of small objects."""
        for name in self.gone:
            self.collector.leave_object_out(name, OBJECT_GONE)
        # Each of them that holds no JSON is counted by itself.
        with contextlib.suppress(ObjectError):
            super().finish()


def _collect(reader: _LabelReader, wanted: Sequence[NamedObject]) -> None:
    reader.gone = []
    for group in reader.groups(wanted):
        reader.read(group)
    reader.finish()


def check_count(
    listing: LabelListing, wanted: Sequence[NamedObject], settings: LabelSettings
) -> None:
    """Check that not too many small objects would be fetched, before the first one is.

    Raises
    ------
    ObjectError
        If there are more than `labels.most_objects`.
    """
    log_settings = PredictionSettings(path=listing.place.path, format=settings.format)
    small = sum(is_small(one.info, log_settings) for one in wanted)
    if small > settings.most_objects:
        raise ObjectError(
            listing.url,
            f"labels are spread over {small:,} small objects. Expected at most "
            f"{settings.most_objects:,} (labels.most_objects). Pack them, the labels of a day one "
            "a line into one object that ends in .jsonl; or name them by the day on which they "
            "are given, such as labels/2025-03-04/..., so that old ones are not fetched.",
        )


def _check(listing: LabelListing, wanted: Sequence[NamedObject], collector: LabelCollector) -> None:
    """Check that something could be read, and that it has the columns that the job names."""
    unreadable = collector.notes.left_out[UNREADABLE_OBJECT]
    if unreadable and unreadable + collector.notes.left_out[OBJECT_GONE] == len(wanted):
        first = collector.notes.first[UNREADABLE_OBJECT][0]
        raise ObjectError(listing.place.bucket.url_of(first.source), first.detail)
    absent = collector.absent_columns()
    if absent and collector.columns:
        (column, key), url = absent[0], listing.place.bucket.url_of(wanted[0].name)
        raise missing_column(url, column, key, list(collector.columns))


def _assemble(
    listing: LabelListing, wanted: Sequence[NamedObject], collector: LabelCollector
) -> ReadLabels:
    given, notes = collector.given(), collector.notes
    settled = settle(given)
    for reason, found in settled.left_out.items():
        notes.add(given, found, reason, notes.left_out)
    for reason, found in settled.noted.items():
        notes.add(given, found, reason, notes.noted)
    failed = notes.left_out[UNREADABLE_OBJECT] + notes.left_out[OBJECT_GONE]
    rejected = collector.reject_rows()
    if not listing.objects:
        notes.noted[NONE_YET] += 1
    return ReadLabels(
        by_id=settled.by_id,
        by_image=settled.by_image,
        url=listing.url,
        objects=len(wanted) - failed,
        rows=collector.rows_met + rejected,
        passed_over=len(listing.objects) - len(wanted),
        digest=settled.digest,
        listing_digest=listing.digest,
        left_out=dict(sorted(notes.left_out.items())),
        noted=dict(sorted(notes.noted.items())),
        examples=notes.examples,
    )


def in_words_of_labels(error: ObjectError) -> str:
    """Return what is wrong with an object, which was read as a log's is, with the labels' keys."""
    return _KEYS_OF_LOG.sub("labels.", error.problem).replace("the log ", "the object ")
