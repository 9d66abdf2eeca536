"""The cube root that makes a gamma variable nearly normal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def normal_from_gamma(
    third_powers: NDArray[np.float64], skewness: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``6/g (x^(1/3) - 1) + g/6`` for ``x = g z/2 + 1``: about standard normal.

    Here z is a standardised variable of Pearson's type III with skewness g. The result rises with
    z. Source: E. B. Wilson and M. M. Hilferty, "The distribution of chi-square", PNAS 17 (1931).

    Parameters
    ----------
    third_powers
        x, of any shape that ends as `skewness` does.
    skewness
        g, nowhere 0.
    """
    normal: NDArray[np.float64] = 6 / skewness * (np.cbrt(third_powers) - 1) + skewness / 6
    return normal
