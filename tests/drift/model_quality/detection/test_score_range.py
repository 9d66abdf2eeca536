import numpy as np
import pytest

from drift.model_quality.detection.score_range import find_cut

SHAPES = [(1, 1), (1, 3), (0.5, 0.5), (0.3, 2)]
"""Of beta distributions: many low scores, as detectors give them."""
SURE = [(8, 2), (20, 1), (30, 10), (60, 2), (5, 5), (3, 1)]
"""Of detectors that are sure of nearly all that they predict, without any cut."""


def drawn(shape, count, *, above=0.0, seed=0):
    random = np.random.default_rng(seed)
    scores = random.beta(*shape, 100 * count if above else count)
    return scores[scores >= above][:count]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cut", [0.1, 0.25, 0.3, 0.5, 0.7])
def test_a_cut_is_found_with_its_number(shape, cut):
    """20 sets each. With a rate of 0.95 at least 16 are found in 99.7 % of such tests."""
    found = [find_cut(drawn(shape, 300, above=cut, seed=seed)) for seed in range(20)]

    assert sum(one == cut for one in found) >= 16


@pytest.mark.parametrize("shape", SURE)
@pytest.mark.parametrize("count", [300, 3000])
def test_scores_that_nobody_cut_are_seldom_called_cut(shape, count):
    """100 sets each. With a rate of 0.02 more than 7 are called cut in 0.1 % of such tests."""
    found = [find_cut(drawn(shape, count, seed=seed)) for seed in range(100)]

    assert sum(one is not None for one in found) <= 7


def test_rounded_scores_are_cut_where_they_begin():
    scores = np.round(drawn((1, 1), 2000, above=0.5), 2)

    assert find_cut(scores) == 0.5


def test_a_cut_that_is_not_round_is_told_nearly():
    assert find_cut(drawn((1, 1), 5000, above=0.4137)) == pytest.approx(0.4137, abs=0.002)


@pytest.mark.parametrize(
    "scores",
    [
        np.array([]),
        np.full(1000, 0.9),
        np.linspace(0.5, 1, 149),
        np.linspace(0.05, 1, 1000),
        np.linspace(0.001, 1, 1000),
        np.linspace(50, 100, 1000),
        np.linspace(-4, 4, 1000),
    ],
    ids=["none", "equal", "few", "harmless", "uncut", "per cent", "logits"],
)
def test_no_cut_is_told_where_none_shows(scores):
    assert find_cut(scores) is None
