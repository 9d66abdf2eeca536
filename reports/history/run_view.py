"""What a history row keeps of the model's view: what tables and the index show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.findings.run import RunFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOfRun:
    """What a run knew of the model's view.

    Attributes
    ----------
    view_id
        As in `ModelView`; empty where the model could not be opened.
    images
        How many of the window's images the model has looked at.
    novel_images, novel_expected
        As in `ModelView`; None where the view took no part.
    is_missing
        Whether the view took no part in the verdict.
    """

    view_id: str = ""
    images: int = 0
    novel_images: int | None = None
    novel_expected: float | None = None
    is_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedView:
    """On what the statistics of a model's view rest in a window that a person accepted.

    Attributes
    ----------
    view_id
        As in `ModelView`: another model's view is another measure.
    reference_units, current_units
        Independent images on either side that have a score: of the reference the held-out ones.
    """

    view_id: str
    reference_units: int
    current_units: int


def view_of_run(findings: RunFindings) -> ViewOfRun | None:
    """Return what the history keeps of a run's view; None where the job names no model."""
    seen = findings.model_view
    if seen is None:
        return None
    return ViewOfRun(
        view_id=seen.view_id,
        images=seen.images,
        novel_images=seen.novel_images,
        novel_expected=seen.novel_expected,
        is_missing=bool(seen.problem),
    )


def view_of_document(document: Mapping[str, Any] | None) -> ViewOfRun | None:
    """Return the same from a row's JSON; None where it holds none.

    Raises
    ------
    ValueError, TypeError, AttributeError
        If it is not such a document.
    """
    if document is None:
        return None
    novel, expected = document.get("novel_images"), document.get("novel_expected")
    return ViewOfRun(
        view_id=str(document.get("view_id", "")),
        images=int(document.get("images", 0)),
        novel_images=None if novel is None else int(novel),
        novel_expected=None if expected is None else float(expected),
        is_missing=bool(document.get("is_missing", False)),
    )


def accepted_view_of_document(document: Mapping[str, Any] | None) -> AcceptedView | None:
    """Return what an accepted window rests on in a model's view; None where its row says nothing.

    Raises
    ------
    KeyError, ValueError, TypeError
        If it is not such a document.
    """
    if document is None:
        return None
    return AcceptedView(
        view_id=str(document["view_id"]),
        reference_units=int(document["reference_units"]),
        current_units=int(document["current_units"]),
    )
