"""The records of normal days as a plain table for the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from drift.days.blocks import BlockRecord
from drift.run_request import as_text
from drift.verdict.day_uses import BlockUse

_OF_OLDER_LEVEL = "how much days vary"
_NUMBERS = ("rows", "images", "drawn", "measured")
_NUMBERS_OF_ROWS = ("rows", "usable", "drawn", "measured")


def baseline_table(job: str, uses: Sequence[BlockUse], *, of_rows: bool = False) -> str:
    """Return a line per block, newest first: when it began, its images, whether it is used.

    Where a model has looked at the images of any block, it is told at how many of each.

    Parameters
    ----------
    of_rows
        Whether the job has no images, so that its rows are counted in their place.
    """
    table = Table(title=f"Normal days of {job}")
    table.add_column("start", no_wrap=True)
    is_seen = any(one.state.record is not None and one.state.record.view_id for one in uses)
    headings = _NUMBERS_OF_ROWS if of_rows else _NUMBERS
    for heading in (*headings, "seen") if is_seen else headings:
        table.add_column(heading, justify="right")
    table.add_column("used")
    for one in uses:
        record = one.state.record
        table.add_row(
            as_text(one.state.block.start),
            *(["", "", "", ""] if record is None else _counts(record)),
            *([_seen(record)] if is_seen else []),
            _used(one),
        )
    buffer = io.StringIO()
    Console(file=buffer, width=110, color_system=None).print(table)
    used = sum(not one.why_not for one in uses)
    said = f"{buffer.getvalue()}{used} of {len(uses)} show what is normal."
    accepted = next((one.accepted_run for one in uses if one.accepted_run), "")
    if not accepted:
        return said
    return (
        f"{said} A newer level was accepted with the run {accepted}: days before it say only how "
        "much days vary, not where they lie."
    )


def _used(use: BlockUse) -> str:
    if use.why_not:
        return f"no: {use.why_not}"
    return _OF_OLDER_LEVEL if use.accepted_run else "yes"


def record_line(record: BlockRecord) -> str:
    """Return what was measured of a block, as a line."""
    rows, images, drawn, measured = _counts(record)
    seen = f", {_seen(record)} seen" if record.view_id else ""
    return (
        f"{as_text(record.block.start)}: {rows} rows, {images} images, {drawn} drawn, "
        f"{measured} measured{seen}"
    )


def _seen(record: BlockRecord | None) -> str:
    return "" if record is None or record.view is None else f"{record.view.images:,}"


def _counts(record: BlockRecord) -> tuple[str, str, str, str]:
    numbers = (record.rows, record.images, record.logged, record.features.images)
    rows, images, drawn, measured = (f"{one:,}" for one in numbers)
    return rows, images, drawn, measured
