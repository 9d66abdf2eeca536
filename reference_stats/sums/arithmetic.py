"""Arithmetic of one number or of a column of numbers: the same digits either way.

The features' formulas are written with it once, for one image and for many.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Column: TypeAlias = NDArray[np.float64]
Value: TypeAlias = float | Column
"""One image's number, or the numbers of several images: float64 of shape (images,)."""


def real(value: Value) -> Value:
    """Return a whole number as a floating-point one."""
    return value if isinstance(value, np.ndarray) else float(value)


def ratio(part: Value, whole: Value, otherwise: float = math.nan) -> Value:
    """Return ``part / whole``; `otherwise` where the whole is 0."""
    if isinstance(part, np.ndarray) or isinstance(whole, np.ndarray):
        is_nothing = np.equal(whole, 0)
        # What is divided by NaN is NaN, and no warning is given.
        shares = part / np.where(is_nothing, math.nan, whole)
        return shares if math.isnan(otherwise) else np.where(is_nothing, otherwise, shares)
    return part / whole if whole else otherwise


def where(condition: object, value: Value) -> Value:
    """Return the value where the condition, of its shape, is met, and NaN elsewhere."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, value, math.nan)
    return value if condition else math.nan


def larger(one: Value, other: Value) -> Value:
    """Return the larger of two numbers."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.maximum(one, other)
    return max(one, other)


def smaller(one: Value, other: Value) -> Value:
    """Return the smaller of two numbers."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.minimum(one, other)
    return min(one, other)


def sqrt(value: Value) -> Value:
    """Return the square root, which is the nearest number to it either way."""
    return np.sqrt(value) if isinstance(value, np.ndarray) else math.sqrt(value)


def log(value: Value) -> Value:
    """Return the natural logarithm of a number above 0."""
    return _each(math.log, value) if isinstance(value, np.ndarray) else math.log(value)


def log1p(value: Value) -> Value:
    """Return the natural logarithm of one more than a number."""
    return _each(math.log1p, value) if isinstance(value, np.ndarray) else math.log1p(value)


def log10(value: Value) -> Value:
    """Return the decimal logarithm of a number above 0."""
    return _each(math.log10, value) if isinstance(value, np.ndarray) else math.log10(value)


def _each(function: Callable[[float], float], column: Column) -> Column:
    # numpy's own logarithms may differ in the last digit, and with the processor.
    return np.fromiter(map(function, column.tolist()), np.float64, column.size)
