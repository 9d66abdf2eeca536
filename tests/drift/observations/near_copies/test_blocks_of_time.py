"""Blocks of client and time are numbered alike, with and without sorting."""

import numpy as np
import pytest

from drift.observations.near_copies import links
from drift.observations.near_copies.links import Linkable


@pytest.mark.parametrize("shift", [0, 1])
def test_blocks_have_the_same_numbers_without_sorting(
    shift: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(0)
    rows = Linkable(
        fingerprints=np.zeros((500, 4), dtype=np.uint64),
        clients=generator.integers(-1, 4, size=500),
        moments=np.sort(generator.integers(0, 10_000, size=500)),
        reach=70,
    )
    without = rows.blocks(shift)
    monkeypatch.setattr(links, "_MOST_FREE", 0)
    assert len(np.unique(without)) > 100
    assert np.array_equal(without, rows.blocks(shift))
