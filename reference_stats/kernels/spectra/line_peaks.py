"""The highest peak of a periodogram of any length: few lines, without a call of numpy each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

# Longer waves than these are looked at; the time would grow with the square of the length.
_MOST_LINES = 512
# Lines that a processor works on side by side; a rest that is no vector would cost as much.
_LANES = 16


def hann_window(size: int) -> NDArray[np.float64]:
    """Return Hann's window."""
    out = np.empty(size)
    # cos(n a) by its recurrence: a cosine for each place would take longer than the rest.
    turn = np.cos(2 * np.pi / (size - 1)) if size > 1 else 1.0
    before, now = turn, 1.0
    for place in range(size):
        out[place] = 0.5 - 0.5 * now
        before, now = now, 2 * turn * now - before
    return out


_window = compiled(hann_window)


@compiled
def highest_peak(series: NDArray[np.float64], first: int, reach: int, floor: float) -> float:
    """Return the largest ratio of a periodogram's line to the mean of the lines around it.

    The periodogram is that of the deviations from the mean under Hann's window, of its first 512
    lines at most.

    Parameters
    ----------
    series
        Shape (length,).
    first
        Lines before this one are left out, as a peak and as surroundings.
    reach
        The surroundings are so many lines on either side, without the two next to the peak, which
        the window fills with it.
    floor
        Added to the surroundings' mean power.
    """
    lines = max(min(series.size // 2, first + _MOST_LINES) - first, 0)
    values, mean = _window(series.size), series.mean()
    for place in range(series.size):
        values[place] *= series[place] - mean
    power = _periodogram(values, _turns(series.size, first, lines), lines)
    return peak_beside(power.reshape(lines, 1), reach, floor)


@compiled
def _turns(size: int, first: int, lines: int) -> NDArray[np.float64]:
    """Return the factors of Goertzel's recurrence, zeros behind them up to whole vectors."""
    turns = np.zeros((lines + _LANES - 1) // _LANES * _LANES)
    for line in range(lines):
        turns[line] = 2 * np.cos(2 * np.pi * (first + line) / size)
    return turns


@compiled
def _periodogram(
    values: NDArray[np.float64], turns: NDArray[np.float64], lines: int
) -> NDArray[np.float64]:
    """Return some lines' power by Goertzel's recurrence, all lines side by side."""
    now, before, power = np.zeros(turns.size), np.zeros(turns.size), np.empty(lines)
    # Two values a round, so that what was `now` becomes `before` without a copy.
    for place in range(0, values.size - 1, 2):
        one, other = values[place], values[place + 1]
        for line in range(turns.size):
            before[line] = one + turns[line] * now[line] - before[line]
            now[line] = other + turns[line] * before[line] - now[line]
    if values.size % 2:
        for line in range(turns.size):
            newest = values[-1] + turns[line] * now[line] - before[line]
            before[line], now[line] = now[line], newest
    for line in range(lines):
        product = turns[line] * now[line] * before[line]
        power[line] = max(now[line] ** 2 + before[line] ** 2 - product, 0.0) / values.size
    return power


@compiled
def peak_beside(power: NDArray[np.float64], reach: int, floor: float) -> float:
    """Return the largest ratio in the power of several series, shape (lines, series)."""
    size, side = power.shape
    highest = 0.0
    sums = np.zeros((size + 1, side), np.float64)
    for line in range(size):
        for one in range(side):
            sums[line + 1, one] = sums[line, one] + power[line, one]
    for line in range(size):
        low, high = max(line - reach, 0), min(line + reach + 1, size)
        near_low, near_high = max(line - 1, 0), min(line + 2, size)
        count = high - low - (near_high - near_low)
        for one in range(side):
            total = sums[high, one] - sums[low, one] - (sums[near_high, one] - sums[near_low, one])
            around = max(total, 0.0) / count if count > 0 else 0.0
            highest = max(highest, power[line, one] / (around + floor))
    return highest


@compiled
def line_peak(sums: NDArray[np.int64], length: int, peaks: tuple[int, ...], floor: float) -> float:
    """Return `highest_peak` of some lines' means; NaN for fewer lines than are looked at.

    Parameters
    ----------
    sums
        The lines' sums, over `length` pixels each.
    peaks
        `reach`; the fewest lines and the `first` wave among them; for `level_peak` the first level
        and the one behind the last, the levels that are smoothed over and the `first` wave.
    """
    reach, fewest, first, _, _, _, _ = peaks
    if sums.size < fewest:
        return np.nan
    return highest_peak(sums / length, first, reach, floor)
