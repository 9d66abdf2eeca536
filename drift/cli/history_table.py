"""The history as a table: for a terminal, as plain text, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence

import click

from jobs.visible_text import spreadsheet_text, visible
from reports.findings.answers import Verdict
from reports.findings.effect_sizes import sigmas
from reports.findings.run import Observed
from reports.history.history import HistoryRow
from reports.words import numbers
from reports.words.of_rows.sentences import in_rows

_HEADINGS = ("run", "window ends", "verdict", "images", "largest effect", "what happened")
_RIGHT = {"images"}
_GAP = "  "
# Each colour has a shape too, as on the pages.
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
    lines = [_headings(rows), *(_texts(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS) - 1)]
    return "\n".join(_aligned(line, widths) for line in lines)


def _headings(rows: Sequence[HistoryRow]) -> tuple[str, ...]:
    """Return the headings; a job without images has numbers of rows."""
    of_rows = bool(rows) and all(row.observed is Observed.ROWS for row in rows)
    return tuple(in_rows(one) for one in _HEADINGS) if of_rows else _HEADINGS


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if heading in _RIGHT else text.ljust(width)
        for heading, text, width in zip(_HEADINGS, line, widths, strict=False)
    ]
    return _GAP.join([*cells, line[-1]]).rstrip()


def _print_rich(rows: Sequence[HistoryRow]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading, shown in zip(_HEADINGS, _headings(rows), strict=True):
        last = heading == _HEADINGS[-1]
        table.add_column(shown, justify="right" if heading in _RIGHT else "left", no_wrap=not last)
    for row in rows:
        sign, style = _SIGNS[row.verdict]
        run, when, verdict, *rest = _texts(row)
        # Labels may look like markup; rich shows a Text as it is.
        table.add_row(
            Text(run), Text(when), Text(f"{sign} {verdict}", style=style), *map(Text, rest)
        )
    Console().print(table)


def _texts(row: HistoryRow) -> tuple[str, ...]:
    return (
        visible(row.run_id),
        numbers.moment(row.window_end),
        f"{row.verdict.value}{_mark(row)}",
        f"{row.images:,}",
        _effect_words(row),
        # A summary's numbers follow its colon.
        visible(row.headline or row.summary.partition(": ")[0]),
    )


def _mark(row: HistoryRow) -> str:
    if row.rejected:
        return ", rejected"
    return "" if row.accepted is None else ", accepted"


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
    )
    return dict(zip(_record_keys(), values, strict=True))


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return spreadsheet_text(value) if isinstance(value, str) else value
