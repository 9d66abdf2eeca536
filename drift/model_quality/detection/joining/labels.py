"""The true boxes of a job, as predicted images are joined with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from drift.model_quality.detection.joining.keys import LabelledKeys, NamedImages
from jobs.labels.box_labels import LabelledBoxes, ReadBoxLabels


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxLabels:
    """Labelled images by their keys, with their boxes.

    Attributes
    ----------
    by_id, by_image
        The keys as they are written.
    keys
        The same, as they are asked for.
    boxes
        Of all labelled images.
    """

    by_id: NamedImages
    by_image: NamedImages
    keys: LabelledKeys
    boxes: LabelledBoxes

    @classmethod
    def of(
        cls, by_id: NamedImages, by_image: NamedImages, boxes: LabelledBoxes, bucket_url: str
    ) -> BoxLabels:
        """Return labels by their keys."""
        keys = LabelledKeys.of(by_id, by_image, bucket_url)
        return cls(by_id=by_id, by_image=by_image, keys=keys, boxes=boxes)

    @classmethod
    def read(cls, labels: ReadBoxLabels, bucket_url: str) -> BoxLabels:
        """Return labels that were read.

        Parameters
        ----------
        bucket_url
            The job's own bucket: a full URI in it is a name in it.
        """
        by_id, by_image = _named(labels.by_id), _named(labels.by_image)
        return cls.of(by_id, by_image, labels.boxes, bucket_url)

    @property
    def name_images_alone(self) -> bool:
        """Whether there are labels and none of them names an id."""
        return not len(self.by_id.image) and bool(len(self.by_image.image))


def _named(keys: pd.DataFrame) -> NamedImages:
    return NamedImages(
        names=pa.array(keys["key"].tolist(), pa.string()), image=keys["image"].to_numpy(np.int64)
    )
