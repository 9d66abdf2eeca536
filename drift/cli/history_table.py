"""The history as a table: for a terminal, as plain text, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from typing import Literal

import click

from jobs.visible_text import spreadsheet_text, visible
from reports.findings.answers import Verdict
from reports.findings.effect_sizes import sigmas
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import Observed
from reports.history.history import HistoryRow
from reports.history.job_state import mark_of
from reports.history.run_detector import DetectorOfRun
from reports.history.run_quality import QualityOfRun
from reports.history.run_view import ViewOfRun
from reports.words import numbers
from reports.words.of_rows.sentences import in_rows

_HEADINGS = ("run", "window ends", "verdict", "images", "largest effect", "what happened")
_MODEL = "model"
_NOVEL = "novel"
_VERDICT = "verdict"
# The sentence says what moved, and a run's name begins with its window's end.
_FIRST_LEFT_OUT = ("largest effect", "window ends")
_ROOM_FOR_WORDS = 24
_SIGN_WIDTH = 2
_RIGHT = {"images"}
_GAP = "  "
# Each colour has a shape too, as on the pages.
_STATES = {
    QualityState.HOLDS: "holds",
    QualityState.DROPPED: "worse",
    QualityState.UNKNOWN: "unknown",
}
# Of the newest labelled images, and of all images of the window.
_OF_DETECTORS = (
    *("ap", "ap75", "ar100", "mean_iou"),
    *("window_images", "window_boxes", "lowest_box_score", "mean_box_score", "highest_box_score"),
)
_OF_VIEWS = ("id", "images", "novel_images", "novel_expected", "missing")
# Accuracy is the usual score, and needs no name.
_MEASURES = {"ap50": "AP50 "}
_SIGNS = {
    Verdict.DRIFT: ("\N{BLACK UP-POINTING TRIANGLE}", "bold red"),
    Verdict.INCONCLUSIVE: ("\N{BLACK DIAMOND}", "magenta"),
    Verdict.STEADY: ("\N{BLACK CIRCLE}", "dim"),
}


def json_table(rows: Sequence[HistoryRow]) -> str:
    """Return the runs as a JSON list of objects, in their order."""
    return json.dumps([_record(row) for row in rows], indent=2)


def csv_table(rows: Sequence[HistoryRow]) -> str:
    """Return the runs as CSV, with the names in the first line; unknown values are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(_record_keys()), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in _record(row).items()})
    return out.getvalue()


def print_table(rows: Sequence[HistoryRow]) -> None:
    """Print the runs as a table: with colours on a terminal, else as aligned text."""
    if sys.stdout.isatty():
        _print_rich(rows)
    else:
        click.echo(plain_table(rows))


def plain_table(rows: Sequence[HistoryRow]) -> str:
    """Return the runs as aligned text, a line of headings first."""
    columns, shown = _columns(rows), _headings(rows)
    lines = [shown, *(_texts(row, columns) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns) - 1)]
    return "\n".join(_aligned(line, columns, widths) for line in lines)


def _columns(rows: Sequence[HistoryRow]) -> tuple[str, ...]:
    """Return the columns; those of labels and of a model's view only where a run had some."""
    of_model = [
        *([_MODEL] if any(row.model_quality is not None for row in rows) else []),
        *([_NOVEL] if any(row.view is not None for row in rows) else []),
    ]
    return (*_HEADINGS[:3], *of_model, *_HEADINGS[3:])


def _headings(rows: Sequence[HistoryRow]) -> tuple[str, ...]:
    """Return the columns as they are headed; a job without images has numbers of rows."""
    of_rows = bool(rows) and all(row.observed is Observed.ROWS for row in rows)
    columns = _columns(rows)
    return tuple(in_rows(one) for one in columns) if of_rows else columns


def _aligned(line: Sequence[str], columns: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if column in _RIGHT else text.ljust(width)
        for column, text, width in zip(columns, line, widths, strict=False)
    ]
    return _GAP.join([*cells, line[-1]]).rstrip()


