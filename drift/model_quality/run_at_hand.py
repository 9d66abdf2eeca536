"""What a run has before it looks at labels, and what it has behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

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

    @property
    def classes_of_reference(self) -> frozenset[str]:
        """The classes that the model answered with in the reference."""
        known = self.profile.predictions.rows
        said = known["prediction"].dropna().unique().tolist() if "prediction" in known else []
        return frozenset(map(str, said))

    def lost_of(self, images: pa.StringArray) -> int:
        """Return how many of these names are of images that could not be read, repeated ones too.

        Parameters
        ----------
        images
            Images of the window.
        """
        if self.window.of_rows:
            return 0
        named = self.window.rows["image"]
        read = named.loc[self.window.features.index]
        lost = pd.Index(named).difference(pd.Index(read))
        return int(images.to_pandas().isin(lost).sum())


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
