"""Counts and numbers as bytes, the same on every machine, and read with nothing taken on trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

_COUNT, _SINGLE, _HALF = np.dtype("<u4"), np.dtype("<f4"), np.dtype("<f2")
# Of half precision.
_FARTHEST = 60_000.0


def packed_counts(counts: Sequence[int] | Counts) -> bytes:
    """Return counts below 2^32, four bytes each."""
    return np.asarray(counts, dtype=np.int64).astype(_COUNT).tobytes()


def packed_exceptions(counts: Sequence[int] | Counts, usual: int = 0) -> bytes:
    """Return how many counts are not the usual one, at which places, and what they are."""
    every = np.asarray(counts, dtype=np.int64)
    places = np.flatnonzero(every != usual)
    return packed_counts(np.concatenate([[len(places)], places, every[places]]))


def packed_singles(numbers: Sequence[float]) -> bytes:
    """Return finite numbers in single precision."""
    return np.asarray(numbers, dtype=np.float64).astype(_SINGLE).tobytes()


def packed_halves(numbers: Numbers) -> bytes:
    """Return numbers in half precision, at most 60,000 in size; 0 for what is no number."""
    plain = np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(plain, -_FARTHEST, _FARTHEST).astype(_HALF).tobytes()


@dataclass(slots=True)
class PackedReader:
    """Takes numbers off the front of bytes.

    Every method raises ValueError where the bytes do not hold what is asked for.
    """

    data: bytes
    _at: int = 0

    def counts(self, number: int) -> Counts:
        """Return so many counts."""
        return self._take(_COUNT, number).astype(np.int64)

    def count(self) -> int:
        """Return one count."""
        return int(self.counts(1)[0])

    def singles(self, number: int) -> Numbers:
        """Return so many finite numbers in single precision."""
        return _finite(self._take(_SINGLE, number))

    def halves(self, number: int) -> Numbers:
        """Return so many finite numbers in half precision."""
        return _finite(self._take(_HALF, number))

    def places(self, among: int) -> Counts:
        """Return a number of ascending places among so many."""
        number = self.count()
        if number > among:
            raise ValueError("more is said than there are things to say it of")
        places = self.counts(number)
        if (places >= among).any() or (np.diff(places) <= 0).any():
            raise ValueError("something is said of a thing that is not there")
        return places

    def with_exceptions(self, number: int, most: int, usual: int = 0) -> Counts:
        """Return so many counts of at most `most`: the usual one but for some exceptions."""
        every = np.full(number, usual, dtype=np.int64)
        places = self.places(number)
        every[places] = self.counts(len(places))
        if (every > most).any():
            raise ValueError(f"a count is more than {most}")
        return every

    def check_is_at_end(self) -> None:
        """Check that nothing is left."""
        if self._at != len(self.data):
            raise ValueError("bytes are left")

    def _take(self, kind: np.dtype[np.generic], number: int) -> NDArray[np.generic]:
        end = self._at + number * kind.itemsize
        if end > len(self.data):
            raise ValueError("bytes are missing")
        taken = np.frombuffer(self.data, kind, number, self._at)
        self._at = end
        return taken


def _finite(numbers: NDArray[np.generic]) -> Numbers:
    found: Numbers = numbers.astype(np.float64)
    if not np.isfinite(found).all():
        raise ValueError("a number is none")
    return found
