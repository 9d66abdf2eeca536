"""The check of labels; a run goes on without them, so that none of it is a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from drift.setup.check.labels.join import LabelledRows, join_own, join_read
from drift.setup.check.labels.predicted import (
    PredictedRows,
    end_of_rows,
    format_wait,
    predicted_rows,
    rows_that_wait,
)
from drift.setup.check.labels.read import SeenLabels, look_at_labels
from drift.setup.check.labels.said import (
    about_classes,
    about_left_out,
    keys_of_both_sides,
    read_so_far,
)
from drift.setup.check.result import Check, failed, is_ok, look
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.labels.labels import UnreadLabels
from jobs.predictions.rows.rows import PredictionRows
from reports.words.numbers import counted

THING = "labels"
Join = Callable[[PredictedRows], LabelledRows]


def check_labels(place: Workplace, rows: PredictionRows) -> Iterator[Check]:
    """Say how many labels there are, and how many of the log's newest rows have one.

    Where fewer rows of the window have one than a statement needs, those of the last
    `labels.wait` are read once more.
    """
    job = place.job
    if not job.has_labels:
        return
    if job.predictions.columns.prediction is None:
        yield look(
            THING,
            "the job names no column of the predicted class to compare labels with",
            "Name it in predictions.columns.prediction, or answer.",
        )
        return
    yield from _of_column(place, rows) if job.labels.path is None else _of_objects(place, rows)
    newest = end_of_rows(rows)
    if rows.window.end - newest > job.labels.wait:
        yield look(
            THING,
            f"the log's newest row is of {newest:%Y-%m-%d}, more than labels.wait "
            f"({format_wait(place)}) before the window's end: no run then waits for its label",
            f"Look at a past window: --until {newest:%Y-%m-%dT%H:%M:%SZ}.",
        )


def _of_column(place: Workplace, rows: PredictionRows) -> Iterator[Check]:
    column = place.job.predictions.columns.label
    join = partial(join_own, classes=place.job.labels.classes)
    window, further = _joined(place, rows, join)
    newest = further or window
    if not newest.labelled:
        yield look(
            THING,
            f"{column} is empty in all {newest.rows:,} rows of {newest.stretch}",
            "Labels may come later. Where they lie beside the log, name their objects in "
            "labels.path.",
        )
        return
    yield is_ok(THING, f"{column} is filled in {_coverage(window, further)}")
    yield from about_classes(newest)
    yield from _about_enough(place, window, further)


def _of_objects(place: Workplace, rows: PredictionRows) -> Iterator[Check]:
    settings = place.job.labels
    found = look_at_labels(place, end_of_rows(rows) - settings.wait)
    if isinstance(found, UnreadLabels):
        yield look(
            THING,
            found.reason,
            "Runs go on without labels and say nothing of the model's quality until this is "
            "mended.",
        )
        return
    if not found.objects_in_all:
        yield look(
            THING,
            f"{settings.path}: no object with labels is there",
            "Labels may come later; else correct labels.path.",
        )
        return
    url = place.bucket.url
    join = partial(join_read, labels=found.labels, classes=settings.classes, own_url=url)
    try:
        window, further = _joined(place, rows, join)
    except DriftError as error:
        yield failed(THING, error)
        return
    yield from _about_joined(place, rows, found, window, further)


def _about_joined(
    place: Workplace,
    rows: PredictionRows,
    found: SeenLabels,
    window: LabelledRows,
    further: LabelledRows | None,
) -> Iterator[Check]:
    newest = further or window
    read = read_so_far(place.job.labels, found)
    if not newest.labelled:
        if not newest.count:
            yield look(THING, f"{read}; none of them can be used", "See below why.")
            yield from about_left_out(found.labels)
            return
        keys = keys_of_both_sides(place, rows, found.labels)
        yield look(
            THING,
            f"{read}; none of them names one of the {newest.rows:,} predictions of "
            f"{newest.stretch}{keys}",
            "Let labels.columns.id hold what predictions.columns.id holds, or labels.columns.image "
            "the images' names; {column:stem}, {column:name} and the like change a column's values "
            "on their way. drift init tries what joins.",
        )
        yield from about_left_out(found.labels)
        return
    unused = newest.count - newest.used
    others = (
        f"; {counted(unused, 'label')} {'names' if unused == 1 else 'name'} no prediction of "
        f"{newest.stretch}"
    ) * (unused > 0)
    yield is_ok(THING, f"{read}; {_coverage(window, further)}, {_by(newest)}{others}")
    yield from about_left_out(found.labels)
    yield from about_classes(newest)
    yield from _about_enough(place, window, further)


def _joined(
    place: Workplace, rows: PredictionRows, join: Join
) -> tuple[LabelledRows, LabelledRows | None]:
    """Return the window's rows with their labels, and those that wait where these are too few."""
    window = join(predicted_rows(place, rows, "the window"))
    if window.labelled >= place.job.labels.min_labels:
        return window, None
    further = join(rows_that_wait(place, end_of_rows(rows)))
    return window, further if further.rows > window.rows else window


def _coverage(window: LabelledRows, further: LabelledRows | None) -> str:
    stretches = [window] if further is None or further is window else [window, further]
    told = (f"{one.labelled:,} of {one.rows:,} rows of {one.stretch}" for one in stretches)
    return " and ".join(told)


def _by(joined: LabelledRows) -> str:
    last = ", the last part of its name" * joined.is_by_last_part
    if joined.by_id and joined.by_image:
        return f"{joined.by_id:,} by id and {joined.by_image:,} by image{last}"
    return "by id" if joined.by_id else f"by image{last}"


def _about_enough(
    place: Workplace, window: LabelledRows, further: LabelledRows | None
) -> Iterator[Check]:
    """Say where the window alone has too few labels for a statement."""
    least = place.job.labels.min_labels
    if window.labelled >= least or further is None:
        return
    if further.labelled >= least:
        yield is_ok(
            THING,
            f"the window has fewer than labels.min_labels ({least:,}), so runs look at the newest "
            "days that have so many",
        )
        return
    yield look(
        THING,
        f"{further.labelled:,} labelled rows in {further.stretch}, fewer than "
        f"labels.min_labels ({least:,})",
        "Until there are so many, runs say nothing of the model's quality.",
    )
