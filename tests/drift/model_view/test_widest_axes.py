"""Along which axes a reference's embeddings vary most."""

import numpy as np
import pytest

from drift.model_view.axes import positions, widest_axes
from drift.model_view.nearness import LENGTH, Directions


def directions(images, width, seed):
    random = np.random.default_rng(seed)
    spread = 1.0 / np.arange(1, width + 1)
    return Directions.of(
        (1.0 + random.standard_normal((images, width)) * spread).astype(np.float16)
    )


def test_axes_are_the_principal_ones_and_their_positions_exact():
    bank = directions(500, 40, seed=1)
    values = bank.whole.astype(float)
    expected = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)[2][:5].T

    axes = widest_axes(bank)

    assert np.abs((axes[:, :5] / LENGTH * expected).sum(axis=0)) == pytest.approx(1.0, abs=1e-3)
    exact = bank.whole.astype(np.int64) @ axes.astype(np.int64)
    assert (positions(bank, axes) == exact / LENGTH**2).all()
    assert np.abs(exact).max() < 2**24


def test_there_are_at_most_128_axes_and_none_without_variance():
    assert widest_axes(directions(400, 200, seed=2)).shape == (200, 128)
    assert widest_axes(directions(30, 200, seed=3)).shape == (200, 29)


def test_an_axis_keeps_its_sign_when_the_images_come_in_another_order():
    bank = directions(300, 20, seed=4)
    mixed = bank.take(np.random.default_rng(5).permutation(300))

    assert (widest_axes(bank) == widest_axes(mixed)).all()
