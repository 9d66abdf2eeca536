"""A detector's columns in a job without images."""

from __future__ import annotations

from dataclasses import replace

from drift.setup.columns.all_columns import ColumnGuesses


def without_boxes(guesses: ColumnGuesses) -> ColumnGuesses:
    """Return the guesses without boxes, which are counted by image, and a note that says so."""
    if guesses.boxes is None:
        return guesses
    settings = guesses.boxes.settings
    note = (
        f"{settings.column or ', '.join(settings.columns)}: these look like a detector's boxes, "
        "and are left out: boxes are counted by image, and no image was found. Where images lie "
        "elsewhere, add predictions.columns.boxes and images.path by hand, as docs/boxes.md shows."
    )
    return replace(guesses, boxes=None, notes=(*guesses.notes, note))
