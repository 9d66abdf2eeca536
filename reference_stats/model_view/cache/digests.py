"""Which picture a view is of: a digest of the numbers that the same picture has as features."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from reference_stats.outcomes import ImageFeatures

DIGEST_BYTES = 16


def digest_of(outcome: ImageFeatures) -> bytes:
    """Return the digest of an image's fingerprint and features: `DIGEST_BYTES` bytes.

    A name that was used for another picture has another one, whatever the store says of versions.
    """
    return _digest(outcome.fingerprint + _bytes_of(outcome.values.numbers))


def digests_of(fingerprints: NDArray[np.uint64], numbers: NDArray[np.float64]) -> list[bytes]:
    """Return the digests of several images.

    Parameters
    ----------
    fingerprints
        Of shape (images, words), as of `OutcomeColumns`.
    numbers
        Of shape (images, features).
    """
    words = fingerprints.astype("<u8", copy=False)
    return [
        _digest(word.tobytes() + _bytes_of(row)) for word, row in zip(words, numbers, strict=True)
    ]


def _bytes_of(numbers: NDArray[np.float64]) -> bytes:
    return numbers.astype("<f8", copy=False).tobytes()


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()
