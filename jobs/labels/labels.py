"""The labels of a job, each once, and what was found wrong with the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

COLUMNS = ("key", "label", "moment", "source", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutLabel:
    """A label that is not used, or of which something is to be said; as `RejectedRow`."""

    source: str
    line: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLabels:
    """What lay below ``labels.path``.

    Attributes
    ----------
    by_id, by_image
        One row a label that counts, each key once, sorted by key. Columns: ``key`` (str: the
        request's id, or the image's name or full URI as it is written), ``label`` (str), ``moment``
        (int64, microseconds since 1970-01-01 UTC, when the label was given; the smallest int64
        where that is not known), ``source`` (str, the object) and ``line`` (int64). A label with
        both keys stands in both.
    url
        Where they were read, as users know it.
    objects, rows
        How many objects were read, and labels in them, those that are left out among them.
    digest
        SHA-256 in hex over the labels that count, in whichever order they came.
    listing_digest
        SHA-256 in hex over the names and versions of all objects that may hold labels: unchanged,
        no label has come.
    left_out, noted
        How many labels are left out, or used with a remark, by reason.
    examples
        The first ones of each reason.
    """

    by_id: pd.DataFrame
    by_image: pd.DataFrame
    url: str
    objects: int
    rows: int
    digest: str
    listing_digest: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[LeftOutLabel, ...] = ()