def _print_rich(rows: Sequence[HistoryRow]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console()
    columns = _columns(rows)
    left_out = _too_wide(rows, columns, console.width)
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading, shown in zip(columns, _headings(rows), strict=True):
        if heading not in left_out:
            last = heading == columns[-1]
            side: Literal["left", "right"] = "right" if heading in _RIGHT else "left"
            table.add_column(shown, justify=side, no_wrap=not last)
    for row in rows:
        sign, style = _SIGNS[row.verdict]
        texts = dict(zip(columns, _texts(row, columns), strict=True))
        # Labels may look like markup; rich shows a Text as it is.
        cells = {column: Text(text) for column, text in texts.items()}
        cells[_VERDICT] = Text(f"{sign} {texts[_VERDICT]}", style=style)
        table.add_row(*(cell for column, cell in cells.items() if column not in left_out))
    console.print(table)
    if left_out:
        named = " and ".join(f"'{column}'" for column in columns if column in left_out)
        console.print(Text(f"No room for {named}: --json shows all.", style="dim"))


def _too_wide(rows: Sequence[HistoryRow], columns: Sequence[str], width: int) -> set[str]:
    """Return the columns that a narrow terminal has no room for."""
    lines = [_headings(rows), *(_texts(row, columns) for row in rows)]
    widths = {
        column: max(len(line[place]) for line in lines) + len(_GAP)
        for place, column in enumerate(columns[:-1])
    }
    widths[_VERDICT] += _SIGN_WIDTH
    left_out: set[str] = set()
    for column in _FIRST_LEFT_OUT:
        if sum(widths.values()) + _ROOM_FOR_WORDS > width:
            left_out.add(column)
            del widths[column]
    return left_out


def _texts(row: HistoryRow, columns: Sequence[str]) -> tuple[str, ...]:
    return (
        visible(row.run_id),
        numbers.moment(row.window_end),
        ", ".join(filter(None, (row.verdict.value, mark_of(row)))),
        *([_model_words(row)] if _MODEL in columns else []),
        *([_novel_words(row)] if _NOVEL in columns else []),
        f"{row.images:,}",
        _effect_words(row),
        # A summary's numbers follow its colon.
        visible(row.headline or row.summary.partition(": ")[0]),
    )


def _model_words(row: HistoryRow) -> str:
    """Return the score and the state in few characters: terminals are narrow."""
    quality = row.model_quality
    if quality is None:
        return numbers.NOTHING
    if quality.score is None:
        return _STATES[quality.state]
    measure = _MEASURES.get(quality.measure, "")
    return f"{measure}{quality.score.value:.2f} {_STATES[quality.state]}"


def _novel_words(row: HistoryRow) -> str:
    """Return how many of the images are new to the model, as a share."""
    view = row.view
    if view is None:
        return numbers.NOTHING
    if view.is_missing or view.novel_images is None:
        return "unknown"
    return numbers.share(view.novel_images, view.images)


def _effect_words(row: HistoryRow) -> str:
    column = _farthest(row)
    size = None if column is None else row.distance(column)
    return numbers.NOTHING if size is None else f"{sigmas(size)} {visible(str(column))}"


def _farthest(row: HistoryRow) -> str | None:
    sizes = {name: row.distance(name) for name in row.effects}
    known = {name: size for name, size in sizes.items() if size is not None}
    return max(known, key=lambda name: known[name]) if known else None


def _record_keys() -> tuple[str, ...]:
    return (
        "run_id",
        "window_start",
        "window_end",
        "verdict",
        "images",
        "largest_effect",
        "largest_effect_column",
        "headline",
        "summary",
        "accepted",
        "rejected",
        "model_state",
        "model_measure",
        "model_score",
        "model_score_low",
        "model_score_high",
        "model_score_before",
        "model_labelled",
        *(f"model_{name}" for name in _OF_DETECTORS),
        *(f"view_{name}" for name in _OF_VIEWS),
    )


def _record(row: HistoryRow) -> dict[str, object]:
    values = (
        row.run_id,
        row.window_start,
        row.window_end,
        row.verdict.value,
        row.images,
        row.largest_effect,
        _farthest(row),
        row.headline,
        row.summary,
        row.accepted is not None,
        row.rejected,
        *_model_values(row.model_quality),
        *_view_values(row.view),
    )
    return dict(zip(_record_keys(), values, strict=True))


def _model_values(quality: QualityOfRun | None) -> tuple[object, ...]:
    """Return what labels said of the model; nothing is known in a job without labels."""
    if quality is None:
        return (None,) * (7 + len(_OF_DETECTORS))
    score = quality.score
    ends = (None,) * 3 if score is None else (score.value, score.low, score.high)
    values = (quality.state.value, quality.measure, *ends, quality.before, quality.labelled)
    return (*values, *_detector_values(quality.detector))


def _detector_values(detector: DetectorOfRun | None) -> tuple[object, ...]:
    """Return the further scores of a detector, and those of the window's boxes."""
    if detector is None:
        return (None,) * len(_OF_DETECTORS)
    estimates = (detector.ap, detector.ap75, detector.ar100, detector.mean_iou)
    values = (None if one is None else one.value for one in estimates)
    return (
        *values,
        detector.images,
        detector.boxes,
        detector.lowest,
        detector.mean,
        detector.highest,
    )


def _view_values(view: ViewOfRun | None) -> tuple[object, ...]:
    """Return what the model saw; nothing is known in a job without a model."""
    if view is None:
        return (None,) * len(_OF_VIEWS)
    return (view.view_id, view.images, view.novel_images, view.novel_expected, view.is_missing)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return spreadsheet_text(value) if isinstance(value, str) else value
