"""What became of several image files that were measured together: columns in place of objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.extraction.measuring.made_pictures import MadePictures
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES
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
    pictures
        What enters a model, where it was asked for.
    """

    names: tuple[str, ...]
    numbers: NDArray[np.float64]
    fingerprints: NDArray[np.uint8]
    deep: NDArray[np.bool_]
    facts: tuple[FileFacts | None, ...]
    unreadable: Mapping[int, UnreadableImage]
    pictures: MadePictures | None = None

    @classmethod
    def of(
        cls,
        outcomes: Sequence[ImageFeatures | UnreadableImage],
        names: tuple[str, ...],
        pictures: MadePictures | None = None,
    ) -> MeasuredFiles:
        """Return the columns of outcomes, one for each file."""
        numbers = np.full((len(outcomes), len(names)), np.nan)
        fingerprints = np.zeros((len(outcomes), FINGERPRINT_BYTES), np.uint8)
        facts: list[FileFacts | None] = [None] * len(outcomes)
        deep = np.zeros(len(outcomes), np.bool_)
        unreadable = {}
        for place, outcome in enumerate(outcomes):
            if isinstance(outcome, UnreadableImage):
                unreadable[place] = outcome
                continue
            numbers[place] = outcome.values.numbers
            fingerprints[place] = np.frombuffer(outcome.fingerprint, np.uint8)
            facts[place] = outcome.file
            deep[place] = outcome.deep
        return cls(
            names=names,
            numbers=numbers,
            fingerprints=fingerprints,
            deep=deep,
            facts=tuple(facts),
            unreadable=unreadable,
            pictures=pictures,
        )

    def outcomes(self) -> list[ImageFeatures | UnreadableImage]:
        """Return the outcome of each file."""
        size, fingerprints = FINGERPRINT_BYTES, self.fingerprints.tobytes()
        rows = zip(self.numbers, self.deep.tolist(), self.facts, strict=True)
        return [
            self.unreadable.get(place)
            or ImageFeatures(
                values=FeatureValues(self.names, numbers),
                deep=deep,
                fingerprint=fingerprints[size * place : size * (place + 1)],
                file=file,
            )
            for place, (numbers, deep, file) in enumerate(rows)
        ]
