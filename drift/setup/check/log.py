"""Checks the bucket and the prediction log, as a run reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from drift.remarks.words.object_times import TIMES_OF_STORE_MEND, times_of_store
from drift.setup.check.result import Check, CheckState, failed, fails, is_ok, look, not_tried
from drift.setup.check.times import check_times
from drift.setup.columns.all_columns import guess_columns
from drift.setup.columns.answers import guess_answer
from drift.setup.columns.values import column_values
from drift.workplace import Workplace
from jobs.errors import DriftError, ExitCode
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.log_columns import NeededColumns, made_columns
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.selection.choose import objects_of_log
from jobs.times.windows import WindowRequest
from jobs.toml_text import as_text
from reports.words.numbers import listed

_LISTED = 1_000
_LOOKED_AT = 200
_SHOWN_NAMES = 8
_COLUMNS_SHOWN = 12
_BY_CONTENT = "format told by content"
_ALL_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLog:
    """The result of looking at the log.

    Attributes
    ----------
    rows
        The window's rows; None if the log cannot be read.
    """

    checks: tuple[Check, ...]
    rows: PredictionRows | None = None


def check_bucket(place: Workplace) -> Check:
    """Try to list the bucket."""
    try:
        seen = sum(1 for _ in islice(place.bucket.list(), _LISTED))
    except DriftError as error:
        return failed("bucket", error)
    if not seen:
        return fails(
            "bucket", f"{place.bucket.url} is empty", "Correct bucket.url in the job file."
        )
    count = f"more than {_LISTED:,}" if seen == _LISTED else f"{seen:,}"
    return is_ok("bucket", f"{place.bucket.url} can be listed; {count} objects")


def check_writing(place: Workplace) -> Check:
    """Ask whether reports may be written, without writing any."""
    path = place.job.reports.path
    try:
        may = place.bucket.may_write(path)
    except DriftError as error:
        return failed("reports", error)
    target = place.bucket.url_of(path)
    if may is None:
        return not_tried(
            "reports", f"{target}: this store does not tell whether writing is allowed"
        )
    if may:
        return is_ok("reports", f"{target} may be written")
    return fails(
        "reports",
        f"{target} may not be written or replaced",
        "Grant the right to create and delete objects, or let reports.path lead elsewhere.",
        ExitCode.PUBLISH,
    )


def check_log(place: Workplace, request: WindowRequest) -> CheckedLog:
    """Find the log and read the window's rows."""
    settings = place.job.predictions
    try:
        found = _found(place)
    except DriftError as error:
        return CheckedLog(checks=(failed("log", error),))
    try:
        rows = read_predictions(
            place.bucket,
            settings,
            request,
            extra_columns=place.locator.columns_used(),
            segment_columns=place.job.segments.columns,
            workers=place.job.image_rules.fetch_workers,
        )
    except DriftError as error:
        return CheckedLog(checks=(found, failed("log's rows", error)))
    times = check_times(rows, settings, place.clock())
    by_store = [look("times", text, TIMES_OF_STORE_MEND) for text in times_of_store(settings)]
    checks = [found, _rows(place, rows), *times, *by_store, _columns(place, rows)]
    return CheckedLog(checks=tuple(checks), rows=rows)


def _found(place: Workplace) -> Check:
    """Return which objects are the log."""
    settings = place.job.predictions
    if settings.images_only:
        names = settings.from_path or settings.path
        return is_ok("log", f"none; the images {names} are listed in its place")
    objects = objects_of_log(place.bucket, settings)
    kinds = ", ".join(sorted({one.kind.value if one.kind else _BY_CONTENT for one in objects}))
    many = f"{len(objects):,} objects" if len(objects) > 1 else "one object"
    return is_ok("log", f"{settings.path}: {many} ({kinds}){_stated(settings)}")


def _stated(settings: PredictionSettings) -> str:
    """Return what the job file says of how the log is written."""
    encoding = f"; read as {settings.encoding}" if settings.encoding else ""
    names = ", ".join(settings.header[:_SHOWN_NAMES])
    more = ", ..." if len(settings.header) > _SHOWN_NAMES else ""
    columns = f"{len(settings.header)} columns named by predictions.header: {names}{more}"
    return encoding + (f"; where it has no header, its {columns}" if settings.header else "")


