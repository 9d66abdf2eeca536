"""The records of normal days as a plain table for the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from drift.days.blocks import BlockRecord
from drift.days.records.upkeep import BlockState
from drift.run_request import as_text

_NUMBERS = ("rows", "images", "drawn", "measured")


def baseline_table(job: str, states: Sequence[BlockState]) -> str:
    """Return a line per block, newest first: when it began, its images, whether it is used."""
    table = Table(title=f"Normal days of {job}")
    table.add_column("start", no_wrap=True)
    for heading in _NUMBERS:
        table.add_column(heading, justify="right")
    table.add_column("used")
    for one in states:
        table.add_row(
            as_text(one.block.start),
            *(["", "", "", ""] if one.record is None else _counts(one.record)),
            f"no: {one.why_not}" if one.why_not else "yes",
        )
    buffer = io.StringIO()
    Console(file=buffer, width=110, color_system=None).print(table)
    used = sum(not one.why_not for one in states)
    return (
        f"{buffer.getvalue()}{used} of {len(states)} show what is normal. Days that a person "
        "rejected and those of an episode are among them: a run's report says how many teach."
    )


def record_line(record: BlockRecord) -> str:
    """Return what was measured of a block, as a line."""
    rows, images, drawn, measured = _counts(record)
    return (
        f"{as_text(record.block.start)}: {rows} rows, {images} images, {drawn} drawn, "
        f"{measured} measured"
    )


def _counts(record: BlockRecord) -> tuple[str, str, str, str]:
    numbers = (record.rows, record.images, record.logged, record.features.images)
    rows, images, drawn, measured = (f"{one:,}" for one in numbers)
    return rows, images, drawn, measured
