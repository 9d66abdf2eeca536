"""The scores of a model's view on both sides: those of the reference, and those of the window."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ViewSides:
    """The scores of a model's view on both sides.

    Attributes
    ----------
    reference
        One row per unit of the reference that was held out of what images are held against,
        indexed by its image's row in the profile; one float64 column per score, NaN where the
        model says nothing.
    current
        The same columns of the window's images, indexed as its features.
    """

    reference: pd.DataFrame
    current: pd.DataFrame
