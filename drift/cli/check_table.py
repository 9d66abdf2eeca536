"""The checks of ``drift check`` as a table for people, and as JSON for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from drift.setup.check.result import Check, CheckState, exit_code_of
from jobs.errors import ExitCode
from jobs.visible_text import escaped_json

_WIDTH = 100
_LEAST_THING = 16
_COLOURS = {
    CheckState.OK: "green",
    CheckState.LOOK: "yellow",
    CheckState.FAILS: "bold red",
    CheckState.NOT_TRIED: "dim",
}


def as_json(checks: Sequence[Check]) -> str:
    """Return all checks and the exit code as JSON."""
    code = exit_code_of(checks)
    described = {
        "would_run": code is ExitCode.FINISHED,
        "exit_code": int(code),
        "checks": [
            {"thing": one.thing, "state": one.state, "found": one.found, "mend": one.mend}
            for one in checks
        ],
    }
    return escaped_json(json.dumps(described, indent=2, ensure_ascii=False))


def as_text(checks: Sequence[Check]) -> str:
    """Return a table in plain text: the state, the thing, what was found, and what to mend."""
    lines = []
    width = max([_LEAST_THING, *(len(one.thing) + 1 for one in checks)])
    for one in checks:
        start = f"{one.state:<13}{one.thing:<{width}}"
        found = _wrapped(one.found, _WIDTH - len(start)) or [""]
        lines.append(start + found[0])
        lines += [" " * len(start) + line for line in found[1:]]
        mend = _wrapped(f"-> {one.mend}", _WIDTH - len(start))
        lines += [" " * len(start) + line for line in mend if one.mend]
    return "\n".join([*lines, "", conclusion(checks)])


def print_table(checks: Sequence[Check]) -> None:
    """Print the table with colours, for a terminal."""
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "thing", "found", "what to mend"):
        table.add_column(title, overflow="fold")
    for one in checks:
        table.add_row(
            Text(one.state, style=_COLOURS[one.state]),
            Text(one.thing),
            Text(_printable(one.found)),
            Text(_printable(one.mend)),
        )
    console = Console()
    console.print(table)
    console.print(Text("\n" + conclusion(checks)))


def conclusion(checks: Sequence[Check]) -> str:
    """Return the last line: whether a run would work."""
    code = exit_code_of(checks)
    looks = sum(one.state is CheckState.LOOK for one in checks)
    if code is not ExitCode.FINISHED:
        failing = sum(one.state is CheckState.FAILS for one in checks)
        things = "one thing" if failing == 1 else f"{failing} things"
        return f"A run would not work: {things} to mend (exit code {int(code)})."
    if looks:
        return (
            f"A run would work; look at {'one thing' if looks == 1 else f'{looks} things'} above."
        )
    return "A run would work."


def _wrapped(text: str, width: int) -> list[str]:
    """Return lines of whole words, so that paths can be copied."""
    return textwrap.wrap(_printable(text), width, break_long_words=False, break_on_hyphens=False)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
