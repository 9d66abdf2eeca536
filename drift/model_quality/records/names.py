"""What the objects below a job's folder ``quality/`` are called."""

from __future__ import annotations

import re

from reports.rollup import ROLLUP_NAME

QUALITY_FOLDER = "quality"
LABELS_NAME = "labels.bin"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\.json")


def date_of(name: str) -> str | None:
    """Return the date of a day's record; None for any other object."""
    match = _DAY.fullmatch(name)
    return None if match is None else match[1]


def is_of_quality(name: str) -> bool:
    """Tell whether a run writes an object of that name below the folder.

    >>> is_of_quality("2025-03-04.json"), is_of_quality("notes.txt")
    (True, False)
    """
    return name in {LABELS_NAME, ROLLUP_NAME} or date_of(name) is not None
