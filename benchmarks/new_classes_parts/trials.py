"""Windows with a new class, beside references that do not have it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection_parts.our_detector import line_up_tables
from benchmarks.new_classes_parts.looking import Seen
from drift.comparison.columns.columns import LinedUp
from drift.comparison.columns.view_columns import with_view
from drift.comparison.compare import would_alarm
from drift.model_view.scale import NoViewScale, ViewScale
from drift.model_view.sides import ViewSides
from drift.observations.unit_rows import RowUnits
from drift.observations.units import SideUnits, Units
from jobs.job_file.job import DetectionSettings
from reference_stats.model_view.views import ImageViews

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of trial.

    Attributes
    ----------
    new
        The class that the reference lacks.
    share
        Its share of the window; 0 for a window without drift.
    window, reference
        Images of either side.
    """

    new: str
    share: float
    window: int
    reference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Whether a trial alarms: by the pixels alone, and with the model's view beside them."""

    pixels: bool
    both: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """What trials are drawn from: all images with their features and what a model sees."""

    labels: NDArray[np.str_]
    features: pd.DataFrame
    seen: Seen

    def alarms(self, cell: Cell, seed: int) -> Alarms:
        """Draw a reference and a window that share no image, and compare them."""
        reference, window = self._drawn(cell, seed)
        pixels = line_up_tables(self._features(reference), self._features(window))
        views = self.seen.views
        both = beside_view(pixels, views.take(reference), views.take(window))
        rate = DetectionSettings()
        return Alarms(pixels=would_alarm(pixels, rate), both=would_alarm(both, rate))

    def _drawn(self, cell: Cell, seed: int) -> tuple[Places, Places]:
        words = f"{cell.new} {cell.share} {cell.window} {cell.reference}"
        random = np.random.default_rng([seed, zlib.crc32(words.encode())])
        new = random.permutation(np.flatnonzero(self.labels == cell.new))
        others = random.permutation(np.flatnonzero((self.labels != cell.new) & self.seen.free))
        count = round(cell.share * cell.window)
        known = cell.window - count
        if len(others) < known + cell.reference:
            raise SystemExit(
                f"There are {len(others)} images that are not the class {cell.new}; "
                f"{known + cell.reference} are needed. Lower --reference or --windows."
            )
        window = np.concatenate([new[:count], others[:known]])
        return others[known : known + cell.reference], window

    def _features(self, places: Places) -> pd.DataFrame:
        return self.features.iloc[places].reset_index(drop=True)


def beside_view(pixels: LinedUp, reference: ImageViews, window: ImageViews) -> LinedUp:
    """Return lined-up features with the scores of a model's view; every image stands alone."""
    sides = [_alone(len(views)) for views in (reference, window)]
    scale = ViewScale.of(reference, sides[0].clusters)
    if isinstance(scale, NoViewScale):
        raise SystemExit(scale.reason)
    units = Units(
        reference=sides[0],
        current=sides[1],
        predicted=RowUnits.alone(len(window)),
        reference_predicted=RowUnits.alone(len(reference)),
    )
    return with_view(pixels, units, ViewSides.of(scale, window, pd.RangeIndex(len(window))))


def _alone(images: int) -> SideUnits:
    places = np.arange(images)
    return SideUnits(
        first=places, copies=np.zeros(images, np.int64), known=True, timed=False, clusters=places
    )
