"""What a run knows of a detector's true boxes, before it says anything of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from drift.across_runs.marks import PersonsMarks
from drift.model_quality.detection.sums import DetectorDay, DetectorSums
from drift.model_quality.whole_days import WholeDay
from jobs.job_file.job import Job
from jobs.times.windows import TimeWindow
from reports.findings.model_quality.labels import LabelInput


class Remembered(Protocol):
    """Bytes that an earlier run left, so that what they say is not computed again: only a cache."""

    def get(self, name: str) -> bytes | None:
        """Return what was put under a name; None where that is lost."""

    def put(self, name: str, data: bytes) -> None:
        """Remember a line of text, without line ends, for the runs to come."""


class NothingRemembered:
    """A cache that forgets everything."""

    def get(self, name: str) -> bytes | None:  # noqa: ARG002 - as others have it
        """Return None."""
        return None

    def put(self, name: str, data: bytes) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredBoxes:
    """The true boxes of a run, joined with predictions.

    Attributes
    ----------
    labels
        What is said of the labels: those that were read, and those that were not used.
    window
        The run's window.
    days
        The whole days whose labels may still come, the oldest first.
    records
        All days that ended by the window's end, the oldest first, those without labels too.
    window_versions
        The window's own images by version of the model; None for rows without one.
    reference
        The reference's images; None where it has no true boxes.
    model_classes
        The classes that the model is known to predict, beside those in records and in the window:
        those of its reference.
    marks
        What people said of past windows.
    remarks
        What else a person should know, in sentences.
    lost_boxes, noted_boxes
        How many boxes of the window's labelled images are left out, or used with a remark, by
        reason.
    days_digest
        A digest of the bytes of all records.
    remembered
        Scores of stretches may be kept there from run to run.
    """

    job: Job
    labels: LabelInput
    window: TimeWindow
    days: tuple[WholeDay, ...]
    records: tuple[DetectorDay, ...]
    window_versions: Mapping[str | None, DetectorSums]
    reference: DetectorSums | None = None
    model_classes: frozenset[str] = frozenset()
    marks: PersonsMarks = field(default_factory=PersonsMarks)
    remarks: tuple[str, ...] = ()
    lost_boxes: Mapping[str, int] = field(default_factory=dict)
    noted_boxes: Mapping[str, int] = field(default_factory=dict)
    days_digest: str = ""
    remembered: Remembered = field(default_factory=NothingRemembered)

    @property
    def since(self) -> datetime:
        """The first moment whose predictions wait for labels."""
        return self.days[0].start if self.days else self.window.start
