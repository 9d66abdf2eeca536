"""From several image files to their outcomes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence

import numpy as np

from reference_stats.extraction.measuring.by_columns import (
    SummedFiles,
    measure_by_columns,
    sum_waiting,
)
from reference_stats.extraction.measuring.made_pictures import MadePictures
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.extraction.measuring.waiting_files import WaitingFiles
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_names
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.model_view.definition import Preprocessing
from reference_stats.outcomes import UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits
from reference_stats.sums.decoded_image import DecodedImage

# The formulas cost about as much for all files together as for three of them one by one.
_FEWEST_FILES = 4


def _nothing(_: int) -> None:
    """Do nothing before a file."""


def measure_many(
    files: Sequence[bytes],
    limits: SizeLimits,
    features: Sequence[Feature],
    *,
    before_each: Callable[[int], object] = _nothing,
    picture: Preprocessing | None = None,
) -> MeasuredFiles:
    """Return what `measure` returns for each file, to the last digit.

    Ordinary files, PNG of 8 bits and JPEG, of 250,000 pixels at most take less time: they are
    decoded one after the other, their sums are taken together once their pixels fill the
    processor's cache, and each feature is computed once for all of them. All other files go through
    `measure`, and so do all where a feature `reads_pixels` and where there are few.

    Parameters
    ----------
    before_each
        Called with a file's place before the file is decoded, and again where it is measured by
        itself after all. What several files share, a few milliseconds, comes after the call for the
        last of them. So a limit of time for each image is a clock that is restarted here.
    picture
        What pictures are to be made for a model; None for none.

    Raises
    ------
    Exception
        Whatever a feature raises, for a bug; a note on it names the place of the file. Running out
        of memory is the outcome of the file that needed it.
    """
    pictures = None if picture is None else MadePictures.of(picture, len(files))
    batch = _Batch(files, limits, features, before_each, pictures)
    for place in range(len(files)):
        before_each(place)
        batch.add(place)
    return batch.measured()


class _Batch:
    """The outcomes of some files, row by row."""

    def __init__(
        self,
        files: Sequence[bytes],
        limits: SizeLimits,
        features: Sequence[Feature],
        before_each: Callable[[int], object],
        pictures: MadePictures | None,
    ) -> None:
        self._files, self._limits, self._features = files, limits, features
        self._before_each, self._pictures = before_each, pictures
        self._most_pixels = sys.maxsize if limits.max_pixels is None else limits.max_pixels
        self._most_bytes = sys.maxsize if limits.max_bytes is None else limits.max_bytes
        self._by_columns = len(files) >= _FEWEST_FILES and not any(
            feature.reads_pixels for feature in features
        )
        self._waiting = WaitingFiles()
        self._summed: list[SummedFiles] = []
        self._numbers = np.full((len(files), len(features)), np.nan)
        self._fingerprints = np.zeros((len(files), FINGERPRINT_BYTES), np.uint8)
        self._deep = np.zeros(len(files), np.bool_)
        # The places of all files that were decoded to be measured together.
        self._together: list[int] = []
        self._facts: list[FileFacts | None] = [None] * len(files)
        self._unreadable: dict[int, UnreadableImage] = {}

    def add(self, place: int) -> None:
        """Measure a file, at once or with others."""
        if not self._takes(place):
            self._measure_alone(place)
        else:
            self._together.append(place)
            if self._waiting.is_full:
                self._sum_waiting()

    def measured(self) -> MeasuredFiles:
        """Return what became of all files."""
        self._sum_waiting()
        for place in sorted(set(self._together) - self._measure_together()):
            self._before_each(place)
            self._measure_alone(place)
        return MeasuredFiles(
            names=feature_names(self._features),
            numbers=self._numbers,
            fingerprints=self._fingerprints,
            deep=self._deep,
            facts=tuple(self._facts),
            unreadable=self._unreadable,
            pictures=self._pictures,
        )

    def _takes(self, place: int) -> bool:
        data = self._files[place]
        if not self._by_columns or len(data) > self._most_bytes:
            return False
        try:
            return self._waiting.take(place, data, self._most_pixels)
        except Exception:  # noqa: BLE001 - `measure` says what is wrong with the file
            return False

    def _sum_waiting(self) -> None:
        # Where it fails each file is measured by itself, and the one that is at fault shows.
        with contextlib.suppress(Exception):
            if self._waiting.rows:
                # Before the sums: where they fail each file is decoded again, and pictured anew.
                self._picture_waiting()
                self._summed.append(sum_waiting(self._waiting))
        self._waiting.clear()

    def _picture_waiting(self) -> None:
        if self._pictures is None:
            return
        for number, row in enumerate(self._waiting.rows):
            pixels = self._waiting.pixels(number)
            if pixels is not None:
                self._pictures.put_pixels(row[WaitingFiles.PLACE], pixels)

    def _measure_together(self) -> set[int]:
        """Measure the files whose sums are there; return the places of those that have numbers."""
        if not self._summed:
            return set()
        try:
            done = measure_by_columns(self._summed, self._features)
        except Exception:  # noqa: BLE001 - as where the sums are taken
            return set()
        self._numbers[done.places] = done.numbers
        self._fingerprints[done.places] = done.fingerprints
        for place, facts in zip(done.places, done.facts, strict=True):
            self._facts[place] = facts
        return set(done.places)

    def _measure_alone(self, place: int) -> None:
        try:
            outcome = measure(
                self._files[place], self._limits, self._features, show=self._show(place)
            )
        except MemoryError:
            outcome = UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
        except Exception as error:
            error.add_note(f"It happened with file number {place} of a batch, counted from 0.")
            raise
        if isinstance(outcome, UnreadableImage):
            self._unreadable[place] = outcome
            if self._pictures is not None:
                self._pictures.made[place] = False
            return
        self._numbers[place] = outcome.values.numbers
        self._fingerprints[place] = np.frombuffer(outcome.fingerprint, np.uint8)
        self._deep[place] = outcome.deep
        self._facts[place] = outcome.file

    def _show(self, place: int) -> Callable[[DecodedImage], None] | None:
        pictures = self._pictures
        return None if pictures is None else lambda image: pictures.put_image(place, image)
