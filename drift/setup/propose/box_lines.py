"""The table of a proposed job file that says where a detector's boxes stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drift.setup.columns.all_columns import ColumnGuesses
from drift.setup.columns.boxes.guess import BoxGuess
from drift.setup.job_file_lines import comment
from jobs.toml_text import as_list, as_text


def box_lines(guess: BoxGuess | None, doubts: Iterable[str]) -> Iterator[str]:
    """Yield the table, with why it is there and what is unsure; nothing without boxes."""
    if guess is None:
        return
    yield ""
    yield "[predictions.columns.boxes]"
    yield from comment(f"A detector's boxes: {guess.because}. See docs/boxes.md.")
    yield from doubts
    if guess.settings.columns:
        yield f"columns = {as_list(guess.settings.columns)}"
    for key in ("column", "format", "unit", "classes", "scores", "width", "height"):
        value = getattr(guess.settings, key)
        if value is not None:
            yield f"{key} = {as_text(value)}"


def said_inside(columns: ColumnGuesses) -> frozenset[str]:
    """Return the keys that stand for what is read from whole answers, or from cells of boxes."""
    if columns.answer is not None:
        return frozenset({"prediction", "confidence"})
    boxes = None if columns.boxes is None else columns.boxes.settings
    if boxes is None or boxes.column is None:
        return frozenset()
    said = {"prediction": boxes.classes, "confidence": boxes.scores}
    return frozenset(key for key, column in said.items() if column is not None)
