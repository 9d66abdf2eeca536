"""What a run has before it looks at labels, and what it has behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.across_runs.marks import PersonsMarks
from drift.observations.window_images import WindowImages
from jobs.boxes.kept_boxes import KeptImage
from jobs.labels.box_labels import LabelledBoxes
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamp_parts import Integers
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.model_quality.quality import ModelQuality
from reports.findings.run import RunFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAtHand:
    """What a run has read and found before it looks at labels.

    Attributes
    ----------
    marks
        What people said of past windows.
    """

    predictions: PredictionRows
    window: WindowImages
    profile: ReferenceProfile
    marks: PersonsMarks
    findings: RunFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueBoxesAtHand:
    """The true boxes of the window's images.

    Attributes
    ----------
    boxes
        Of labelled images.
    place
        The labelled image of each image of the window's `ImageBoxes`; -1 where it has no label.
    misfit
        Why they are not known to be where their numbers say; empty where they fit.
    """

    boxes: LabelledBoxes
    place: Integers
    misfit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQuality:
    """What labels say of the model.

    Attributes
    ----------
    true_boxes
        None where the labels are no boxes, or could not be read.
    worst_boxes
        The boxes of a detector's worst images, by image, as the records of their days keep them.
    """

    quality: ModelQuality
    true_boxes: TrueBoxesAtHand | None = None
    worst_boxes: Mapping[str, KeptImage] = field(default_factory=dict)
