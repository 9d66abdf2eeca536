"""Random numbers that depend on what they are for, not on who draws them."""

from __future__ import annotations

import hashlib

import numpy as np


def generator_for(*words: object) -> np.random.Generator:
    """Return a generator that is the same for the same words, in any process and in any order.

    Parameters
    ----------
    words
        What the numbers are for, such as the benchmark's seed, a cell's key, a side and a run's
        number; compared by their `repr`.
    """
    digest = hashlib.sha256(repr(words).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