def _rows(place: Workplace, rows: PredictionRows) -> Check:
    span = f"{rows.window.start:%Y-%m-%d %H:%M} to {rows.window.end:%Y-%m-%d %H:%M} UTC"
    zone = f"; times without a zone are read as {rows.assumed_timezone}" * bool(
        rows.assumed_timezone
    )
    if len(rows):
        return is_ok("rows in window", f"{rows.log_rows:,} rows from {span}{zone}")
    if rows.tally.rejected:
        return fails(
            "rows in window",
            f"none of {rows.tally.rows:,} rows from {span} can be used",
            "See the reasons below; correct the job file or what writes the log.",
        )
    return look("rows in window", f"no rows from {span}", _where_the_rows_are(place))


def _where_the_rows_are(place: Workplace) -> str:
    try:
        newest = read_predictions(
            place.bucket, place.job.predictions, WindowRequest(end=_ALL_TIME, rows=1)
        )
    except DriftError:
        return "Check predictions.path and --until."
    if not len(newest):
        return "The log holds no readable row at all; check what writes it."
    time = newest.fields["timestamp"].iloc[-1]
    return (
        f"The newest row is from {time:%Y-%m-%d %H:%M} UTC: take a longer window.last, window.rows "
        f"in its place, or --until."
    )


def _columns(place: Workplace, rows: PredictionRows) -> Check:
    """Say which columns are used, which are empty, and which others the job could use."""
    named = place.job.predictions.columns
    single = {key: value for key, value in named if isinstance(value, str)}
    used = [f"{key} = {column}" for key, column in single.items() if column in rows.raw.columns]
    if rows.probabilities:
        used.append(f"{len(rows.probabilities)} probabilities")
    if rows.numbers:
        used.append(f"{len(rows.numbers)} numbers")
    if place.job.segments.columns:
        used.append(f"segments {', '.join(place.job.segments.columns)}")
    if not len(rows) and not used:
        return not_tried("columns", "the window has no rows")
    found = ", ".join(used) or "none that the job names"
    empty = [
        column
        for key, column in single.items()
        if key != "label" and column in rows.raw.columns and rows.raw[column].isna().all()
    ]
    if empty and len(rows):
        return look("columns", found, f"No row of the window has a value in {', '.join(empty)}.")
    whole = _whole_answers(place, rows)
    if whole:
        return look("columns", found, whole)
    return _other_columns(place, rows, found)


def _other_columns(place: Workplace, rows: PredictionRows, found: str) -> Check:
    """Say which columns the job does not use."""
    unused = _unused(place, rows) if len(rows) else []
    if unused:
        said = f"Not used, but they look right: {', '.join(unused)} (predictions.columns)."
        return Check(thing="columns", state=CheckState.OK, found=found, mend=said)
    left = _used_by_nothing(place, rows)
    if left:
        found += f"; not used: {listed(left, most=_COLUMNS_SHOWN)}"
    return is_ok("columns", found)


def _used_by_nothing(place: Workplace, rows: PredictionRows) -> list[str]:
    """Return the columns of the window's rows that nothing of the job names."""
    job = place.job
    if job.predictions.images_only:
        return []
    named = job.predictions.columns
    needed = NeededColumns(
        named=named,
        extra=tuple(place.locator.columns_used()),
        segments=tuple(job.segments.columns),
        from_path=job.predictions.from_path,
    )
    made = {*made_columns(named), job.quality.version}
    inside = () if named.answer is None else (f"{named.answer}.", f"{named.answer} ")
    return [
        str(one)
        for one in rows.raw.columns
        if not needed.names(one) and one not in made and not str(one).startswith(inside)
    ]


def _whole_answers(place: Workplace, rows: PredictionRows) -> str:
    """Say that the column of classes holds whole answers; empty where it does not."""
    column = place.job.predictions.columns.prediction
    if column is None or column not in rows.raw.columns:
        return ""
    if guess_answer(column_values(rows.raw[[column]].tail(_LOOKED_AT))) is None:
        return ""
    return (
        f"Each cell of {column} holds a whole answer, which is no class: in the job file write "
        f"predictions.columns.answer = {as_text(column)} in place of prediction."
    )


def _unused(place: Workplace, rows: PredictionRows) -> list[str]:
    guesses = guess_columns(column_values(rows.raw.tail(2_000).reset_index(drop=True)))
    named = place.job.predictions.columns
    taken = {value for _, value in named if isinstance(value, str)}
    return [
        f"{key} = {guess.column}"
        for key, guess in guesses.named.items()
        if key != "id" and getattr(named, key) is None and guess.column not in taken
    ]
