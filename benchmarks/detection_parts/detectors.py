"""Everything that is asked for a verdict: our detector and the peers, under one type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection_parts.our_detector import our_alarm
from benchmarks.detection_parts.peers import PEERS, Rule

OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run: what a detector is shown.

    Attributes
    ----------
    reference, window
        Tables with the same columns: float64 for numbers, strings for the predicted class.
    clusters
        For each row of the window the number of its cluster: near-copies share one. None where
        every row stands alone.
    """

    reference: pd.DataFrame
    window: pd.DataFrame
    clusters: NDArray[np.intp] | None = None


Detector = Callable[[Trial], bool | None]


def _our_alarm(trial: Trial) -> bool:
    return our_alarm(trial.reference, trial.window, clusters=trial.clusters)


@dataclass(frozen=True, slots=True)
class _Peer:
    rule: Rule

    def __call__(self, trial: Trial) -> bool | None:
        return self.rule(trial.reference, trial.window)


DETECTORS: Mapping[str, Detector] = {
    OURS: _our_alarm,
    **{name: _Peer(rule) for name, rule in PEERS.items()},
}
