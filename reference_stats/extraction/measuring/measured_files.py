"""What became of several image files that were measured together: columns in place of objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.file_facts.facts import FileFacts
from reference_stats.outcomes import FeatureValues, ImageFeatures, UnreadableImage


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFiles:
    """The features of several files, in the order of the files.

    Attributes
    ----------
    names
        The features.
    numbers
        float64 of shape (files, features); NaN in the rows of files that could not be read.
    fingerprints
        uint8 of shape (files, `FINGERPRINT_BYTES`).
    deep
        bool of shape (files,), as `ImageFeatures.deep`.
    facts
        What each file is.
    unreadable
        Why there are no numbers, by the places of these files.
    """

    names: tuple[str, ...]
    numbers: NDArray[np.float64]
    fingerprints: NDArray[np.uint8]
    deep: NDArray[np.bool_]
    facts: tuple[FileFacts | None, ...]
    unreadable: Mapping[int, UnreadableImage]

    def outcomes(self) -> list[ImageFeatures | UnreadableImage]:
        """Return the outcome of each file."""
        fingerprints = [row.tobytes() for row in self.fingerprints]
        return [
            self.unreadable.get(place)
            or ImageFeatures(
                values=FeatureValues(self.names, self.numbers[place]),
                deep=deep,
                fingerprint=fingerprints[place],
                file=self.facts[place],
            )
            for place, deep in enumerate(self.deep.tolist())
        ]
