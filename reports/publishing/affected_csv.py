"""``affected.csv``: all images that are likely affected by a drift, for people and programs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from jobs.visible_text import spreadsheet_text
from reports.findings.images import AffectedTable, Offender
from reports.pages.links import ImageLinks

AFFECTED_NAME = "affected.csv"
_COLUMNS = ("image", "score", "because", "id", "timestamp", "link")
_SEGMENT = "segment."
_DRIFTED = "segment"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedImages:
    """All images that are more likely than not there because of a drift: the content of a table.

    Attributes
    ----------
    images
        The images, worst first; the first 20,000 of more.
    segment_columns
        The log's columns that are segments.
    segments
        The values of these columns of each image; empty where there is none.
    found
        How many there are in all.
    drifted
        The drifted segment that each image is listed for, as ``camera: gate-3``; empty where the
        whole window moved.
    """

    images: tuple[Offender, ...]
    segment_columns: tuple[str, ...]
    segments: tuple[tuple[str, ...], ...]
    found: int
    drifted: tuple[str, ...]


def table_of(affected: AffectedImages | None) -> AffectedTable | None:
    """Return what the report says of the table; None where no image is affected."""
    if affected is None:
        return None
    return AffectedTable(file=AFFECTED_NAME, images=affected.found, listed=len(affected.images))


NO_IMAGES = (",".join((*_COLUMNS, _DRIFTED)) + "\n").encode()
"""The table of a run in which no image is affected, over one that an earlier run left."""


def affected_csv(affected: AffectedImages, links: ImageLinks) -> bytes:
    """Return the table: UTF-8, the names of the columns first, worst image first.

    The columns are ``image``, ``score``, ``because``, ``id``, ``timestamp``, ``link``, one for each
    segment column, with ``segment.`` before its name, and ``segment``: which drifted segment the
    image is listed for, empty where the whole window moved. Text from outside is visible, on one
    line and no formula: an apostrophe precedes what a spreadsheet would run. Unknown values are
    empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = (_SEGMENT + spreadsheet_text(name) for name in affected.segment_columns)
    writer.writerow([*_COLUMNS, *names, _DRIFTED])
    rows = zip(affected.images, affected.segments, affected.drifted, strict=True)
    for one, values, drifted in rows:
        texts = (one.because, one.id, one.timestamp, links.to(one.image) or "", *values, drifted)
        image, *others = (spreadsheet_text(text) for text in (one.image, *texts))
        writer.writerow([image, f"{one.score:.4g}", *others])
    return out.getvalue().encode()
