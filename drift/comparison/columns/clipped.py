"""Grey levels that are clipped because a file has more than 8 bits per sample.

The features of the grey levels are defined on PIL's ``convert("L")``, which clips such samples at
255. They say how bright an image is only beside images that are clipped as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows, Column
from drift.comparison.columns.computed_rows import as_table
from drift.observations.file_differences import LEAST_DIFFERENCE
from drift.observations.units import Units
from drift.observations.window_images import WindowImages
from reference_stats.features.registry import clips_deep_images
from reference_stats.file_facts.column import FileColumn
from reference_stats.file_facts.facts import FileFacts
from reference_stats.profiles.profile import ReferenceProfile

_CHANNELS = ["mean_red", "mean_green", "mean_blue"]
# Of a grey image of 8 bits the means are equal; what is scaled is rounded once a pixel.
_ROUNDING = 0.5
_ENOUGH = 0.5
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped:
    """Which images of the two sides are clipped.

    Attributes
    ----------
    reference, current
        A flag per image, in the order of the features; None where it is not known.
    """

    reference: Flags | None
    current: Flags | None

    @classmethod
    def of(cls, profile: ReferenceProfile, window: WindowImages) -> Clipped:
        """Return which images are clipped."""
        return cls(
            reference=clipped_images(profile.features, profile.files),
            current=clipped_images(window.features, window.files),
        )

    @property
    def differs(self) -> bool:
        """Whether other shares of the two sides are clipped, or may be.

        Where one side is not known, small shares of the other count for nothing: both were
        measured in one way, and they may have as many.
        """
        shares = _share(self.reference), _share(self.current)
        if None in shares:
            return any(share is not None and share >= LEAST_DIFFERENCE for share in shares)
        return shares[0] != shares[1]

    @property
    def leaves_enough(self) -> bool:
        """Whether at least half of the images of either side are known not to be clipped."""
        shares = _share(self.reference), _share(self.current)
        return all(share is not None and share <= _ENOUGH for share in shares)


def clipped_images(
    features: pd.DataFrame, files: Sequence[FileFacts | None] | None
) -> Flags | None:
    """Return for each image whether its grey levels are clipped; None where nothing tells.

    Where files are not known, as in profiles of older versions, the numbers tell: a clipped image
    is grey, and its mean grey level lies above that of its channels, which are scaled.
    """
    if files is not None:
        column = files if isinstance(files, FileColumn) else FileColumn.of(files)
        known = column.counts()
        if None not in known:
            deep = [one is not None and one.is_deep for one in column.kinds]
            return np.array(deep, dtype=np.bool_)[column.codes]
    if not {"mean", *_CHANNELS} <= set(features.columns):
        return None
    red, green, blue = (features[name].to_numpy() for name in _CHANNELS)
    is_grey = (red == green) & (green == blue)
    clipped: Flags = is_grey & (features["mean"].to_numpy() > red + _ROUNDING)
    return clipped


def without_clipped(features: pd.DataFrame, clipped: Flags | None) -> pd.DataFrame:
    """Return the features with no grey level where an image is known to be clipped."""
    if clipped is None or not clipped.any():
        return features
    kept = features.copy()
    kept.loc[clipped, _clipping(features.columns)] = np.nan
    return kept


def comparable_rows(
    rows: AlignedRows, clipped: Clipped, units: Units, index: pd.Index
) -> AlignedRows:
    """Return the rows of units without clipped grey levels, where the two sides differ in them.

    Parameters
    ----------
    index
        That of the window's features.
    """
    if not clipped.differs:
        return rows
    places = index.get_indexer(pd.Index(units.current.first))
    return AlignedRows(
        reference=without_clipped(
            as_table(rows.reference), _at(clipped.reference, units.reference.first)
        ),
        current=without_clipped(as_table(rows.current), _at(clipped.current, places)),
    )


def comparable_columns(columns: Iterable[Column], clipped: Clipped) -> list[Column]:
    """Return the columns, those of grey levels with what is said of clipped images.

    Where more than half of a side is clipped, grey levels are not compared.
    """
    if not clipped.differs:
        return list(columns)
    return [_noted(one, clipped) if clips_deep_images(one.name) else one for one in columns]


def _noted(column: Column, clipped: Clipped) -> Column:
    now, then = _counted(clipped.current, "images"), _counted(clipped.reference, "the reference's")
    deep = f"{now} and {then} have more than 8 bits per sample, which this feature clips at 255"
    if clipped.leaves_enough:
        return replace(column, note=f"Compared without some images: {deep}.")
    nothing = column.reference.iloc[:0]
    return replace(column, reference=nothing, current=nothing, left_out=f"Not compared: {deep}.")


def _clipping(names: Iterable[str]) -> list[str]:
    return [name for name in names if clips_deep_images(name)]


def _counted(flags: Flags | None, whose: str) -> str:
    if flags is None:
        return f"perhaps some of {whose}"
    of = f"{len(flags):,} {whose}" if whose == "images" else f"{whose} {len(flags):,}"
    return f"{int(flags.sum()):,} of {of}"


def _at(flags: Flags | None, places: NDArray[np.int64]) -> Flags | None:
    return None if flags is None else flags[places]


def _share(flags: Flags | None) -> float | None:
    if flags is None:
        return None
    return float(flags.mean()) if len(flags) else 0.0
