"""What can be done where no log is found: tables without times, names of images with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from drift.setup.images.locate import locate_images
from drift.setup.images.try_templates import Shelf
from drift.setup.log.candidates import Candidate
from drift.setup.words import REFERENCE_WORDS, has_word

_TABLES_TRIED = 3
_FEWEST_NAMES = 10
# Seconds or milliseconds since 1970, from 2014 to 2033.
_SINCE_1970 = re.compile(r"(?<!\d)(1[4-9]\d{8})(?:\d{3})?(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(20\d\d)[-_./]?(0[1-9]|1[0-2])[-_./]?(0[1-9]|[12]\d|3[01])[-_T. /]?"
    r"([01]\d|2[0-3])[-_:.h]?([0-5]\d)[-_:.m]?([0-5]\d)(?!\d)"
)


def tables_without_times(
    tables: Sequence[Candidate], images: Sequence[str], shelf: Shelf
) -> Iterator[str]:
    """Yield which tables lead to images and lack nothing but a column of times."""
    for table in tables[:_TABLES_TRIED]:
        best = locate_images(table, images, shelf).best
        if best is not None:
            yield (
                f"{table.family.path} leads to images all the same: with the path {best.path} "
                f"{best.share:.0%} of its rows name an image that is there. What it lacks is a "
                "column of times, by which windows go: write the time of each request beside it."
            )


def names_with_times(images: Sequence[str]) -> Iterator[str]:
    """Yield that a log can be made from the times in the images' names."""
    timed = [
        (name, time)
        for name in images
        if not has_word(name.rpartition("/")[0], REFERENCE_WORDS) and (time := _time_in(name))
    ]
    if len(timed) >= _FEWEST_NAMES:
        name, time = timed[-1]
        yield (
            f"The names of {len(timed):,} images hold times, and a log can be made from them: a "
            f"CSV object with the header timestamp,image and a line for each image, such as {time},"
            f"{name}. Write it anew whenever images come; a run then compares the images alone."
        )


def _time_in(name: str) -> str:
    """Return the time that an image's name tells, in ISO 8601; empty where it tells none."""
    last = name.rpartition("/")[2]
    found = _TIME.search(last) or _TIME.search(name)
    if found:
        year, month, day, hour, minute, second = found.groups()
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    counted = _SINCE_1970.search(last)
    if counted:
        return f"{datetime.fromtimestamp(int(counted[1]), UTC):%Y-%m-%dT%H:%M:%SZ}"
    return ""
