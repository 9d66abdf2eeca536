"""What the files of many images are, as a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from reference_stats.file_facts.facts import FileFacts


@dataclass(frozen=True, slots=True)
class FileColumn(Sequence[FileFacts | None]):
    """What the files of many images are: a few different things, and which of them each is.

    Attributes
    ----------
    kinds
        What files are, each once; None for those of which nothing is known.
    codes
        int32 of shape (images,): places in `kinds`.
    """

    kinds: tuple[FileFacts | None, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, files: Iterable[FileFacts | None]) -> FileColumn:
        """Return the column of some files."""
        kinds: dict[FileFacts | None, int] = {}
        codes = [kinds.setdefault(file, len(kinds)) for file in files]
        return cls(tuple(kinds), np.array(codes, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> FileFacts | None: ...
    @overload
    def __getitem__(self, place: slice) -> FileColumn: ...
    def __getitem__(self, place: int | slice) -> FileFacts | FileColumn | None:
        if isinstance(place, slice):
            return FileColumn(self.kinds, self.codes[place])
        return self.kinds[int(self.codes[place])]

    def __iter__(self) -> Iterator[FileFacts | None]:
        return map(self.kinds.__getitem__, self.codes.tolist())

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> FileColumn:
        """Return the files at some places."""
        return FileColumn(self.kinds, self.codes[places])

    def counts(self) -> dict[FileFacts | None, int]:
        """Return how many files there are of each kind that is there, in order of the first."""
        numbers = np.bincount(self.codes, minlength=len(self.kinds))
        first = np.zeros(len(self.kinds), dtype=np.int64)
        # Of equal codes the one that is written last stays.
        first[self.codes[::-1]] = np.arange(len(self), dtype=np.int64)[::-1]
        there = np.flatnonzero(numbers)
        in_order = there[np.argsort(first[there])].tolist()
        return {self.kinds[code]: int(numbers[code]) for code in in_order}
