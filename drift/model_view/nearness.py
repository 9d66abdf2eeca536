"""How far embeddings lie from the nearest of a bank, to the same last digit on every machine.

Libraries of linear algebra add up in different orders, and sums of floats depend on the order. So
embeddings are brought to one length and rounded to whole numbers first, and every sum is a whole
number below 2 to the power of 24, which float32 holds exactly, in whichever order it is added up:
by the inequality of Cauchy and Schwarz no part of a product exceeds the product of the two lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# With what rounding adds to 2,048 numbers, the square of the length stays below 2 ** 24.
LENGTH = 4_000
_BLOCK_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Directions:
    """Embeddings as directions.

    Attributes
    ----------
    whole
        float32 of shape (images, width): whole numbers, each row about `LENGTH` long.
    squares
        float32 of shape (images,): the square of each row's length, whole numbers.
    """

    whole: NDArray[np.float32]
    squares: NDArray[np.float32]

    @classmethod
    def of(cls, embeddings: NDArray[np.float16]) -> Directions:
        """Return the directions of embeddings; one that is 0 throughout stays so."""
        lengths = np.sqrt(_squares(embeddings))
        scale = LENGTH / np.where(lengths > 0, lengths, 1.0)
        whole = np.empty(embeddings.shape, dtype=np.float32)
        for part in _parts(len(embeddings), embeddings.shape[1] * 8):
            scaled = embeddings[part].astype(np.float64) * scale[part, None]
            whole[part] = np.rint(scaled, out=scaled)
        return cls(whole=whole, squares=_squares(whole).astype(np.float32))

    def __len__(self) -> int:
        return len(self.whole)

    def take(self, places: NDArray[np.int64]) -> Directions:
        """Return the directions at some places, in their order."""
        return Directions(whole=self.whole[places], squares=self.squares[places])


def nearest_distances(images: Directions, bank: Directions, nearest: int) -> NDArray[np.float64]:
    """Return the distance of each image to the nearest of the bank, as directions of length 1.

    Parameters
    ----------
    nearest
        How many of the bank; at least one, at most all of them.

    Returns
    -------
    Shape (images, nearest), in rising order, 0 to 2.
    """
    found = np.empty((len(images), nearest))
    for part in _parts(len(images), len(bank) * 4):
        closeness = _closeness(images.whole[part], bank)
        top = np.partition(closeness, len(bank) - nearest, axis=1)[:, len(bank) - nearest :]
        squares = images.squares[part, None].astype(np.float64) - 2.0 * top
        found[part] = np.sort(np.sqrt(np.maximum(squares, 0.0)), axis=1) / LENGTH
    return found


def nearest_places(images: Directions, bank: Directions) -> NDArray[np.int64]:
    """Return the place in the bank of what is nearest to each image, the first of equally near."""
    found = np.empty(len(images), dtype=np.int64)
    for part in _parts(len(images), len(bank) * 4):
        found[part] = _closeness(images.whole[part], bank).argmax(axis=1)
    return found


def distances_between(images: Directions) -> NDArray[np.float64]:
    """Return how far each of a few images is from each other, shape (images, images), 0 to 2."""
    products = (images.whole @ images.whole.T).astype(np.float64)
    squares = images.squares.astype(np.float64)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * products, 0.0)) / LENGTH
    np.fill_diagonal(apart, 0.0)
    return apart


def _closeness(whole: NDArray[np.float32], bank: Directions) -> NDArray[np.float32]:
    """Return what falls with the distance: the product less half of the bank's square."""
    closeness: NDArray[np.float32] = whole @ bank.whole.T
    closeness -= bank.squares / 2
    return closeness


def _squares(rows: NDArray[np.float16] | NDArray[np.float32]) -> NDArray[np.float64]:
    """Return each row's sum of squares, added up column by column: always in the same order."""
    total = np.zeros(len(rows))
    for part in _parts(len(rows), rows.shape[1] * 8):
        columns = np.ascontiguousarray(rows[part].T, dtype=np.float64)
        for column in columns:
            total[part] += column * column
    return total


def _parts(rows: int, row_bytes: int) -> Iterator[slice]:
    size = max(1, _BLOCK_BYTES // max(row_bytes, 1))
    return (slice(first, min(first + size, rows)) for first in range(0, rows, size))
