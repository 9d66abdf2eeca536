"""Decoding processes that return pictures: no crash mixes them up, and no lie gets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from reference_stats.extraction.isolated import columns, messages, process
from reference_stats.extraction.isolated.messages import Order, pack_order, unpack_order
from reference_stats.extraction.isolated.processes import Decoders
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.features.registry import feature_names, feature_set
from reference_stats.model_view.definition import Preprocessing
from reference_stats.outcomes import ImageFeatures, UnreadableImage
from reference_stats.size_limits import SizeLimits
from tests.support.images import numbered_photographs

LIMITS = SizeLimits(max_pixels=1_000_000, max_bytes=1_000_000)
HOW = Preprocessing(
    height=24, width=32, channels=3, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2), resize=30
)
ORDER = Order(names=feature_names(), limits=LIMITS, picture=HOW)
PHOTOGRAPHS = numbered_photographs(12)


@pytest.fixture(scope="module")
def faulty() -> Iterator[Decoders]:
    """Processes whose decoder does what a file asks for."""
    own = Decoders()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(process, "_WORKER", "tests.support.faulty_worker")
        yield own
    own.stop()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["segfault", "greedy", "too much"])
def test_the_others_keep_their_own_pictures_where_one_image_ends_the_process(
    faulty: Decoders, fault: str
) -> None:
    expected = measure_many(PHOTOGRAPHS, LIMITS, feature_set(), picture=HOW)
    assert expected.pictures is not None
    files = list(PHOTOGRAPHS)
    files[5] += b"FAULT:" + fault.encode()
    found = faulty.picture_many(files, ORDER)
    for place, (outcome, picture) in enumerate(found):
        if place == 5:
            assert isinstance(outcome, UnreadableImage)
            assert picture is None
        else:
            assert isinstance(outcome, ImageFeatures)
            np.testing.assert_array_equal(picture, expected.pictures[place])


def test_one_process_answers_with_pictures_and_without(faulty: Decoders) -> None:
    plain = replace(ORDER, picture=None)
    assert [one.picture for one in faulty.picture_many(PHOTOGRAPHS, plain)] == [None] * 12
    other = replace(ORDER, picture=replace(HOW, channels=1, height=8, width=8))
    pictures = [one.picture for one in faulty.picture_many(PHOTOGRAPHS, other)]
    assert {one.shape for one in pictures if one is not None} == {(8, 8, 1)}
    assert faulty.measure_many(PHOTOGRAPHS, plain) == faulty.measure_many(PHOTOGRAPHS, ORDER)


def test_an_order_is_what_was_ordered() -> None:
    assert unpack_order(pack_order(ORDER)) == ORDER


@pytest.mark.parametrize("change", [-1, 1, -24 * 32 * 3, 24 * 32 * 3])
def test_pictures_of_another_size_are_refused(change: int) -> None:
    measured = measure_many(PHOTOGRAPHS, LIMITS, feature_set(), picture=HOW)
    content = columns.pack_measured(measured)
    assert columns.unpack_measured(messages.MEASURED, content, 12, ORDER).pictures is not None
    other = content[:change] if change < 0 else content + bytes(change)
    with pytest.raises(ValueError, match="an answer of"):
        columns.unpack_measured(messages.MEASURED, other, 12, ORDER)
