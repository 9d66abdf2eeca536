"""What became of many images, as columns: one object each would be half a gigabyte of a million."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from jobs.images.locations import ImageLocation
from reference_stats.file_facts.column import FileColumn
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES, WORDS, Fingerprints
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    MissingImage,
    Outcome,
    OverwrittenImage,
    UnfetchedImage,
    UnreadableImage,
)

LostImage = UnreadableImage | MissingImage | UnfetchedImage | OverwrittenImage
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeColumns(Sequence[Outcome]):
    """What became of images, one by one; an outcome is made when it is asked for.

    Attributes
    ----------
    names
        The features.
    numbers
        float64 of shape (images, features), one feature after the other in memory; what stands in
        the rows of images that were lost means nothing.
    fingerprints
        uint64 of shape (images, words).
    deep
        bool of shape (images,), as `ImageFeatures.deep`.
    files
        What each file is.
    lost
        What became of the images without numbers, by their places, ascending.
    """

    names: tuple[str, ...]
    numbers: NDArray[np.float64]
    fingerprints: Fingerprints
    deep: NDArray[np.bool_]
    files: FileColumn
    lost: Mapping[int, LostImage]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], names: tuple[str, ...]) -> OutcomeColumns:
        """Return outcomes as columns."""
        draft = OutcomeDraft.of(len(outcomes), names)
        for place, outcome in enumerate(outcomes):
            draft.put(place, outcome)
        return draft.columns()

    def __len__(self) -> int:
        return len(self.deep)

    @overload
    def __getitem__(self, place: int) -> Outcome: ...
    @overload
    def __getitem__(self, place: slice) -> OutcomeColumns: ...
    def __getitem__(self, place: int | slice) -> Outcome | OutcomeColumns:
        if isinstance(place, slice):
            return self.take(np.arange(len(self), dtype=np.int64)[place])
        place = range(len(self))[place]
        lost = self.lost.get(place)
        return self._features(place) if lost is None else lost

    def __iter__(self) -> Iterator[Outcome]:
        return (self[place] for place in range(len(self)))

    @property
    def analysed(self) -> NDArray[np.bool_]:
        """Which images have numbers."""
        flags = np.ones(len(self), dtype=np.bool_)
        flags[list(self.lost)] = False
        return flags

    def take(self, places: Places) -> OutcomeColumns:
        """Return the outcomes at some places, in their order."""
        lost = {}
        if self.lost:
            known = np.flatnonzero(~self.analysed[places]).tolist()
            lost = {place: self.lost[int(places[place])] for place in known}
        return OutcomeColumns(
            names=self.names,
            numbers=rows_of(self.numbers, places),
            fingerprints=self.fingerprints[places],
            deep=self.deep[places],
            files=self.files.take(places),
            lost=lost,
        )

    def with_lost(self, lost: Mapping[int, LostImage]) -> OutcomeColumns:
        """Return the same where some more images, by their places, are lost."""
        return replace(self, lost=dict(sorted({**self.lost, **lost}.items()))) if lost else self

    def _features(self, place: int) -> ImageFeatures:
        return ImageFeatures(
            values=FeatureValues(self.names, np.ascontiguousarray(self.numbers[place])),
            deep=bool(self.deep[place]),
            fingerprint=self.fingerprints[place].astype("<u8").tobytes(),
            file=self.files[place],
        )


@dataclass(slots=True, kw_only=True)
class OutcomeDraft:
    """The columns of images whose outcomes become known one by one, in any order.

    Attributes
    ----------
    known
        Of which images anything is known yet.
    """

    names: tuple[str, ...]
    numbers: NDArray[np.float64]
    fingerprints: NDArray[np.uint8]
    deep: NDArray[np.bool_]
    files: NDArray[np.int32]
    known: NDArray[np.bool_]
    kinds: dict[FileFacts | None, int]
    lost: dict[int, LostImage]

    @classmethod
    def of(cls, images: int, names: tuple[str, ...]) -> OutcomeDraft:
        """Return a draft in which nothing is known yet; memory is taken as it is filled."""
        return cls(
            names=names,
            numbers=np.empty((len(names), images)).T,
            fingerprints=np.zeros((images, FINGERPRINT_BYTES), dtype=np.uint8),
            deep=np.zeros(images, dtype=np.bool_),
            files=np.zeros(images, dtype=np.int32),
            known=np.zeros(images, dtype=np.bool_),
            kinds={None: 0},
            lost={},
        )

    def put(self, place: int, outcome: Outcome) -> None:
        """Keep what became of the image at a place."""
        self.known[place] = True
        if not isinstance(outcome, ImageFeatures):
            self.lost[place] = outcome
            return
        self.lost.pop(place, None)
        self.numbers[place] = outcome.values.numbers
        self.deep[place] = outcome.deep
        # In jobs without images there are no fingerprints.
        if outcome.fingerprint:
            self.fingerprints[place] = np.frombuffer(outcome.fingerprint, dtype=np.uint8)
        if outcome.file is not None:
            self.files[place] = self.kinds.setdefault(outcome.file, len(self.kinds))

    def put_many(self, places: Iterable[int], outcomes: Iterable[Outcome]) -> None:
        """Keep what became of a batch of images, of which nothing is known yet."""
        measured: dict[int, ImageFeatures] = {}
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, ImageFeatures) and outcome.fingerprint:
                measured[place] = outcome
            else:
                self.put(place, outcome)
        at, some = list(measured), measured.values()
        self.known[at] = True
        self.numbers[at] = np.reshape([one.values.numbers for one in some], (-1, len(self.names)))
        self.deep[at] = [one.deep for one in some]
        joined = np.frombuffer(b"".join([one.fingerprint for one in some]), np.uint8)
        self.fingerprints[at] = joined.reshape(len(at), FINGERPRINT_BYTES)
        # Most are one object, whose hash takes longer than its address.
        files = {id(one.file): one.file for one in some}
        codes = {at: self.kinds.setdefault(one, len(self.kinds)) for at, one in files.items()}
        self.files[at] = [codes[id(one.file)] for one in some]

    def put_columns(self, places: Places, outcomes: OutcomeColumns) -> None:
        """Keep what became of some images that all have numbers, of which nothing is known yet."""
        self.known[places] = True
        for own, column in zip(self.numbers.T, outcomes.numbers.T, strict=True):
            own[places] = column
        words = np.ascontiguousarray(outcomes.fingerprints.astype("<u8", copy=False))
        self.fingerprints[places] = words.view(np.uint8)
        self.deep[places] = outcomes.deep
        codes = np.zeros(len(outcomes.files.kinds), dtype=np.int32)
        places_of = {kind: code for code, kind in enumerate(outcomes.files.kinds)}
        for kind in outcomes.files.counts():
            codes[places_of[kind]] = self.kinds.setdefault(kind, len(self.kinds))
        self.files[places] = codes[outcomes.files.codes]

    def columns(self) -> OutcomeColumns:
        """Return the columns; they share the draft's memory."""
        words = self.fingerprints.view("<u8").astype(np.uint64, copy=False)
        return OutcomeColumns(
            names=self.names,
            numbers=self.numbers,
            fingerprints=words.reshape(len(self.deep), WORDS),
            deep=self.deep,
            files=FileColumn(tuple(self.kinds), self.files),
            lost=dict(sorted(self.lost.items())),
        )

    def by_location(self, places: Mapping[ImageLocation, int]) -> OutcomesByLocation:
        """Return the outcomes that are known by where the images are.

        Parameters
        ----------
        places
            The place of each image, ascending.
        """
        columns = self.columns()
        if self.known.all():
            return OutcomesByLocation(places, columns)
        there = [one for one, place in places.items() if self.known[place]]
        return OutcomesByLocation(
            {one: place for place, one in enumerate(there)},
            columns.take(np.flatnonzero(self.known)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class OutcomesByLocation(Mapping[ImageLocation, Outcome]):
    """The outcomes of images by where these are, as columns.

    Attributes
    ----------
    places
        The place of each image in `columns`, in their order.
    """

    places: Mapping[ImageLocation, int]
    columns: OutcomeColumns

    def __getitem__(self, location: ImageLocation) -> Outcome:
        return self.columns[self.places[location]]

    def __iter__(self) -> Iterator[ImageLocation]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def count_kinds(lost: Iterable[LostImage]) -> Counter[type[LostImage]]:
    """Return how many images were lost in which way."""
    return Counter(type(one) for one in lost)


def rows_of(numbers: NDArray[np.float64], places: Places) -> NDArray[np.float64]:
    """Return some rows, one column after the other in memory: no second copy of all is made."""
    taken = np.empty((numbers.shape[1], len(places)))
    for column, own in zip(numbers.T, taken, strict=True):
        np.take(column, places, out=own)
    return taken.T
