"""The labels of a detector as the report counts them: a label is an image with its true boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.model_quality.assembling.gathered import summed
from drift.model_quality.assembling.told_labels import LOST_IMAGE, SEVERAL_DAYS, examples_of
from drift.model_quality.detection.joining.joined import JoinedBoxes
from drift.model_quality.detection.records.record import DetectorRecord
from drift.model_quality.detection.running.label_source import BoxSource
from drift.run_request import as_text
from jobs.job_file.job import Job
from jobs.times.timestamps import to_datetime
from reports.findings.model_quality.labels import LabelInput


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedImages:
    """The images of a run that may have labels.

    Attributes
    ----------
    since
        The first moment whose predictions wait for labels.
    waiting
        The records of the days whose labels may still come.
    beside
        The window's images behind these days.
    lost_images
        How many labelled requests of the window have an image that could not be read.
    """

    since: datetime
    waiting: Sequence[DetectorRecord]
    beside: JoinedBoxes
    lost_images: int


def label_input(job: Job, source: BoxSource, images: CountedImages) -> LabelInput:
    """Return what is said of the labels."""
    told, facts = source.told, source.told.facts
    waiting, beside = images.waiting, images.beside
    taken = beside.labels + sum(one.labels for one in waiting)
    left_out = [beside.left_out, *(one.left_out for one in waiting), facts.left_out]
    noted = [beside.noted, *(one.noted for one in waiting), facts.noted]
    noted += [_of_boxes("left out", told.lost_boxes), _of_boxes("used", told.noted_boxes)]
    if images.lost_images:
        noted.append({LOST_IMAGE: images.lost_images})
    rest = source.count - taken
    if rest > 0:
        days = round(job.labels.wait.total_seconds() / 86_400)
        left_out.append({f"no prediction in the last {days} days": rest})
    elif rest < 0 and not source.labels.name_images_alone:
        noted.append({SEVERAL_DAYS: -rest})
    moments = [one.newest for one in waiting if one.newest is not None]
    if len(beside.moments):
        moments.append(as_text(to_datetime(int(beside.moments.max()))))
    return LabelInput(
        source=facts.url,
        digest=facts.digest,
        objects=facts.objects,
        rows=facts.rows,
        used=len(beside.moments) + sum(one.labelled for one in waiting),
        predictions=beside.predicted + sum(one.predictions for one in waiting),
        since=as_text(images.since),
        newest=max(moments, default=None),
        left_out=summed(left_out),
        noted=summed(noted),
        examples=examples_of(facts),
    )


def _of_boxes(how: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts of single boxes among those of images."""
    return {f"true boxes {how}: {reason}": count for reason, count in counts.items()}
