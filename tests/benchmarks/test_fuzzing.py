"""Damaged files by the thousand: an outcome for each, whatever a decoder makes of it."""

from __future__ import annotations

import pytest

from benchmarks.fuzzing import LIMITS, fuzz, mutations, originals
from reference_stats.extraction.measuring.measure import measure
from reference_stats.features.registry import FEATURES
from reference_stats.outcomes import ImageFeatures


def test_every_original_can_be_read() -> None:
    for name, files in originals().items():
        for place, data in enumerate(files):
            assert isinstance(measure(data, LIMITS, FEATURES), ImageFeatures), (name, place)


@pytest.mark.no_cover
def test_damaged_files_get_an_outcome_each_and_no_infinite_number() -> None:
    tally = fuzz(3_000, seed=2)
    counts = tally.outcomes.values()
    assert sum(one.total() for one in counts) == 3_000
    assert all(one["features"] > 0 for one in counts)
    assert all(one["INFINITE NUMBERS"] == 0 for one in counts)
    assert tally.fatal == []


def test_most_of_them_are_damaged() -> None:
    whole = {data for files in originals().values() for data in files}
    damaged = [data for _, data in mutations(300, seed=0)]
    assert sum(data not in whole for data in damaged) > 280
    assert damaged == [data for _, data in mutations(300, seed=0)]
