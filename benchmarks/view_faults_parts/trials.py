"""Windows of which a part has a fault, judged with the model's view and without it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection_parts.our_detector import line_up_tables
from benchmarks.detection_parts.seeds import generator_for
from benchmarks.new_classes_parts.trials import beside_view
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.compare import would_alarm
from jobs.job_file.job import DetectionSettings
from reference_stats.model_view.views import ImageViews

Places = NDArray[np.int64]

_FAMILIES = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """Pictures as the product knows them: one row of features and one view each."""

    features: pd.DataFrame
    views: ImageViews

    def take(self, places: Places) -> Measured:
        """Return the pictures at some places, in their order."""
        features = self.features.iloc[places].reset_index(drop=True)
        return Measured(features=features, views=self.views.take(places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How much of a fault a window has.

    Attributes
    ----------
    window
        Its images.
    part
        The part of them that has the fault.
    """

    window: int
    part: float

    @property
    def faulty(self) -> int:
        """How many images have the fault, at least one."""
        return max(1, round(self.part * self.window))

    def __str__(self) -> str:
        return f"{self.part:.0%} of {self.window}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of one window.

    Attributes
    ----------
    alone
        Whether the pixels alarm where they are the only family.
    view
        Whether the view alarms at its half of the false alarm rate.
    beside
        Whether the run alarms with the view: that, or the pixels at their half.
    """

    alone: bool
    view: bool
    beside: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultPool:
    """What the windows of one fault are drawn from.

    Attributes
    ----------
    clean
        All pictures.
    faulty
        The first of the same pictures, with the fault.
    reference
        How many pictures a reference has.
    """

    clean: Measured
    faulty: Measured
    reference: int

    def said(self, strength: Strength, *words: object) -> Said:
        """Draw a window and judge it with the view and without it; the same for equal words."""
        reference, window = self._drawn(strength, *words)
        pixels = line_up_tables(reference.features, window.features)
        view = _view_alone(beside_view(pixels, reference.views, window.views))
        rate = DetectionSettings()
        alarms = would_alarm(view, rate, shares=_FAMILIES)
        return Said(
            alone=would_alarm(pixels, rate),
            view=alarms,
            beside=alarms or would_alarm(pixels, rate, shares=_FAMILIES),
        )

    def pixels_alarm(self, strength: Strength, *words: object) -> bool:
        """Draw a window as `said` does, and tell whether the pixels alarm by themselves."""
        reference, window = self._drawn(strength, *words)
        pixels = line_up_tables(reference.features, window.features)
        return would_alarm(pixels, DetectionSettings())

    def _drawn(self, strength: Strength, *words: object) -> tuple[Measured, Measured]:
        """Return a reference and a window that share no picture, clean or faulty."""
        random = generator_for(*words, strength.window, strength.part)
        chosen = random.permutation(len(self.faulty.features))[: strength.faulty]
        others = np.setdiff1d(np.arange(len(self.clean.features)), chosen)
        others = random.permutation(others)
        known = strength.window - len(chosen)
        clean, faulty = self.clean.take(others[:known]), self.faulty.take(chosen)
        window = Measured(
            features=pd.concat([faulty.features, clean.features], ignore_index=True),
            views=ImageViews.joined([faulty.views, clean.views]),
        )
        return self.clean.take(others[known : known + self.reference]), window


def _view_alone(both: LinedUp) -> LinedUp:
    role = ColumnRole.VIEW
    columns = tuple(one for one in both.columns if one.role is role)
    return replace(both, columns=columns, rows={role: both.rows[role]})
