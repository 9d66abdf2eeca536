"""The labels as the report counts them."""

from __future__ import annotations

from collections.abc import Mapping

from drift.model_quality.assembling.gathered import GatheredLabels, summed
from drift.model_quality.joining.joined import SpelledRows
from drift.model_quality.records.record import DayRecord
from drift.model_quality.sums import ClassifierSums
from drift.run_request import as_text
from jobs.labels.labels import LabelFacts
from jobs.times.timestamps import to_datetime
from reports.findings.model_quality.labels import LabelExample, LabelInput

LOST_IMAGE = "the image could not be read"
UNKNOWN_CLASS = "class that the model never answered with"
SEVERAL_DAYS = "the id stands for predictions of several days"
_EXAMPLES = 20
_NAMED_CLASSES = 10


def label_input(
    gathered: GatheredLabels, digest: str, waiting_sums: ClassifierSums, unknown: Mapping[str, int]
) -> LabelInput:
    """Return what is said of the labels.

    Parameters
    ----------
    digest
        That of the labels, or of what the log's own labels say.
    waiting_sums
        Over all predictions that wait for labels.
    unknown
        How many labelled predictions are truly of each class that the model never answered with.
    """
    given, waiting, beside = gathered.given, gathered.waiting, gathered.beside_days
    parts: list[DayRecord | SpelledRows] = [*waiting, beside]
    left_out = [one.left_out for one in parts]
    noted = [one.noted for one in parts]
    if given is not None:
        left_out.append(given.left_out)
        noted.append(given.noted)
        left_out.append(_without_prediction(gathered, sum(one.labels for one in parts)))
        noted.append(_on_several_days(gathered, sum(one.labels for one in parts)))
    if gathered.lost_images:
        noted.append({LOST_IMAGE: gathered.lost_images})
    noted.append(_unknown_classes(unknown))
    moments = [one.newest for one in waiting if one.newest is not None]
    if beside.newest is not None:
        moments.append(as_text(to_datetime(beside.newest)))
    in_parts = sum(one.labels for one in parts)
    return LabelInput(
        source=gathered.source,
        digest=digest,
        objects=0 if given is None else given.objects,
        rows=in_parts if given is None else given.rows,
        used=waiting_sums.labelled,
        predictions=waiting_sums.predictions,
        since=as_text(gathered.since),
        newest=max(moments, default=None),
        left_out=summed(left_out),
        noted=summed(noted),
        examples=examples_of(gathered.given),
    )


def _unknown_classes(unknown: Mapping[str, int]) -> dict[str, int]:
    """Return a reason for each of the most frequent classes, and one for all others together."""
    ordered = sorted(unknown, key=lambda name: (-unknown[name], name))
    named = {f"{UNKNOWN_CLASS}: {name[:80]}": unknown[name] for name in ordered[:_NAMED_CLASSES]}
    others = ordered[_NAMED_CLASSES:]
    if others:
        named[f"{UNKNOWN_CLASS}: {len(others)} others"] = sum(unknown[name] for name in others)
    return named


def _without_prediction(gathered: GatheredLabels, taken: int) -> dict[str, int]:
    """Return how many labels are for no prediction that was read.

    A label that predictions of several days took is counted for each of them.
    """
    left = (gathered.count or 0) - taken
    days = round(gathered.job.labels.wait.total_seconds() / 86_400)
    return {f"no prediction in the last {days} days": left} if left > 0 else {}


def _on_several_days(gathered: GatheredLabels, taken: int) -> dict[str, int]:
    """Return how much more often labels by id were taken than there are labels, day by day.

    An image that is asked for on several days has one label rightly; a request's id is new each
    time, or labels of one request are taken for those of others.
    """
    again = taken - (gathered.count or 0)
    by_id = gathered.job.labels.columns.id is not None
    return {SEVERAL_DAYS: again} if by_id and again > 0 else {}


def examples_of(given: LabelFacts | None) -> tuple[LabelExample, ...]:
    """Return the first labels of which something is to be said."""
    found = () if given is None else given.examples
    return tuple(
        LabelExample(source=one.source, line=one.line or None, key=one.key, reason=one.reason)
        for one in found[:_EXAMPLES]
    )
