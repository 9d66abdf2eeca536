"""What the objects below a job's folder ``quality/`` are called."""

from __future__ import annotations

import re

from reports.rollup import ROLLUP_NAME

QUALITY_FOLDER = "quality"
SEEN_NAME = "seen.json"
LABELLED_IMAGES_NAME = "labelled-images.json"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\.json")
_REFERENCE = re.compile(r"reference-p-[0-9a-f]+\.json")


def reference_name(profile_id: str) -> str:
    """Return the name of what is remembered of the reference's labels."""
    return f"reference-{profile_id}.json"


def date_of(name: str) -> str | None:
    """Return the date of a day's record; None for any other object."""
    match = _DAY.fullmatch(name)
    return None if match is None else match[1]


def is_of_quality(name: str) -> bool:
    """Tell whether a run writes an object of that name below the folder.

    >>> is_of_quality("2025-03-04.json"), is_of_quality("notes.txt")
    (True, False)
    """
    return (
        name in {SEEN_NAME, LABELLED_IMAGES_NAME, ROLLUP_NAME}
        or date_of(name) is not None
        or _REFERENCE.fullmatch(name) is not None
    )
