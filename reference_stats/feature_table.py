"""A table of features: one row per image, its form checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

INDEX_NAME = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTable:
    """The features of many images.

    Attributes
    ----------
    frame
        One row per image, indexed by its path (text, unique, the index is called ``image``); one
        float64 column per feature, NaN where a feature is undefined for an image. Not to be
        changed.

    Raises
    ------
    ValueError
        If the frame has another form; all faults are named at once.
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        faults = _faults(self.frame)
        if faults:
            raise ValueError(f"no table of features: {'; '.join(faults)}")

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the columns."""
        return tuple(self.frame.columns)

    @classmethod
    def of(cls, rows: Mapping[str, NDArray[np.float64]], names: tuple[str, ...]) -> FeatureTable:
        """Return a table of one float64 array per image path, in the order given.

        Parameters
        ----------
        rows
            One array of shape (features,) per image.
        names
            The features.
        """
        numbers = np.array(list(rows.values()), dtype=np.float64).reshape(len(rows), len(names))
        index = pd.Index(list(rows), dtype="str", name=INDEX_NAME)
        return cls(frame=pd.DataFrame(numbers, index=index, columns=list(names)))


def _faults(frame: pd.DataFrame) -> list[str]:
    names = list(frame.columns)
    wrong = [name for name, dtype in frame.dtypes.items() if dtype != np.float64]
    return [
        text
        for text, found in (
            (f"the index is called {frame.index.name!r}", frame.index.name != INDEX_NAME),
            ("an image path is no text", not all(isinstance(path, str) for path in frame.index)),
            ("an image is there twice", not frame.index.is_unique),
            ("a column has no name", not all(isinstance(name, str) and name for name in names)),
            ("a column is there twice", len(set(names)) != len(names)),
            (f"columns that are not float64: {wrong}", bool(wrong)),
            ("an infinite number", not wrong and bool(np.isinf(frame.to_numpy(float)).any())),
        )
        if found
    ]
