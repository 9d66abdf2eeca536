"""The highest peak in the periodograms of histograms: 252 levels of four channels side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.spectra.line_peaks import hann_window, peak_beside

# The levels whose counts are looked at: their Fourier transform is one of three short dimensions.
_LEVELS, _ACROSS = 4 * 7 * 9, 7 * 9
# Four series side by side, of three channels or one; behind them others that are transformed too.
_SIDE, _BOTH = 4, 8
# Where in a series the elements of the three dimensions are, the first dimension across.
_PLACES = np.array(
    [
        [(63 * one + 36 * two + 28 * three) % _LEVELS for two in range(7) for three in range(9)]
        for one in range(4)
    ]
)
# The cosines and sines of a whole turn in 7 and in 9 steps.
_SEVEN, _NINE = (
    np.stack(
        (np.cos(2 * np.pi * np.arange(size) / size), np.sin(2 * np.pi * np.arange(size) / size))
    )
    for size in (7, 9)
)
# How often a level occurs in a small picture: few numbers, again and again.
_LOGARITHMS = np.log(1.0 + np.arange(256))
_WINDOW = hann_window(_LEVELS)


@compiled
def level_peak(counts: NDArray[np.int64], peaks: tuple[int, ...], floor: float) -> float:
    """Return `highest_peak` of the unevenness of how often each of the channels has each level.

    Parameters
    ----------
    counts
        Shape (channels, levels), of four channels at most.
    peaks
        As of `line_peak`; there are 252 levels from the first one to the last.
    """
    reach, _, _, first_level, _, smoothed, first = peaks
    power = _powers(_level_waves(counts, first_level, smoothed))
    return peak_beside(power[first:], reach, floor)


@compiled
def _level_waves(counts: NDArray[np.int64], first: int, reach: int) -> NDArray[np.float64]:
    """Return ``log(1 + count)`` of 252 levels, less what is smooth in it, for four channels.

    The mean over `reach` levels on either side, fewer at the ends, is taken off. Shape (252, 4).
    """
    # One dimension, so that the loops are plain ones: a step to the next level is `_SIDE` places.
    waves, sums = np.zeros(_SIDE * _LEVELS), np.zeros(_SIDE * (_LEVELS + 1))
    few = len(_LOGARITHMS)
    for channel in range(len(counts)):
        of_channel = counts[channel, first : first + _LEVELS]
        for place in range(_LEVELS):
            count = of_channel[place]
            logarithm = _LOGARITHMS[count] if count < few else np.log(1.0 + count)
            waves[_SIDE * place + channel] = logarithm
    for place in range(waves.size):
        sums[place + _SIDE] = sums[place] + waves[place]
    span, size = _SIDE * reach, waves.size
    for place in range(span, size - span):
        mean = (sums[place + _SIDE + span] - sums[place - span]) / (2 * reach + 1)
        waves[place] = sums[place + _SIDE] - sums[place] - mean
    for place in range(span):
        count, last = place // _SIDE + 1 + reach, size + place % _SIDE
        mean = (sums[place + _SIDE + span] - sums[place % _SIDE]) / count
        waves[place] = sums[place + _SIDE] - sums[place] - mean
        back = size - span + place
        count = 2 * reach - place // _SIDE
        mean = (sums[last] - sums[back - span]) / count
        waves[back] = sums[back + _SIDE] - sums[back] - mean
    return waves.reshape(_LEVELS, _SIDE)


@compiled
def _take_deviations(series: NDArray[np.float64]) -> None:
    """Put the deviations from the means, under the window, in the place of four series."""
    first = second = third = fourth = 0.0
    for place in range(_LEVELS):
        row = series[place]
        first, second = first + row[0], second + row[1]
        third, fourth = third + row[2], fourth + row[3]
    for place in range(_LEVELS):
        row, factor = series[place], _WINDOW[place]
        row[0] = (row[0] - first / _LEVELS) * factor
        row[1] = (row[1] - second / _LEVELS) * factor
        row[2] = (row[2] - third / _LEVELS) * factor
        row[3] = (row[3] - fourth / _LEVELS) * factor


@compiled
def _powers(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the periodograms of four series, shape (252, 4), whose values are overwritten.

    As 4, 7 and 9 have no common factor, the transform is one of three dimensions. Of the first one
    the sums 0 and 2 are real numbers, and are transformed as one complex number; sum 1 is complex,
    and sum 3 its conjugate.

    Returns
    -------
    Shape (126, 4).
    """
    _take_deviations(series)
    across = np.empty((2, _ACROSS, _BOTH))
    real, imaginary = across[0], across[1]
    for place in range(_ACROSS):
        zero, two = series[_PLACES[0, place]], series[_PLACES[2, place]]
        one, three = series[_PLACES[1, place]], series[_PLACES[3, place]]
        for side in range(_SIDE):
            even, odd = zero[side] + two[side], one[side] + three[side]
            real[place, side], imaginary[place, side] = even + odd, even - odd
            real[place, _SIDE + side] = zero[side] - two[side]
            imaginary[place, _SIDE + side] = three[side] - one[side]
    rows = _transformed(across.reshape(2, 7, 9 * _BOTH), _SEVEN).reshape(2, 7, 9, _BOTH)
    columns = _transformed(_turned(rows).reshape(2, 9, 7 * _BOTH), _NINE)
    return _power_of(columns.reshape(2, 9, 7, _BOTH))


