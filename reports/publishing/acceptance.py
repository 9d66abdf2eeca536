"""Accepting or rejecting a published run: what its report offers, and where that is marked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.buckets.bucket import HTML, Bucket
from jobs.errors import ObjectChangedError, ObjectError, ObjectMissingError
from reports.conditional_writes import StillAllowed
from reports.findings.days import Basis
from reports.history.history import AcceptedWindow, known_shifts
from reports.history.normal_days import known_numbers
from reports.history.run_view import AcceptedView
from reports.pages.run.report import with_marks
from reports.publishing.publish import PAGE_NAME, REPORT_NAME, publish_errors, run_prefix

# Normal days are learned from their own records: nothing of the run has to be remembered.
_OF_DAYS = AcceptedWindow(statistics={}, reference_units=0, current_units=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRun:
    """The part of a ``report.json`` that acceptance is about.

    Attributes
    ----------
    profile_id
        The profile that the window was compared with.
    shifts
        By numeric column: the move of its mean in reference standard deviations.
    window
        What the test rested on, without any statistic where that was normal days; None where the
        report does not say, or nothing was tested.
    """

    profile_id: str
    shifts: dict[str, float]
    window: AcceptedWindow | None


def read_run(bucket: Bucket, prefix: str, run_id: str) -> PublishedRun:
    """Return what the report of a run offers.

    Raises
    ------
    ObjectError
        If the report is not there or is no report.
    """
    name = f"{run_prefix(prefix, run_id)}/{REPORT_NAME}"
    try:
        return _published_run(json.loads(bucket.read(name).data))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ObjectError(
            bucket.url_of(name), f"it is no report ({error!r}). Repeat that run."
        ) from None


def mark_page(
    bucket: Bucket,
    prefix: str,
    run_id: str,
    still_allowed: StillAllowed,
    *,
    accepted: bool,
    rejected: bool = False,
) -> None:
    """Let a run's page say whether the run is accepted or rejected; without a page is no error.

    Parameters
    ----------
    still_allowed
        Raises where the lock was lost; nothing is written then.

    Raises
    ------
    PublishError
        If the page could not be written.
    """
    name = f"{run_prefix(prefix, run_id)}/{PAGE_NAME}"
    with publish_errors():
        try:
            stored = bucket.read(name)
            page = with_marks(stored.data, accepted=accepted, rejected=rejected)
            if page != stored.data:
                still_allowed()
                bucket.replace(name, page, stored.version, HTML)
        except (ObjectMissingError, ObjectChangedError):
            # Pruned, or written anew by a run that knows the history.
            return


def _published_run(report: Mapping[str, Any]) -> PublishedRun:
    # Reports of earlier versions have neither numbers nor a view.
    later = (*report.get("numbers", ()), *report.get("view", ()))
    columns = (*later, *report["predictions"], *report["features"])
    return PublishedRun(
        profile_id=str(report["profile"]["id"]),
        shifts=known_shifts({column["name"]: column.get("shift") for column in columns}),
        window=_window(report.get("evidence"), _view(report))
        or (_OF_DAYS if report.get("basis") == Basis.DAYS else None),
    )


def _view(report: Mapping[str, Any]) -> AcceptedView | None:
    """Return on what the tests of the model's view rest; None where it took no part."""
    seen = report.get("model_view")
    scores = [one for one in report.get("view", ()) if one["reference"] and one["current"]]
    if not seen or not scores:
        return None
    # Each image that the model has looked at has one of the scores at least.
    return AcceptedView(
        view_id=str(seen["view_id"]),
        reference_units=max(int(one["reference"]["count"]) for one in scores),
        current_units=max(int(one["current"]["count"]) for one in scores),
    )


def _window(evidence: Mapping[str, Any] | None, view: AcceptedView | None) -> AcceptedWindow | None:
    if not evidence or evidence["reference_units"] < 1 or evidence["current_units"] < 1:
        return None
    statistics = known_numbers(evidence["statistics"])
    if not statistics:
        return None
    return AcceptedWindow(
        statistics=statistics,
        reference_units=int(evidence["reference_units"]),
        current_units=int(evidence["current_units"]),
        signed_tails=bool(evidence.get("signed_tails", False)),
        view=view,
    )
