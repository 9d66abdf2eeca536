"""The labels of a job, each once, and what was found wrong with the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from jobs.errors import InputError

COLUMNS = ("key", "label", "moment", "source", "line")
NOT_KNOWN = int(np.iinfo(np.int64).min)
"""The moment of a label of which nobody says when it was given."""

# Labels that are left out.
NO_LABEL = "no label"
NO_KEY = "no id and no image"
CONTRADICTING = "contradicting labels"
UNREADABLE_OBJECT = "object that cannot be read"
OBJECT_GONE = "object that was gone when it was to be read"
# Labels that are used, with a remark.
TWICE = "given more than once"
CORRECTED = "corrected later"
NO_TIME = "no time that can be read"
NONE_YET = "no object with labels is there yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutLabel:
    """A label that is not used, or of which something is to be said; as `RejectedRow`.

    Attributes
    ----------
    source, line
        Where it stands; the line is 0 where the whole object is meant.
    key
        The id or the image that it is for; empty where that is not known.
    reason
        Why, in words that are the same for every label of that kind.
    detail
        What it says, shortened, or what is wrong with the object.
    """

    source: str
    line: int
    key: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """What is told of the labels below ``labels.path``, beside the labels themselves.

    Attributes
    ----------
    url
        Where they were read, as users know it.
    objects, rows
        How many objects were read, and labels in them, those that are left out among them.
    passed_over
        How many objects were not read because their names tell days before all predictions that
        wait for their labels.
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

    url: str
    objects: int
    rows: int
    digest: str
    listing_digest: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[LeftOutLabel, ...] = ()
    passed_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLabels(LabelFacts):
    """What lay below ``labels.path``.

    Attributes
    ----------
    by_id, by_image
        One row a label that counts, each key once, sorted by key. Columns: ``key`` (str: the
        request's id, or the image's name or full URI as it is written), ``label`` (str), ``moment``
        (int64, microseconds since 1970-01-01 UTC, when the label was given; the smallest int64
        where that is not known), ``source`` (str, the object) and ``line`` (int64). A label with
        both keys stands in both.
    """

    by_id: pd.DataFrame
    by_image: pd.DataFrame

    @property
    def facts(self) -> LabelFacts:
        """What is told of them, without the labels."""
        return LabelFacts(**{one.name: getattr(self, one.name) for one in fields(LabelFacts)})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadLabels:
    """That labels could not be read: no run loses its report because of it.

    Attributes
    ----------
    url
        Where they should be, as users know it.
    reason
        What failed, what was expected and what to do, in sentences that name the object.
    """

    url: str
    reason: str

    def as_error(self) -> InputError:
        """Return it as an error, for who wants to end with it."""
        return InputError(self.reason)
