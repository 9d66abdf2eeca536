"""The check of labels; a run goes on without them, so that none of it is a failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from drift.model_quality.assembling.remarks import WITHOUT_CLASSES, classes_taken_for_none
from drift.model_quality.joining.answers import Answers, of_window
from drift.model_quality.label_source import LabelSource, own_labels
from drift.setup.check.labels.boxes.check import check_box_labels
from drift.setup.check.labels.labelled import (
    LabelledRows,
    answers_that_wait,
    end_of_rows,
    labelled_rows,
)
from drift.setup.check.labels.read import SeenLabels, look_at_labels
from drift.setup.check.labels.said import (
    about_labelled,
    about_left_out,
    keys_of_both_sides,
    read_so_far,
)
from drift.setup.check.result import Check, is_ok, look
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.job_file.job import Job
from jobs.labels.labels import UnreadLabels
from jobs.predictions.rows.rows import PredictionRows
from reports.words.numbers import counted

_THING = "labels"
_SECOND = timedelta(seconds=1)
_WITHOUT = "Runs go on without labels, and say nothing of the model's quality until this is mended."
_JOIN = (
    "Let labels.columns.id hold what predictions.columns.id holds, or labels.columns.image the "
    "images' names; {column:stem}, {column:name} and the like change a column's values on their "
    "way. drift init tries what joins."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    """The window, and all rows that wait for labels, beside the labels that name them.

    Attributes
    ----------
    answers
        The rows that wait.
    """

    window: LabelledRows
    waiting: LabelledRows
    answers: Answers

    def coverage(self) -> str:
        """Return how many of both have a label."""
        both = {one.rows: one for one in (self.window, self.waiting)}
        told = (f"{one.labelled:,} of {one.rows:,} rows of {one.stretch}" for one in both.values())
        return " and ".join(told)


def check_labels(place: Workplace, rows: PredictionRows) -> Iterator[Check]:
    """Say how many labels there are, and how many of the log's newest rows have one.

    The rows of the last `labels.wait` before the newest one are read once more.
    """
    job = place.job
    if not job.has_labels:
        return
    if job.predictions.columns.prediction is None and not job.labels.are_boxes:
        yield look(
            _THING,
            "the job names no column of the predicted class to compare labels with",
            "Name it in predictions.columns.prediction, or answer.",
        )
        return
    boxes = job.predictions.columns.boxes if job.labels.are_boxes else None
    try:
        if boxes is not None:
            yield from check_box_labels(place, boxes, rows)
        elif job.labels.path is None:
            yield from _of_column(place, rows)
        else:
            yield from _of_objects(place, rows)
    except DriftError as error:
        yield look(_THING, error.message, _WITHOUT)
        return
    if boxes is None and (taken := classes_taken_for_none(job, rows)):
        yield look(
            _THING,
            f"the model answers with {taken}, which labels.no_class takes for no label",
            WITHOUT_CLASSES,
        )
    yield from _about_version(job, rows)
    yield from _about_age(job, rows)


def _of_column(place: Workplace, rows: PredictionRows) -> Iterator[Check]:
    column = place.job.predictions.columns.label
    joined = _join(place, rows, own_labels(place.job, ()))
    if not joined.waiting.labelled and column not in rows.raw:
        yield look(
            _THING,
            f"the window's rows have no column {column} (predictions.columns.label), and no row of "
            f"{joined.waiting.stretch} has a label",
            "The column may come later, with the labels; else correct predictions.columns.label.",
        )
        return
    if not joined.waiting.labelled:
        yield look(
            _THING,
            f"{column} is empty in all {joined.waiting.rows:,} rows of {joined.waiting.stretch}",
            "Labels may come later. Where they lie beside the log, name their objects in "
            "labels.path.",
        )
        return
    yield is_ok(_THING, f"{column} is filled in {joined.coverage()}")
    yield from about_labelled(joined.waiting)
    yield from _about_enough(place.job, joined)


def _of_objects(place: Workplace, rows: PredictionRows) -> Iterator[Check]:
    settings = place.job.labels
    found = look_at_labels(place, end_of_rows(rows) - settings.wait)
    if isinstance(found, UnreadLabels):
        yield look(_THING, found.reason, _WITHOUT)
        return
    if not found.objects_in_all:
        yield look(
            _THING,
            f"{settings.path}: no object with labels is there",
            "Labels may come later; else correct labels.path.",
        )
        return
    read, count = read_so_far(settings, found), found.labels.index.count
    if count:
        yield from _about_joined(place.job, found, read, _join(place, rows, found.labels))
    else:
        given = found.read
        if given.left_out:
            yield look(_THING, f"{read}; none of them can be used", "See below why.")
        else:
            yield look(_THING, f"{read}: there is no row in it yet", "Labels may come later.")
        yield from about_left_out(given)


def _about_joined(job: Job, found: SeenLabels, read: str, joined: _Joined) -> Iterator[Check]:
    given, waiting = found.read, joined.waiting
    if not waiting.used:
        yield look(
            _THING,
            f"{read}; none of them names one of the {waiting.rows:,} predictions of "
            f"{waiting.stretch}{keys_of_both_sides(job, given, joined.answers)}",
            _JOIN,
        )
        yield from about_left_out(given)
        return
    unused = found.labels.index.count - waiting.used
    others = f"; {unused:,} of the labels name no prediction of {waiting.stretch}" * (unused > 0)
    yield is_ok(_THING, f"{read}; {joined.coverage()} have one, {_by(waiting)}{others}")
    yield from about_left_out(given)
    yield from about_labelled(waiting)
    yield from _about_enough(job, joined)


def _join(place: Workplace, rows: PredictionRows, source: LabelSource) -> _Joined:
    window = of_window(place, rows)
    waiting = answers_that_wait(place, end_of_rows(rows))
    last_part = not (source.names_match(window) or source.names_match(waiting))
    wait = counted(place.job.labels.wait.days, "day")
    return _Joined(
        window=labelled_rows(source.join(window, last_part=last_part), "the window"),
        waiting=labelled_rows(source.join(waiting, last_part=last_part), f"the log's last {wait}"),
        answers=waiting,
    )


def _by(joined: LabelledRows) -> str:
    by_image = joined.labelled - joined.by_id
    last = ", the last part of its name" * joined.is_by_last_part
    if joined.by_id and by_image:
        return f"{joined.by_id:,} by id and {by_image:,} by image{last}"
    return "by id" if joined.by_id else f"by image{last}"


def _about_enough(job: Job, joined: _Joined) -> Iterator[Check]:
    """Say where the window, or all that waits, has too few labels for a statement."""
    least = job.labels.min_labels
    if joined.waiting.labelled < least:
        yield look(
            _THING,
            f"{joined.waiting.labelled:,} labelled rows in {joined.waiting.stretch}, fewer than "
            f"labels.min_labels ({least:,})",
            "Until there are so many, runs say nothing of the model's quality.",
        )
    elif joined.window.labelled < least:
        yield is_ok(
            _THING,
            f"a window with fewer than labels.min_labels ({least:,}) is judged together with the "
            "newest days before it that have so many",
        )


def _about_version(job: Job, rows: PredictionRows) -> Iterator[Check]:
    """Say where no row of the window names the model's version in the column that should."""
    column = job.quality.version
    if column is None or not len(rows):
        return
    if column not in rows.raw.columns or not rows.raw[column].notna().any():
        yield look(
            _THING,
            f"no row of the window names the model's version in {column} (quality.version)",
            "Correct quality.version, or leave it out: then all versions are one.",
        )


def _about_age(job: Job, rows: PredictionRows) -> Iterator[Check]:
    """Say where the log is so old that no run waits for its labels."""
    newest = end_of_rows(rows)
    if rows.window.end - newest > job.labels.wait:
        yield look(
            _THING,
            f"the log's newest row is of {newest:%Y-%m-%d}, more than labels.wait "
            f"({counted(job.labels.wait.days, 'day')}) before the window's end: no run then waits "
            "for its label",
            f"Look at a past window: --until {newest + _SECOND:%Y-%m-%dT%H:%M:%SZ}.",
        )
