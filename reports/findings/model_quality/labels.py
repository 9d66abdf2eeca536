"""The labels that a run read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelExample:
    """One label that was left out, or of which something is to be said.

    Attributes
    ----------
    source, line
        The object that it stands in, and its line there; None where it has none.
    key
        The id or image that it is for.
    reason
        In words that are the same for every label of its kind.
    """

    source: str
    line: int | None
    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelInput:
    """The labels as they lay there when the run read them.

    Attributes
    ----------
    source
        Where from: a URL, or the log's column.
    digest
        SHA-256 in hex over the labels that were read, in whichever order.
    objects, rows
        How many objects were read, and labels in them.
    used
        How many predictions of `since` to the window's end have a label.
    predictions
        How many predictions there are of `since` to the window's end, with and without a label.
    since
        The first moment whose predictions waited for labels, ISO 8601.
    newest
        The newest prediction that has a label: how far labels reach. None without any.
    left_out
        How many labels were not used, by reason.
    noted
        How many were used of which something is to be said, by what: given twice, spelled
        otherwise, and the like.
    """

    source: str
    digest: str
    objects: int
    rows: int
    used: int
    since: str
    newest: str | None
    predictions: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)
    examples: tuple[LabelExample, ...] = ()
