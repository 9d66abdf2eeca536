"""The bars of the prediction log's benchmark, on made-up milliseconds."""

import numpy as np
import pytest

from benchmarks.serving_parts.latency import HEADER, Latency
from benchmarks.serving_parts.losses import HEADER as LOSSES_HEADER
from benchmarks.serving_parts.losses import Losses

ROUNDS = 1000


def latency(
    added: float = 0.0, slowest: float = 1.0, control: float = 1.0, logged: int = ROUNDS
) -> Latency:
    """Return rounds around 5 ms: the log adds something to each, and stretches the slowest."""
    plain = np.random.default_rng(3).normal(5, 0.5, ROUNDS)
    is_slow = plain > np.quantile(plain, 0.98)
    with_log = np.where(is_slow, plain * slowest, plain) + added
    milliseconds = np.stack([plain, np.where(is_slow, plain * control, plain), with_log], axis=1)
    return Latency(workers=1, milliseconds=milliseconds, logged=logged)


@pytest.mark.parametrize(
    ("found", "is_within"),
    [
        (latency(), True),
        (latency(added=0.4), True),
        (latency(added=0.6), False),
        (latency(slowest=1.2), True),
        (latency(slowest=1.4), False),
        (latency(slowest=1.4, control=1.3), True),
        (latency(logged=ROUNDS - 1), False),
    ],
)
def test_a_bar_is_missed_by_the_median_by_the_slowest_or_by_a_missing_row(found, is_within):
    assert found.is_within() is is_within
    assert found.row()[-1] == ("yes" if is_within else "NO")
    assert len(found.row()) == len(HEADER)


def test_the_interval_is_around_what_was_added():
    low, high = latency(added=0.3).added_interval_ms()

    assert low <= 0.3 + 1e-9
    assert high >= 0.3 - 1e-9


def test_only_what_was_answered_more_than_a_second_before_the_end_counts_as_older():
    losses = Losses(ending="SIGKILL", workers=4, answered=900, ages_s=[0.02, 0.9, 1.3])

    assert losses.older == 1
    assert losses.row() == ("SIGKILL", "4", "900", "3", "1.30", "1")
    assert len(losses.row()) == len(LOSSES_HEADER)
    assert Losses(ending="stop", workers=1, answered=5).row()[3:] == ("0", "-", "0")
