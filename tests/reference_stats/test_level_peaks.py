"""The peaks of levels' frequencies against numpy's Fourier transform."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference_stats.kernels.spectra.level_peaks import level_peak
from reference_stats.kernels.spectra.line_peaks import highest_peak
from reference_stats.sums.peaks import FLOORS, PEAKS

REACH, FIRST_LEVEL, BEHIND_LAST, SMOOTHED, FIRST_LINE = (PEAKS[place] for place in (0, 3, 4, 5, 6))


def _plain_peak(counts: NDArray[np.int64]) -> float:
    """Return the peak of one channel, line by line."""
    logarithms = np.log(1.0 + counts[FIRST_LEVEL:BEHIND_LAST])
    size = len(logarithms)
    means = [logarithms[max(at - SMOOTHED, 0) : at + SMOOTHED + 1].mean() for at in range(size)]
    waves = logarithms - means
    values = (waves - waves.mean()) * np.hanning(size)
    power = np.abs(np.fft.rfft(values)[FIRST_LINE : size // 2]) ** 2 / size
    ratios = []
    for line, one in enumerate(power):
        around = [
            power[other]
            for other in range(max(line - REACH, 0), min(line + REACH + 1, len(power)))
            if abs(other - line) > 1
        ]
        ratios.append(one / (np.mean(around) + FLOORS[1]))
    return max(ratios)


def _counts(kind: str, channels: int) -> NDArray[np.int64]:
    numbers = np.random.default_rng(len(kind) + channels)
    counts = numbers.integers(0, 400, (channels, 256))
    if kind == "comb":
        counts[:, ::5] *= 40
    elif kind == "comb of the last channel":
        counts[-1, ::3] = 0
    elif kind == "few levels":
        counts[:, 10:] = 0
    elif kind == "empty":
        counts[:] = 0
    return counts


@pytest.mark.parametrize(
    "kind", ["noise", "comb", "comb of the last channel", "few levels", "empty"]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_peaks_are_those_of_numpys_transform(kind: str, channels: int) -> None:
    counts = _counts(kind, channels)

    found = level_peak(counts, PEAKS, FLOORS[1])

    assert found == pytest.approx(max(map(_plain_peak, counts)), rel=1e-9)


def test_kernel_is_made_for_the_levels_that_are_looked_at() -> None:
    assert BEHIND_LAST - FIRST_LEVEL == 252


def test_each_line_of_252_is_found() -> None:
    levels = np.arange(256) - FIRST_LEVEL
    for line in range(FIRST_LINE + 1, 125):
        wave = 200 + np.rint(150 * np.cos(2 * np.pi * line * levels / 252)).astype(np.int64)
        expected = _plain_peak(wave)

        assert level_peak(wave.reshape(1, 256), PEAKS, FLOORS[1]) == pytest.approx(expected)


def test_a_series_of_any_length_agrees_too() -> None:
    series = np.random.default_rng(3).normal(size=301)
    values = (series - series.mean()) * np.hanning(301)
    power = np.abs(np.fft.rfft(values)[FIRST_LINE:150]) ** 2 / 301
    line = int(power.argmax())
    around = [
        power[other]
        for other in range(max(line - REACH, 0), min(line + REACH + 1, len(power)))
        if abs(other - line) > 1
    ]

    assert highest_peak(series, FIRST_LINE, REACH, 0.05) >= power[line] / (np.mean(around) + 0.05)
