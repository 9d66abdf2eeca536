"""The highest peak of a periodogram: few lines of short series, without a call of numpy each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

# Longer waves than these are looked at; the time would grow with the square of the length.
_MOST_LINES = 512
# Lines that a processor works on side by side; a rest that is no vector would cost as much.
_LANES = 16
# How often a level occurs in a small picture: few numbers, again and again.
_FEW = 256


@compiled
def highest_peak(series: NDArray[np.float64], first: int, reach: int, floor: float) -> float:
    """Return the largest ratio of a periodogram's line to the mean of the lines around it.

    The periodogram is that of the deviations from the mean under Hann's window, of its first 512
    lines at most.

    Parameters
    ----------
    series
        One or more series of equal length, shape (series, length).
    first
        Lines before this one are left out, as a peak and as surroundings.
    reach
        The surroundings are so many lines on either side, without the two next to the peak, which
        the window fills with it.
    floor
        Added to the surroundings' mean power.
    """
    length = series.shape[1]
    lines = max(min(length // 2, first + _MOST_LINES) - first, 0)
    turns, window, values = _turns(length, first, lines), _window(length), np.empty(length)
    highest = 0.0
    for row in range(series.shape[0]):
        mean = series[row].mean()
        for place in range(length):
            values[place] = (series[row, place] - mean) * window[place]
        power = _periodogram(values, turns, lines)
        highest = max(highest, _peak_beside(power, reach, floor))
    return highest


@compiled
def level_waves(
    counts: NDArray[np.int64], first: int, last: int, reach: int
) -> NDArray[np.float64]:
    """Return ``log(1 + count)`` of the levels from `first` to `last`, less what is smooth in it.

    Parameters
    ----------
    counts
        Shape (channels, levels).
    reach
        The mean over so many levels on either side, fewer at the ends, is taken off.
    """
    channels, size = counts.shape[0], last - first
    waves = np.empty((channels, size), np.float64)
    sums, logarithms = np.zeros(size + 1, np.float64), np.zeros(_FEW, np.float64)
    for channel in range(channels):
        for place in range(size):
            count = counts[channel, first + place]
            logarithm = logarithms[count] if count < _FEW else np.log(1.0 + count)
            if logarithm == 0.0 and count > 0:
                logarithm = logarithms[count] = np.log(1.0 + count)
            sums[place + 1] = sums[place] + logarithm
        for place in range(size):
            low, high = max(place - reach, 0), min(place + reach + 1, size)
            mean = (sums[high] - sums[low]) / (high - low)
            waves[channel, place] = sums[place + 1] - sums[place] - mean
    return waves


@compiled
def _window(size: int) -> NDArray[np.float64]:
    """Return Hann's window."""
    out = np.empty(size)
    # cos(n a) by its recurrence: a cosine for each place would take longer than the rest.
    turn = np.cos(2 * np.pi / (size - 1)) if size > 1 else 1.0
    before, now = turn, 1.0
    for place in range(size):
        out[place] = 0.5 - 0.5 * now
        before, now = now, 2 * turn * now - before
    return out


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
def _peak_beside(power: NDArray[np.float64], reach: int, floor: float) -> float:
    size, highest = power.size, 0.0
    sums = np.zeros(size + 1, np.float64)
    for line in range(size):
        sums[line + 1] = sums[line] + power[line]
    for line in range(size):
        low, high = max(line - reach, 0), min(line + reach + 1, size)
        near_low, near_high = max(line - 1, 0), min(line + 2, size)
        count = high - low - (near_high - near_low)
        total = sums[high] - sums[low] - (sums[near_high] - sums[near_low])
        around = max(total, 0.0) / count if count > 0 else 0.0
        highest = max(highest, power[line] / (around + floor))
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
    return highest_peak((sums / length).reshape(1, sums.size), first, reach, floor)


@compiled
def level_peak(counts: NDArray[np.int64], peaks: tuple[int, ...], floor: float) -> float:
    """Return `highest_peak` of the unevenness of how often each of the channels has each level.

    Parameters
    ----------
    counts
        Shape (channels, levels).
    peaks
        As of `line_peak`.
    """
    reach, _, _, first_level, behind_last, smoothed, first = peaks
    waves = level_waves(counts, first_level, behind_last, smoothed)
    return highest_peak(waves, first, reach, floor)
