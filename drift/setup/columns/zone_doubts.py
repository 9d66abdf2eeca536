"""Times of a column whose zone cannot be known: an abbreviation that means several, or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drift.setup.columns.values import ColumnValues
from jobs.predictions.rows.rejections import shorten
from jobs.times.timestamps import TimestampFault

_ZONE = re.compile(
    r":\d{2}(?:[.,]\d+)?(?:\s*[AaPp]\.?[Mm]\b\.?)?\s*\(?(?P<zone>[A-Za-z_]{2,}[A-Za-z0-9_/+-]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesInDoubt:
    """The values of a column that are times in a zone that cannot be known.

    Attributes
    ----------
    rows
        Their places.
    name
        The zone that most of them name; empty where there are none.
    example
        The first of them, shortened.
    """

    rows: Sequence[int]
    name: str = ""
    example: str = ""


def zones_in_doubt(column: ColumnValues, day_first: bool | None = None) -> ZonesInDoubt:
    """Return the times of a column whose zone cannot be known."""
    faults = column.times(day_first).faults
    rows = np.flatnonzero(faults == TimestampFault.UNKNOWN_ZONE).tolist()
    texts = [(column.values[row] or "").strip() for row in rows]
    found = Counter(zone["zone"] for text in texts if (zone := _ZONE.search(text)))
    return ZonesInDoubt(
        rows=rows,
        name=shorten(found.most_common(1)[0][0]) if found else "",
        example=shorten(texts[0]) if texts else "",
    )