@compiled
def _turned(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a copy of shape (2, 9, 7, 8) of rows of shape (2, 7, 9, 8)."""
    turned = np.empty((2, 9, 7, _BOTH))
    for part in range(2):
        for two in range(7):
            for three in range(9):
                here, there = rows[part, two, three], turned[part, three, two]
                for side in range(_BOTH):
                    there[side] = here[side]
    return turned


@compiled
def _transformed(parts: NDArray[np.float64], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Fourier transform of complex columns of odd length.

    Parameters
    ----------
    parts
        Shape (2, length, columns): the real parts and the imaginary ones.
    turns
        Shape (2, length): the cosines and the sines of a whole turn.
    """
    _, size, side = parts.shape
    half = size // 2
    out, folded = np.empty((2, size, side)), _folded(parts)
    across = np.empty((2, 2, side))
    for line in range(half + 1):
        for part in range(2):
            even, odd = across[0, part], across[1, part]
            first = parts[part, 0]
            for one in range(side):
                even[one], odd[one] = first[one], 0.0
            turn = 0
            for place in range(half):
                turn += line if turn + line < size else line - size
                cosine, sine = turns[0, turn], turns[1, turn]
                sums, steps = folded[0, part, place], folded[1, part, place]
                for one in range(side):
                    even[one] += cosine * sums[one]
                    odd[one] += sine * steps[one]
        for one in range(side):
            out[0, line, one] = across[0, 0, one] + across[1, 1, one]
            out[1, line, one] = across[0, 1, one] - across[1, 0, one]
            out[0, -line, one] = across[0, 0, one] - across[1, 1, one]
            out[1, -line, one] = across[0, 1, one] + across[1, 0, one]
    return out


@compiled
def _folded(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums, then the differences, of what is as far from either end of the columns."""
    _, size, side = parts.shape
    folded = np.empty((2, 2, size // 2, side))
    for part in range(2):
        for place in range(size // 2):
            some, others = parts[part, place + 1], parts[part, size - 1 - place]
            for one in range(side):
                folded[0, part, place, one] = some[one] + others[one]
                folded[1, part, place, one] = some[one] - others[one]
    return folded


@compiled
def _power_of(lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power of 126 lines from the transforms, shape (2, 9, 7, 8), of `_powers`."""
    power = np.empty((_LEVELS // 2, _SIDE))
    for line in range(_LEVELS // 2):
        kind, opposite = line % 4, _LEVELS - line
        row, column = line % 9, line % 7
        if kind == 3:
            row, column = opposite % 9, opposite % 7
        if kind % 2:
            for one in range(_SIDE):
                real = lines[0, row, column, _SIDE + one]
                imaginary = lines[1, row, column, _SIDE + one]
                power[line, one] = (real**2 + imaginary**2) / _LEVELS
            continue
        other_row, other_column = opposite % 9, opposite % 7
        sign = 1.0 - kind
        for one in range(_SIDE):
            real = lines[0, row, column, one] + sign * lines[0, other_row, other_column, one]
            imaginary = lines[1, row, column, one] - sign * lines[1, other_row, other_column, one]
            power[line, one] = (real**2 + imaginary**2) / (4 * _LEVELS)
    return power
