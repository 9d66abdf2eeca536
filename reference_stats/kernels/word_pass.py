"""Sums of bytes, eight to a word: faster than sums in which each byte takes 32 bits."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

# Bytes that a round of a vector loop over words takes at most; what is left over takes as long.
ROUND = 256
# Sums of as many bytes fit 16 bits, and of as many flags 8.
WORDS_AT_ONCE = 7 * ROUND // 8
_EVEN_BYTES = 0x00FF00FF00FF00FF


@compiled
def sum_words(words: NDArray[np.uint64], place: int) -> tuple[int, int]:
    """Return the sum of all bytes of some words, and that of byte number `place`, 0 to 7, of each.

    The bytes of a word are numbered as they lie in memory, the lowest one first.
    """
    shift, total, placed = uint64(16 * (place // 2)), int64(0), int64(0)
    for start in range(0, words.size, WORDS_AT_ONCE):
        chunk, even, odd = words[start : start + WORDS_AT_ONCE], uint64(0), uint64(0)
        for x in range(chunk.size):
            even += chunk[x] & uint64(_EVEN_BYTES)
            odd += (chunk[x] >> uint64(8)) & uint64(_EVEN_BYTES)
        total += _add_fields(even, odd)
        placed += int64(((odd if place % 2 else even) >> shift) & uint64(0xFFFF))
    return total, placed


@compiled
def count_flags(words: NDArray[np.uint64]) -> int:
    """Return how many bytes of some words are 1, where the others are 0."""
    total = int64(0)
    for start in range(0, words.size, WORDS_AT_ONCE):
        total += count_few_flags(words[start : start + WORDS_AT_ONCE])
    return total


@compiled
def sum_few_words(words: NDArray[np.uint64]) -> int:
    """Return the sum of all bytes of at most `WORDS_AT_ONCE` words."""
    even, odd = uint64(0), uint64(0)
    for x in range(words.size):
        even += words[x] & uint64(_EVEN_BYTES)
        odd += (words[x] >> uint64(8)) & uint64(_EVEN_BYTES)
    return _add_fields(even, odd)


@compiled
def count_few_flags(words: NDArray[np.uint64]) -> int:
    """Return how many bytes of at most `WORDS_AT_ONCE` words are 1, where the others are 0."""
    flags = uint64(0)
    for x in range(words.size):
        flags += words[x]
    even, odd = flags & uint64(_EVEN_BYTES), (flags >> uint64(8)) & uint64(_EVEN_BYTES)
    return _add_fields(even, odd)


@compiled
def _add_fields(some: np.uint64, others: np.uint64) -> int:
    """Return the sum of the four numbers of 16 bits in each of two words."""
    half = uint64(0x0000FFFF0000FFFF)
    sums = (some & half) + ((some >> uint64(16)) & half)
    sums += (others & half) + ((others >> uint64(16)) & half)
    return int64((sums & uint64(0xFFFFFFFF)) + (sums >> uint64(32)))
