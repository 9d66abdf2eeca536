"""The one format in which texts hold times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from drift.setup.names.name_shapes import shape_of
from jobs.times.time_formats import TimeFormat

_NEARLY_ALL = 0.9
_LOOKED_AT = 2_000


def one_format(texts: Sequence[str]) -> TimeFormat | None:
    """Return the format of times that nearly all texts hold; None where there is none.

    >>> one_format(["exports/2025-03-04T02:10:11.123Z/part_1.jsonl"]).written
    '%Y-%m-%dT%H:%M:%S.%3fZ'
    """
    looked_at = texts[:: max(1, len(texts) // _LOOKED_AT)]
    counts: Counter[str] = Counter()
    for text in looked_at:
        shape = shape_of(text.replace("\\", "/"))
        found = [one.time_format for part in shape.parts for one in part if one.time_format]
        counts.update(set(found[-1:]))
    for written, count in counts.most_common(3):
        try:
            found_format = TimeFormat(written)
        except ValueError:
            continue
        good = sum(found_format.text_in(text) is not None for text in looked_at)
        if count and good >= _NEARLY_ALL * len(looked_at):
            return found_format
    return None
